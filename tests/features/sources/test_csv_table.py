import gzip
from pathlib import Path

import pytest

from features.sources import csv_table
from features.sources.base import WrongFile
from features.sources.csv_table import parse_csv, read_csv

NAMES = {"code": ("code", "id"), "label": ("libelle",)}


def test_columns_by_any_of_their_names_separators_and_encodings() -> None:
    for content in (
        b"libelle,code\n\xc3\xa9t\xc3\xa9,1\n",
        b"\xef\xbb\xbfLIBELLE;ID\r\n\xc3\xa9t\xc3\xa9;1\r\n",
        b"libelle\tid\n\xe9t\xe9\t1",
        b'"libelle","autre","code"\n"\xc3\xa9t\xc3\xa9","x","1"\n',
    ):
        table = parse_csv(content, "f.csv", NAMES)
        assert (table["code"], table["label"]) == (["1"], ["été"]), content


def test_quotes_line_ends_and_empty_values_are_kept() -> None:
    table = parse_csv(b'code,libelle\n1,"a, ""b""\nc"\n2,\n', "f.csv", NAMES, {"more": ("plus",)})
    assert table["label"] == ['a, "b"\nc', ""]
    assert table["more"] == ["", ""]
    assert list(table.rows("code")) == [(2, ("1",)), (3, ("2",))]


def test_a_usual_name_wins_over_a_second_choice() -> None:
    assert parse_csv(b"id,code,libelle\n1,2,x\n", "f.csv", NAMES)["code"] == ["2"]


def test_a_missing_or_repeated_column_is_refused() -> None:
    with pytest.raises(WrongFile, match=r"f.csv: column libelle is missing; found: code, x; expected: code, libelle"):
        parse_csv(b"code,x\n1,2\n", "f.csv", NAMES)
    with pytest.raises(WrongFile, match="column code is there twice"):
        parse_csv(b"code,libelle,code\n1,2,3\n", "f.csv", NAMES)
    with pytest.raises(WrongFile, match="is missing"):
        parse_csv(b"", "f.csv", NAMES)


def test_a_header_alone_is_an_empty_table() -> None:
    assert len(parse_csv(b"code,libelle\n", "f.csv", NAMES)) == 0
    assert len(parse_csv(b"code,libelle", "f.csv", NAMES)) == 0


def test_a_row_of_another_width_is_rejected_and_the_others_read() -> None:
    table = parse_csv(b"code,libelle\n1,a\n2,b,c\n3,d\n", "f.csv", NAMES)
    assert table["code"] == ["1", "3"]
    [reject] = table.rejects
    assert (reject.line, reject.value, reject.reason) == (3, "2,b,c", "3 fields where the header has 2")


def test_what_is_not_text_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="NUL"):
        parse_csv(b"code,libelle\n\0,x\n", "f.csv", NAMES)
    monkeypatch.setattr(csv_table, "MAX_FIELD_BYTES", 5)
    with pytest.raises(WrongFile, match="a value of column libelle is 6 bytes long"):
        parse_csv(b"code,libelle\n1,abcdef\n", "f.csv", NAMES)
    monkeypatch.setattr(csv_table, "MAX_BYTES", 20)
    path = tmp_path / "f.csv.gz"
    path.write_bytes(gzip.compress(b"code,libelle\n" + b"1,x\n" * 10))
    with pytest.raises(WrongFile, match="larger than"):
        read_csv(path, NAMES)


def test_a_missing_or_damaged_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="cannot be read"):
        read_csv(tmp_path / "none.csv", NAMES)
    path = tmp_path / "f.csv.gz"
    path.write_bytes(gzip.compress(b"code,libelle\n1,x\n" * 100)[:-12])
    with pytest.raises(WrongFile, match="damaged"):
        read_csv(path, NAMES)
