import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.console import REFUSED
from api.cli.main import app
from tests.models.interactions.made import grouped


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    pairs = grouped(3, 25, 10)
    for name, rows in (("train", [row for at, row in enumerate(pairs) if at % 6]), ("test", pairs[::6])):
        text = "".join(f"{user}é\t{item}\n" for user, item in rows)
        (tmp_path / f"{name}.tsv").write_text("user\titem\n" + text, encoding="utf-8")
    return tmp_path / "train.tsv", tmp_path / "test.tsv"


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["evaluate", "interactions", *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def test_figures_free_and_under_a_cap(files: tuple[Path, Path], tmp_path: Path) -> None:
    train, test = files
    kept = tmp_path / "out" / "figures.json"
    code, out, told = run("--train", train, "--test", test, "--k", 3, "--max-load", 12, "--seconds", 0, "--json", kept)
    assert code == 0
    figures = json.loads(out.splitlines()[-1])
    assert figures == json.loads(kept.read_text(encoding="utf-8"))
    names = ["popularity", "item_knn", "rp3beta", "ease", "ours"]
    assert list(figures["recommenders"]) == names
    assert list(figures["under_max_load"]) == names
    for each in figures["under_max_load"].values():
        assert each["largest_load"] <= 12
        assert each["empty_places"] == 0
    assert figures["recommenders"]["popularity"]["largest_load"] > 12
    assert "recall@3" in out
    assert "No item in more than 12 lists" in out
    assert "passed over: a header" in told


def test_a_validation_file_is_what_is_chosen_on(files: tuple[Path, Path], tmp_path: Path) -> None:
    train, test = files
    lines = train.read_text(encoding="utf-8").splitlines()
    (tmp_path / "val.tsv").write_text("\n".join(lines[1::9]), encoding="utf-8")
    (tmp_path / "rest.tsv").write_text("\n".join(set(lines).difference(lines[1::9])), encoding="utf-8")
    code, out, _ = run("--train", tmp_path / "rest.tsv", "--val", tmp_path / "val.tsv", "--test", test, "--seconds", 0)
    assert code == 0
    assert json.loads(out.splitlines()[-1])["chosen_on"] == "validation file"


def test_a_cap_that_cannot_be_met(files: tuple[Path, Path]) -> None:
    code, _, told = run("--train", files[0], "--test", files[1], "--k", 3, "--max-load", 1)
    assert code == REFUSED
    assert "--max-load must be at least" in told.splitlines()[-1]


def test_a_file_that_is_no_list_of_pairs(files: tuple[Path, Path], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.tsv"
    wrong.write_text("a\tx\nb\n")
    code, _, told = run("--train", wrong, "--test", files[1])
    assert code == REFUSED
    assert "wrong.tsv, line 2" in told
    assert run("--train", tmp_path / "absent.tsv", "--test", files[1])[0] == 1


def test_one_pair_a_user_leaves_nothing_to_choose_on(tmp_path: Path) -> None:
    (tmp_path / "train.tsv").write_text("a\tx\nb\ty\n")
    (tmp_path / "test.tsv").write_text("a\ty\n")
    code, _, told = run("--train", tmp_path / "train.tsv", "--test", tmp_path / "test.tsv")
    assert code == REFUSED
    assert "give a validation file" in told
