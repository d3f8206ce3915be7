import gzip
from pathlib import Path

import pytest

from models.interactions.reading import WrongPairs, read_pairs


def written(folder: Path, text: str) -> Path:
    path = folder / "pairs.tsv"
    path.write_bytes(text.encode())
    return path


def test_pairs_in_order_ids_as_they_are(tmp_path: Path) -> None:
    read = read_pairs(written(tmp_path, "émile dupont\toffre n° 1\n01\tb\r\n1\tb\n"))
    assert read.users == ("émile dupont", "01", "1")
    assert read.items == ("offre n° 1", "b", "b")
    assert (read.duplicates, read.blank, read.header, read.further_columns) == (0, 0, False, 0)


def test_blanks_separate_where_there_is_no_tab(tmp_path: Path) -> None:
    assert read_pairs(written(tmp_path, "a  x\nb y")).items == ("x", "y")


def test_duplicates_and_blank_lines_are_counted(tmp_path: Path) -> None:
    read = read_pairs(written(tmp_path, "\ufeffa\tx\n\na\tx\n   \nb\tx\na\tx\n"))
    assert (read.users, read.duplicates, read.blank) == (("a", "b"), 2, 2)


@pytest.mark.parametrize("header", ["user\titem", "user_id\titem_id", "Utilisateur\tOffre", "USER\tJOB_ID"])
def test_a_line_that_names_the_columns_is_passed_over(tmp_path: Path, header: str) -> None:
    read = read_pairs(written(tmp_path, f"{header}\nu1\ti1\n"))
    assert (read.users, read.header) == (("u1",), True)


def test_words_above_numbers_are_a_header(tmp_path: Path) -> None:
    assert read_pairs(written(tmp_path, "chercheur\tposte\n1\t2\n3\t4\n")).header
    assert not read_pairs(written(tmp_path, "chercheur\tposte\n1\t2\nb\t4\n")).header
    assert not read_pairs(written(tmp_path, "1\t2\n3\t4\n")).header


def test_further_columns_are_not_read(tmp_path: Path) -> None:
    read = read_pairs(written(tmp_path, "196\t242\t3\t881250949\n196\t242\t1\t881250950\n"))
    assert (len(read), read.duplicates, read.further_columns) == (1, 1, 2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\tx\nb\n", "line 2: expected `user<TAB>item`, got 'b'"),
        ("a\tx\n\tx\n", "line 2: expected"),
        ("a,x\n", "line 1: expected `user<TAB>item`, got 'a,x'"),
        ("a x\n\nb y z\n", "line 3: 3 columns where the first line has 2: separate the ids by a tab"),
        ("a\tx\nb\ty\tz\n", "line 2: 3 columns"),
        ("\n\n", "has no pair"),
        ("user\titem\n", "has no pair"),
        ("", "has no pair"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(WrongPairs, match=r"pairs\.tsv") as wrong:
        read_pairs(written(tmp_path, text))
    assert told in str(wrong.value)


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.tsv"
    path.write_bytes("a\tx\né\ty\n".encode("latin-1"))
    with pytest.raises(WrongPairs, match="line 2: not UTF-8"):
        read_pairs(path)


def test_compressed(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv.gz"
    path.write_bytes(gzip.compress(b"a\tx\n"))
    assert read_pairs(path).users == ("a",)
