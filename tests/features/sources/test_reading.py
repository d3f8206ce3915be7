"""Opening partners' files: what is refused, and what passes with flat memory."""

import gzip
import zipfile
from pathlib import Path

import pytest

from features.sources import reading
from features.sources.base import Reject, WrongFile
from features.sources.json_stream import json_elements
from features.sources.reading import FIELD_LIMIT, LINE_LIMIT, WRONG_WIDTH, csv_records, csv_rows, open_bytes


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_plain_gzip_and_zip_read_alike(tmp_path: Path) -> None:
    text = b"a,b\n1,2\n"
    plain = put(tmp_path, "t.csv", text)
    squeezed = put(tmp_path, "t.csv.gz", gzip.compress(text))
    archive = tmp_path / "t.zip"
    with zipfile.ZipFile(archive, "w") as holder:
        holder.writestr("t.csv", text)
    for path in (plain, squeezed, archive):
        assert list(csv_rows(path)) == [(1, ["a", "b"]), (2, ["1", "2"])]


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FREE_BYTES", 1024)
    zeros = b"0" * 5_000_000
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as holder:
        holder.writestr("t.csv", zeros)
    for path in (put(tmp_path, "bomb.csv.gz", gzip.compress(zeros)), archive):
        with pytest.raises(WrongFile, match="unfolds to over 200 times"):
            list(csv_rows(path))


def test_a_zip_of_several_files_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "two.zip"
    with zipfile.ZipFile(archive, "w") as holder:
        holder.writestr("a.csv", "a")
        holder.writestr("b.csv", "b")
    with pytest.raises(WrongFile, match=r"2 files \(a\.csv, b\.csv\)"):
        open_bytes(archive)


def test_a_cut_gzip_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(f"{n},{n * n}" for n in range(20_000)).encode())
    with pytest.raises(WrongFile, match="damaged"):
        list(csv_rows(put(tmp_path, "cut.csv.gz", whole[: len(whole) // 2])))


def test_csv_cells_of_several_lines_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = put(tmp_path, "t.csv", b'\xef\xbb\xbfid,text\r\n1,"two\nlines"\r\n\r\n2,x,y\r\n')
    assert list(csv_records(path, frozenset({"id"}))) == [
        (3, {"id": "1", "text": "two\nlines"}),
        (5, {WRONG_WIDTH: "3 cells for 2 columns"}),
    ]


def test_csv_encodings(tmp_path: Path) -> None:
    path = put(tmp_path, "t.csv", "nom;ville\nZoé;Guéret\n".encode("cp1252"))
    with pytest.raises(WrongFile, match="line 2: byte 0xe9 is not utf-8"):
        list(csv_rows(path))
    assert list(csv_rows(path, "cp1252", ";"))[1] == (2, ["Zoé", "Guéret"])


def test_csv_headers(tmp_path: Path) -> None:
    path = put(tmp_path, "t.csv", b"id,nom,id\n1,2,3\n")
    with pytest.raises(WrongFile, match=r"missing column prenom\. Found: id, nom, id\. Expected: nom, prenom"):
        list(csv_records(path, frozenset({"nom", "prenom"})))
    with pytest.raises(WrongFile, match="column id is there twice"):
        list(csv_records(path, frozenset({"id"})))
    with pytest.raises(WrongFile, match="Found: nothing"):
        list(csv_records(put(tmp_path, "empty.csv", b""), frozenset({"id"})))


def test_a_quote_that_is_not_closed_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, "t.csv", b'a,b\n1,"' + b"x\n" * FIELD_LIMIT)
    with pytest.raises(WrongFile, match="quote that is not closed"):
        list(csv_rows(path))


def test_a_line_without_end_is_refused_or_passed_over(tmp_path: Path) -> None:
    endless = b"x" * (LINE_LIMIT + 2_000_000)
    with pytest.raises(WrongFile, match="longer than"):
        list(csv_rows(put(tmp_path, "t.csv", b"a\n" + endless)))
    path = put(tmp_path, "t.ndjson", b'{"a": 1}\n' + endless + b'\n{"a": 2}\n')
    first, second, third = json_elements(path)
    assert (first, third) == ((1, {"a": 1}), (3, {"a": 2}))
    assert isinstance(second, Reject)
    assert (second.line, len(second.value)) == (2, 80)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.json", '[{"a": 1}, {"a": 2}]'),
        ("answer.json", '{"filtres": [1, {"x": "}]"}], "resultats": [{"a": 1}, {"a": 2}], "n": 2}'),
        ("pretty.json", '{\n "resultats": [\n  {"a": 1},\n  {"a": 2}\n ]\n}\n'),
        ("lines.json", '{"a": 1}\n{"a": 2}\n'),
        ("lines.ndjson", '\n{"a": 1}\n\n{"a": 2}'),
        ("mark.json", '\ufeff[{"a": 1}, {"a": 2}]'),
    ],
)
def test_json_shapes(tmp_path: Path, name: str, text: str) -> None:
    path = put(tmp_path, name, text.encode())
    found = [element[1] for element in json_elements(path, "resultats") if isinstance(element, tuple)]
    assert found == [{"a": 1}, {"a": 2}]


def test_json_of_several_chunks(tmp_path: Path) -> None:
    rows = [{"n": number, "text": "é" * 700} for number in range(3000)]
    import json

    path = put(tmp_path, "big.json", json.dumps({"resultats": rows}, ensure_ascii=False).encode())
    assert [element[1] for element in json_elements(path, "resultats") if isinstance(element, tuple)] == rows


@pytest.mark.parametrize(
    "text",
    ['[{"a": 1}, {"a": ', '[{"a": 1} {"a": 2}]', '{"resultats": [}', '[{"a": 1}] x', "[" * 100_000, "12", '"text"', ""],
)
def test_broken_json_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongFile, match=r"broken\.json"):
        list(json_elements(put(tmp_path, "broken.json", text.encode()), "resultats"))


def test_empty_lists_and_single_objects(tmp_path: Path) -> None:
    assert list(json_elements(put(tmp_path, "none.json", b"[]"))) == []
    assert list(json_elements(put(tmp_path, "none2.json", b'{"resultats": []}'), "resultats")) == []
    assert list(json_elements(put(tmp_path, "one.json", b'{\n"a": 1}'))) == [(1, {"a": 1})]


def test_broken_lines_and_values_that_are_no_objects_are_rejects(tmp_path: Path) -> None:
    path = put(tmp_path, "t.ndjson", b'{"a": 1}\n{"a": \n[1]\n' + b"[" * 50_000 + b"\n")
    rows = list(json_elements(path))
    assert rows[0] == (1, {"a": 1})
    assert [row.line for row in rows if isinstance(row, Reject)] == [2, 3, 4]
