"""`vivier models` over a registry: what is listed, shown and compared, and what moves; failures are one line."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from matching.rankers import Rankers, transparent_scorer
from models.ranked import Ranked
from tests.models.training.trainings import lists, training

Json = dict[str, Any]


def run(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["models", *arguments], env={"VIVIER_DATA_DIR": str(data_dir)})


def answer(data_dir: Path, *arguments: str, code: int = 0) -> Json:
    result = run(data_dir, *arguments, "--json")
    assert (result.exit_code, result.stderr) == (code, ""), result.output
    found: Json = json.loads(result.stdout)
    return found


@pytest.mark.slow
@pytest.mark.usefixtures("quiet_mlflow")
def test_a_ranker_from_its_training_to_its_rollback(tracking_folder: Path) -> None:
    from models.training.registry import Registry

    registry = Registry(tracking_folder)
    registry.register(training(Ranked.OFFERS))
    registry.register(training(Ranked.OFFERS, near_first=False, depth=2))

    listed = answer(tracking_folder, "list")
    assert set(listed) == {"offres", "profils", "formations", "etablissements"}
    assert listed["offres"]["in_force"] == {"model": "transparent", "since": None, "trouble": None}
    assert [each["version"] for each in listed["offres"]["versions"]] == ["2", "1"]
    told = run(tracking_folder, "list", "offres").stdout
    assert "offres: transparent answers" in told
    assert "candidate" in told

    # The transparent ranker puts what is near first too: nothing is lost by the first version, all by the second.
    assert transparent_scorer(Ranked.OFFERS)(lists())[:3].argmax() == 1
    promoted = answer(tracking_folder, "promote", "offres", "1")
    assert (promoted["promoted"], promoted["incumbent"]) == (True, "transparent")
    assert Rankers.open(tracking_folder, ())[Ranked.OFFERS].model == "vivier-offres/1"
    closed = answer(tracking_folder, "promote", "offres", code=3)
    assert (closed["promoted"], closed["opens"]) == (False, False)
    told = run(tracking_folder, "promote", "offres").stdout
    assert "The gate is closed:" in told
    assert "ndcg@10 urbain_rural=rural: look at its lists" in told

    shown = answer(tracking_folder, "show", "offres", "candidate")
    assert (shown["version"], shown["gate"]["opens"], shown["parameters"]["depth"]) == ("2", False, "2")
    told = run(tracking_folder, "show", "offres", "candidate").stdout
    assert "gate, against vivier-offres/1: closed" in told
    assert "curve/" not in told
    differs = answer(tracking_folder, "diff", "offres")
    assert (differs["first"], differs["second"], differs["parameters"]) == ("1", "2", {"depth": [None, "2"]})
    assert "depth: - -> 2" in run(tracking_folder, "diff", "offres").stdout

    for wrong in (["--force"], ["--reason", "sans force"], ["--force", "--reason", " "]):
        assert run(tracking_folder, "promote", "offres", *wrong).exit_code == 2
    forced = run(tracking_folder, "promote", "offres", "--force", "--reason", "démonstration")
    assert forced.exit_code == 0
    assert "vivier-offres/2 is in force, forced: démonstration" in forced.stdout
    assert "forced: démonstration" in run(tracking_folder, "list").stdout
    again = run(tracking_folder, "promote", "offres", "2")
    assert (again.exit_code, again.stderr) == (1, "vivier: vivier-offres/2 is in force already\n")

    assert answer(tracking_folder, "rollback", "offres", "--reason", "plaintes") == {"in_force": "vivier-offres/1"}
    assert Rankers.open(tracking_folder, ())[Ranked.OFFERS].model == "vivier-offres/1"
    assert "rolled back: plaintes" in run(tracking_folder, "list", "offres").stdout
    none = run(tracking_folder, "rollback", "formations")
    assert (none.exit_code, len(none.stderr.splitlines())) == (1, 1)
    assert "nothing was ever promoted for formations" in none.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("quiet_mlflow")
def test_what_is_not_there_is_one_line(tracking_folder: Path) -> None:
    for arguments, code, said in (
        (["list", "clients"], 2, "nothing is ranked under 'clients': choose one of offres, profils"),
        (["show", "formations"], 1, "vivier-formations has no champion; there is: none"),
        (["promote", "formations"], 1, "vivier-formations has no candidate"),
        (["diff", "formations", "1", "2"], 1, "vivier-formations has no 1"),
        (["list", "--tracking", "file:///tmp/mlruns"], 2, "give sqlite:///path/to/mlflow.db"),
    ):
        result = run(tracking_folder, *arguments)
        assert result.exit_code == code
        (line,) = result.stderr.splitlines()
        assert line.startswith("vivier: ")
        assert said in line


def test_where_nothing_was_trained_it_says_so_and_makes_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, "list")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"vivier: no ranker was trained in {tmp_path}")
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    result = run(tmp_path, "list", "--tracking", "sqlite:///elsewhere.db")
    assert result.exit_code == 1
    assert result.stderr == "vivier: the registry needs mlflow: pip install 'vivier[rankers]'\n"
    assert list(tmp_path.iterdir()) == []
