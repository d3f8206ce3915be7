"""`vivier world`: the sample world, other sizes, Parquet, and errors in one line."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.world import app
from features.reference import Reference
from features.sample.reference import sample_reference
from features.world import small

runner = CliRunner()
SMALL = ["--profiles", "40", "--offers", "30", "--trainings", "10", "--establishments", "30", "--events", "50"]
DAY = ["--today", "2026-11-23"]


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIVIER_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("VIVIER_OPEN_DATA", raising=False)
    monkeypatch.delenv("VIVIER_DATABASE_URL", raising=False)
    return tmp_path / "var"


def answer(*arguments: str) -> dict[str, Any]:
    result = runner.invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(*arguments: str) -> Result:
    result = runner.invoke(app, list(arguments))
    assert result.exit_code != 0
    assert "Traceback" not in result.output
    return result


def test_the_sample_fills_the_store_once_and_another_size_takes_its_place(data_dir: Path, tmp_path: Path) -> None:
    first = answer("sample", *DAY)
    assert first["records"]["profile"]["inserted"] == small.SMALL.profiles
    assert first["reference"]["occupations"] >= 120
    assert (data_dir / "vivier.db").is_file()
    second = answer("sample", *DAY)
    assert all(counts["unchanged"] and not counts["inserted"] for counts in second["records"].values())
    smaller = answer("generate", *SMALL, *DAY, "--seed", "3")
    assert smaller["records"]["profile"]["deleted"] == small.SMALL.profiles - 40
    assert smaller["seed"] == 3
    assert smaller["notes"] == []
    files = answer("generate", *SMALL, *DAY, "--to", "parquet", "--out", str(tmp_path / "out"))
    assert files["records"]["offer"] == 30
    assert (tmp_path / "out" / "offer.parquet").is_file()


def test_the_sample_does_not_overwrite_open_data(data_dir: Path) -> None:
    sample = sample_reference()
    Reference.of(dataclasses.replace(sample.rome, version="460"), sample.communes).save(data_dir / "reference")
    assert "holds ROME 460" in refused("sample").stderr
    assert Reference.load(data_dir / "reference").rome.version == "460"


def test_what_is_missing_or_wrong_is_one_line() -> None:
    assert "vivier" in refused("generate", *SMALL).stderr
    assert "2026-13-01" in refused("generate", *SMALL, "--today", "2026-13-01").stderr
    assert refused("generate", "--profiles", "-1").exit_code == 2
    assert refused("generate", *SMALL, "--out", "somewhere").exit_code == 2


def test_help_has_examples_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from api.cli.world import app; from typer.testing import CliRunner; "
        "print(CliRunner().invoke(app, ['generate', '--help']).stdout); "
        "heavy = {'numpy', 'pandas', 'pyarrow', 'sqlalchemy', 'msgspec'} & set(sys.modules); "
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Example: vivier world generate" in done.stdout
