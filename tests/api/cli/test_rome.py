import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli.rome import app
from features.artifacts import publishing
from features.rome.parts import AppellationRow, OccupationRow, RomeParts, SkillKind, SkillLinkRow, SkillRow
from features.rome.referential import Rome


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIVIER_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def imported(data: Path) -> Path:
    rome = Rome.from_parts(
        RomeParts(
            version="4.60",
            occupations=[
                OccupationRow("A1101", "Conducteur / Conductrice d'engins agricoles", "A1101", "Conduit.", "CAPA."),
                OccupationRow("A1102", "Bûcheron / Bûcheronne", "A1101"),
            ],
            appellations=[AppellationRow(str(code), f"Tractoriste {code}", "", "A1101") for code in range(30)],
            skills=[SkillRow("500", "Conduire un tracteur", SkillKind.KNOW_HOW)],
            skill_links=[SkillLinkRow("A1101", "500", core=True)],
        )
    )
    with publishing(data / "reference" / "rome", {}) as folder:
        rome.save(folder)
    return data


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_show_an_occupation(imported: Path) -> None:
    text = _run("show", "a1101").stdout
    assert "A1101  Conducteur / Conductrice d'engins agricoles" in text
    assert "appellations: 30" in text
    assert "… 10 more" in text
    found = json.loads(_run("show", "A1101", "--json").stdout)
    assert found["competences"][0]["coeurMetier"] is True
    assert len(found["appellations"]) == 30


def test_search_by_kind(imported: Path) -> None:
    found = json.loads(_run("search", "tracteur", "--kind", "competence", "--json").stdout)
    assert [hit["code"] for hit in found["results"]] == ["500"]
    assert "A1102" in _run("search", "bucheronne").stdout
    assert "nothing found for 'zzz'" in _run("search", "zzz").stdout
    wrong = _run("search", "x", "--kind", "job")
    assert (wrong.exit_code, "unknown kind 'job'" in wrong.stderr) == (2, True)


def test_resolve_a_v3_code(imported: Path) -> None:
    found = json.loads(_run("resolve", "A1101", "--json").stdout)
    assert [each["code"] for each in found["occupations"]] == ["A1101", "A1102"]
    unknown = _run("resolve", "A1103")
    assert (unknown.exit_code, "nearest: A110" in unknown.stderr) == (1, True)


def test_nothing_imported_names_the_command(data: Path) -> None:
    result = _run("show", "A1101")
    assert result.exit_code == 1
    assert "vivier import rome FILE" in result.stderr


def test_diff_of_what_is_imported_and_a_wrong_archive(imported: Path) -> None:
    assert "no difference" in _run("diff", "current", "current").stdout
    refused = _run("diff", "current", str(imported))
    assert (refused.exit_code, "no ROME table found" in refused.stderr) == (3, True)


@pytest.mark.open_data
def test_diff_lists_what_a_release_brings(imported: Path, open_data: Path) -> None:
    text = _run("diff", "current", str(open_data / "rome")).stdout
    assert "occupations added: 1582" in text
    assert "+ A1201  Bûcheron / Bûcheronne" in text
    changes = json.loads(_run("diff", "current", str(open_data / "rome"), "--json").stdout)
    assert changes["counts"]["occupations"]["added"] == len(changes["occupations"]["added"]) == 1582


@pytest.mark.parametrize("command", ["show", "search", "resolve", "diff"])
def test_help_gives_an_example(command: str) -> None:
    assert "Example: vivier rome" in _run(command, "--help").stdout
