"""`vivier train hiring`: what it writes, where, and what it says when it cannot."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from api.cli.main import app
from models.hiring.published import in_force, load, shipped
from models.simulation.recruitment import simulate


@pytest.fixture
def vivier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("VIVIER_DATA_DIR", str(tmp_path / "var"))
    return CliRunner()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years and a half of 400 firms, as a deployment would have them."""
    history = simulate(400, 30, 1).history
    firm, month = np.nonzero(history.counts > 0)
    first = np.arange(len(history))
    firms, months = np.concatenate([first, firm]), np.concatenate([0 * first, month])
    numbers = history.first_month + months
    path = tmp_path_factory.mktemp("hirings") / "hirings.parquet"
    pd.DataFrame(
        {
            "siret": [history.ids[row] for row in firms],
            "naf": [history.naf[row] for row in firms],
            "headcount_min": history.headcount_min[firms],
            "commune": [f"{history.departement[row]}001" for row in firms],
            "month": [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers.tolist()],
            "hirings": np.concatenate([0 * first, history.counts[firm, month]]).astype(int),
        }
    ).to_parquet(path)
    return path


def test_a_forecast_is_fitted_on_a_table_and_put_in_force(vivier: CliRunner, table: Path, tmp_path: Path) -> None:
    done = vivier.invoke(app, ["train", "hiring", "--history", str(table), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["generation"] == "000001"
    assert 0 < told["figures"]["top_tenth_capture"] <= 1
    forecast = in_force(tmp_path / "var")
    assert forecast is not shipped()
    assert forecast.firms == 400
    assert forecast.cells.areas
    assert forecast.kappa == shipped().kappa


def test_simulated_hirings_know_no_place(vivier: CliRunner, tmp_path: Path) -> None:
    done = vivier.invoke(
        app, ["train", "hiring", "--simulated", "--firms", "400", "--ship", str(tmp_path / "out"), "--json"]
    )
    assert done.exit_code == 0, done.output
    forecast = load(tmp_path / "out")
    assert forecast.cells.areas == ()
    assert forecast.cells.sub_classes == ()
    assert not (tmp_path / "var" / "hiring").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--history", "absent.csv"], "absent.csv"),
        (["--history", "absent.csv", "--simulated"], "not both"),
        ([], "fitting needs 200"),
    ],
)
def test_what_cannot_be_fitted_is_told(vivier: CliRunner, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "var").mkdir()
    done = vivier.invoke(app, ["train", "hiring", *arguments])
    assert done.exit_code != 0
    assert message in done.output
