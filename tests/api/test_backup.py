"""A backup comes back whole, but for those who were erased since."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from features.privacy.tombstones import Tombstones
from features.records import Identity, Profile
from features.store import Kind, Store
from tests.keys import KEYRING

Json = dict[str, Any]


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--json"], env={"VIVIER_DATA_DIR": str(folder)})


def cli(folder: Path, *arguments: str) -> Json:
    result = run(folder, *arguments)
    assert result.exit_code == 0, result.output + result.stderr
    found: Json = json.loads(result.stdout)
    return found


def test_the_erased_are_erased_again_when_a_backup_comes_back(deployment: Path, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}", KEYRING)
    gone, kept = (each.id for each in store.page(Profile, 0, 2))
    everyone = store.count(Kind.PROFILE)
    store.close()
    place = Path(cli(deployment, "backup", str(tmp_path / "backups"))["folder"])
    assert {"vivier.db", "backup.json", "reference"} <= {path.name for path in place.iterdir()}
    assert not (place / "data-key").exists()
    cli(deployment, "forget", gone)

    refused = run(deployment, "restore", str(place))
    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    assert cli(deployment, "restore", str(place), "--replace") == {"profiles": everyone - 1, "erased_again": 1}
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}", KEYRING)
    assert store.get(Profile, gone) is None
    assert store.get(Identity, gone) is None
    assert store.get(Identity, kept) is not None
    assert store.count(Kind.PROFILE) == everyone - 1
    store.close()
    assert not (deployment / "indexes").exists()
    with sqlite3.connect(deployment / "vivier.db") as connection:
        assert connection.execute("select count(*) from profile where id = ?", (gone,)).fetchone() == (0,)
    connection.close()


def test_on_another_machine_the_tombstones_of_the_backup_hold(deployment: Path, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}", KEYRING, Tombstones(deployment / "tombstones", KEYRING))
    first = store.page(Profile, 0, 1)[0].id
    store.close()
    cli(deployment, "forget", first)
    place = Path(cli(deployment, "backup", str(tmp_path / "backups"))["folder"])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    without_keys = run(elsewhere, "restore", str(place))
    assert (without_keys.exit_code, "no keys" in without_keys.stderr) == (1, True)
    shutil.copy(deployment / "data-key", elsewhere / "data-key")
    assert cli(elsewhere, "restore", str(place))["erased_again"] == 0
    assert first in Tombstones(elsewhere / "tombstones", KEYRING)
    assert (elsewhere / "reference").is_dir()


@pytest.mark.parametrize("damage", ["nothing there", "a byte"])
def test_what_is_no_backup_is_refused_before_anything_is_touched(deployment: Path, tmp_path: Path, damage: str) -> None:
    place = tmp_path / "none"
    if damage == "a byte":
        place = Path(cli(deployment, "backup", str(tmp_path / "backups"))["folder"])
        with (place / "vivier.db").open("r+b") as file:
            file.seek(5000)
            file.write(b"\xff")
    result = run(deployment, "restore", str(place), "--replace")
    assert result.exit_code == 1
    assert "backup" in result.stderr
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}", KEYRING)
    assert store.count(Kind.PROFILE) == 200
    store.close()
