"""Files of titles through the models: `vivier text search`, `vivier rome predict`, `vivier train encoder`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import line_files
from api.cli.main import app
from features.artifacts import publishing
from features.sample.reference import sample_reference
from tests.features.rome.conftest import HEADERS, ROWS


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "var"
    monkeypatch.setenv("VIVIER_DATA_DIR", str(folder))
    monkeypatch.delenv("VIVIER_OPEN_DATA", raising=False)
    monkeypatch.delenv("VIVIER_ENCODER", raising=False)
    return folder


@pytest.fixture
def imported(data: Path) -> Path:
    with publishing(data / "reference" / "rome", {}) as folder:
        sample_reference().rome.save(folder)
    return data


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A ROME of three occupations as its publisher writes it."""
    folder = tmp_path / "archive"
    folder.mkdir()
    for table, lines in ROWS.items():
        path = folder / f"unix_{table}_v460_utf8.csv"
        path.write_text("\n".join([HEADERS[table], *lines]) + "\n", encoding="utf-8")
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def file_of(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]


def one_line(result: Result, code: int, *says: str) -> None:
    """The command failed with this code and one line on stderr, which says all that."""
    lines = result.stderr.strip().splitlines()
    assert (result.exit_code, len(lines)) == (code, 1), result.output
    assert lines[0].startswith("vivier: ")
    for text in says:
        assert text in lines[0]


# ---------------------------------------------------------------- vivier text search

CORPUS = "Maçon\nInfirmière\nBoulanger / Boulangère\nAide-soignant\n"


def search(folder: Path, queries: str | bytes, corpus: str | bytes = CORPUS, *more: object) -> Result:
    return run(
        *("text", "search", "--queries", file_of(folder, "q.txt", queries), "--corpus"),
        *(file_of(folder, "c.txt", corpus), "--out", folder / "out.tsv", *more),
    )


def test_labels_are_ranked_best_first_with_line_numbers_from_0(tmp_path: Path) -> None:
    assert search(tmp_path, "boulangère\nmaçonne\n").exit_code == 0
    rows = rows_of(tmp_path / "out.tsv")
    assert [row[0] for row in rows] == ["0"] * 4 + ["1"] * 4
    assert (rows[0][1], rows[4][1]) == ("2", "0")
    for query in "01":
        mine = [row for row in rows if row[0] == query]
        assert sorted(row[1] for row in mine) == ["0", "1", "2", "3"]
        scores = [float(row[2]) for row in mine]
        assert scores == sorted(scores, reverse=True)
        assert all(-1 <= score <= 1.000001 for score in scores)


@pytest.mark.parametrize(("k", "rows"), [(1, 1), (3, 3), (4, 4), (1000, 4)])
def test_k_labels_at_most_for_each_query(tmp_path: Path, k: int, rows: int) -> None:
    assert search(tmp_path, "maçon", CORPUS, "--k", k).exit_code == 0
    assert len(rows_of(tmp_path / "out.tsv")) == rows


def test_k_must_be_one_at_least(tmp_path: Path) -> None:
    assert search(tmp_path, "maçon", CORPUS, "--k", 0).exit_code == 2
    assert not (tmp_path / "out.tsv").exists()


def test_lines_without_a_word_are_counted_and_neither_asked_nor_found(tmp_path: Path) -> None:
    done = search(tmp_path, "\nmaçon\n ???\t\nboulanger\n\n", f"\n{CORPUS}\n \n")
    assert (done.exit_code, "(3 lines without a word)" in done.stdout) == (0, True)
    rows = rows_of(tmp_path / "out.tsv")
    assert {row[0] for row in rows} == {"1", "3"}
    assert {row[1] for row in rows} == {"1", "2", "3", "4"}
    assert [row[1] for row in rows][::4] == ["1", "3"]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    search(tmp_path, "boulangère\nmaçon\n")
    plain = (tmp_path / "out.tsv").read_bytes()
    search(tmp_path, b"\xef\xbb\xbf" + "boulangère\r\nmaçon".encode(), CORPUS.replace("\n", "\r\n"))
    assert (tmp_path / "out.tsv").read_bytes() == plain


def test_the_same_label_ranks_first_whatever_its_gender_capitals_and_accents(tmp_path: Path) -> None:
    search(tmp_path, "MACON\nAide soignante (H/F)\nBoulangere\ninfirmier", CORPUS, "--k", 1)
    assert [row[1] for row in rows_of(tmp_path / "out.tsv")] == ["0", "3", "2", "1"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"ma\xe7on\n", 0),
        ("maçon\nboulanger\n".encode() + b"\xe9leveur\n", 2),
        (b"\xef\xbb\xbfa\n\xff", 1),
        ("maçon".encode("utf-16"), 0),
    ],
)
@pytest.mark.parametrize("side", ["q.txt", "c.txt"])
def test_what_is_not_utf_8_is_told_with_its_line(tmp_path: Path, content: bytes, line: int, side: str) -> None:
    texts = {"q.txt": CORPUS.encode(), "c.txt": CORPUS.encode(), side: content}
    one_line(search(tmp_path, texts["q.txt"], texts["c.txt"]), 3, side, f"line {line} (from 0)", "UTF-8")
    assert not (tmp_path / "out.tsv").exists()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    good, out = file_of(tmp_path, "c.txt", CORPUS), tmp_path / "out.tsv"
    for wrong in (tmp_path / "nowhere.txt", tmp_path):
        one_line(run("text", "search", "--queries", wrong, "--corpus", good, "--out", out), 3, str(wrong))
        one_line(run("text", "search", "--queries", good, "--corpus", wrong, "--out", out), 3, str(wrong))
    assert not out.exists()


@pytest.mark.parametrize("content", ["", "\n", " \r\n\t\n", "\ufeff"])
def test_a_list_without_a_label_is_refused(tmp_path: Path, content: str) -> None:
    one_line(search(tmp_path, "maçon", content), 3, "c.txt has no label")
    one_line(search(tmp_path, content), 3, "q.txt has no label")
    assert not (tmp_path / "out.tsv").exists()


def test_an_output_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    queries, folder = file_of(tmp_path, "q.txt", "maçon"), tmp_path / "folder"
    folder.mkdir()
    for out in (tmp_path / "nowhere" / "out.tsv", folder, queries / "out.tsv"):
        one_line(run("text", "search", "--queries", queries, "--corpus", queries, "--out", out), 3, str(out))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "q.txt"]


def test_the_output_is_whole_or_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search(tmp_path, "maçon")
    before = (tmp_path / "out.tsv").read_bytes()
    files = sorted(tmp_path.iterdir())

    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(line_files.os, "fsync", interrupted)
    assert search(tmp_path, "boulanger\nmaçon").exit_code != 0
    assert (tmp_path / "out.tsv").read_bytes() == before
    assert sorted(tmp_path.iterdir()) == files


def test_search_speaks_json(tmp_path: Path) -> None:
    done = search(tmp_path, "maçon\n\nboulanger\n", CORPUS, "--k", 2, "--json")
    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "queries": 2,
        "corpus": 4,
        "rows": 4,
        "blank_queries": 1,
        "out": str(tmp_path / "out.tsv"),
    }


# ---------------------------------------------------------------- vivier rome predict


def predict(folder: Path, titles: str | bytes, *more: object) -> Result:
    source = file_of(folder, "titles.tsv", titles)
    return run("rome", "predict", "--input", source, "--out", folder / "out.tsv", *more)


def test_titles_are_read_with_line_rank_codes_and_score(imported: Path, tmp_path: Path) -> None:
    assert predict(tmp_path, "boucher\n\nnounou\n", "--k", 3).exit_code == 0
    rome = sample_reference().rome
    rows = rows_of(tmp_path / "out.tsv")
    assert [row[:2] for row in rows] == [["0", "1"], ["0", "2"], ["0", "3"], ["2", "1"], ["2", "2"], ["2", "3"]]
    assert (rows[0][2], rows[3][2]) == ("D1101", "K1303")
    for _, _, code, appellation, score in rows:
        row = rome.appellation_row_of(appellation)
        assert rome.codes[int(rome.appellation_occupation[row])] == code
        assert 0 <= float(score) <= 1
    assert [float(row[4]) for row in rows[:3]] == sorted((float(row[4]) for row in rows[:3]), reverse=True)


def test_a_description_changes_no_number(imported: Path, tmp_path: Path) -> None:
    predict(tmp_path, "boucher\nmaçon\n")
    alone = [row[:2] for row in rows_of(tmp_path / "out.tsv")]
    described = "boucher\tDécoupe de viande, vente au comptoir\tet plus\r\nmaçon\t\r\n"
    assert predict(tmp_path, described).exit_code == 0
    rows = rows_of(tmp_path / "out.tsv")
    assert [row[:2] for row in rows] == alone
    assert {row[0]: row[2] for row in rows if row[1] == "1"} == {"0": "D1101", "1": "F1703"}


def test_lines_without_a_word_have_no_row_and_are_counted(imported: Path, tmp_path: Path) -> None:
    done = json.loads(predict(tmp_path, "\n🦄\n\tDécoupe de viande\nboucher\n!!!", "--json").stdout)
    assert {row[0] for row in rows_of(tmp_path / "out.tsv")} == {"3"}
    assert (done["lines"], done["rows"], done["without_prediction"]) == (5, 5, 4)
    assert done["out"] == str(tmp_path / "out.tsv")
    assert "ROME" in done["model"]


def test_no_title_is_no_row(imported: Path, tmp_path: Path) -> None:
    assert predict(tmp_path, "").exit_code == 0
    assert (tmp_path / "out.tsv").read_bytes() == b""


def test_an_archive_stands_in_for_what_is_imported(archive: Path, tmp_path: Path) -> None:
    done = predict(tmp_path, "tractoriste\nbucheronne\naide soignante à domicile\n", "--rome", archive, "--json")
    assert done.exit_code == 0, done.output
    assert "ROME 4.60" in json.loads(done.stdout)["model"]
    rows = rows_of(tmp_path / "out.tsv")
    assert [row[2] for row in rows if row[1] == "1"] == ["A1101", "A1102", "J1501"]
    assert [row[3] for row in rows if row[1] == "1"] == ["900", "", "1001"], "the second has no appellation"


def test_predicting_without_rome_names_the_command(tmp_path: Path) -> None:
    one_line(predict(tmp_path, "boucher"), 1, "vivier import rome FILE")
    assert not (tmp_path / "out.tsv").exists()


def test_mistakes_of_predict_end_in_one_line(imported: Path, tmp_path: Path) -> None:
    one_line(predict(tmp_path, "boucher\nma\xe7on".encode("latin-1")), 3, "titles.tsv, line 1 (from 0)")
    one_line(predict(tmp_path, "boucher", "--rome", tmp_path / "var"), 3, "no ROME table found")
    missing = run("rome", "predict", "--input", tmp_path / "nowhere", "--out", tmp_path / "out.tsv")
    one_line(missing, 3, "nowhere")
    assert predict(tmp_path, "boucher", "--k", 0).exit_code == 2
    assert not (tmp_path / "out.tsv").exists()


# ---------------------------------------------------------------- vivier train encoder

WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == sys.argv[1]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from api.cli.main import app
app(sys.argv[2:])
"""


def test_training_without_torch_names_the_extra(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT, "torch", "train", "encoder", "--root", str(tmp_path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == ["vivier: training needs torch: pip install 'vivier[train]'"]


def test_training_without_open_data_says_where_to_name_it(data: Path) -> None:
    one_line(run("train", "encoder"), 2, "--root", "VIVIER_OPEN_DATA")
    assert not data.exists()
