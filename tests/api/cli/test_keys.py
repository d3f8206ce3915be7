"""`vivier keys`: made once, rotated, counted; and what happens where they are missing."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from api.service import Service
from api.settings import Settings
from api.storing import open_store
from features.privacy.keyring import Keyring, KeyringError
from features.records import Identity
from features.store import KeyMissing, Kind, Store
from features.store.tables import record_tables

Json = dict[str, Any]


def run(folder: Path, *arguments: str, **more: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments], env={"VIVIER_DATA_DIR": str(folder), **more})


def told(result: Result) -> Json:
    assert result.exit_code == 0, result.output + result.stderr
    found: Json = json.loads(result.stdout)
    return found


def test_a_store_with_identities_and_without_keys_does_not_open(deployment: Path) -> None:
    (deployment / "data-key").unlink()
    with pytest.raises(KeyMissing, match="VIVIER_DATA_KEY_FILE"):
        Service.open(Settings(data_dir=deployment))
    result = CliRunner().invoke(app, ["index", "status"], env={"VIVIER_DATA_DIR": str(deployment)})
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "no key was given" in result.stderr


def test_keys_that_are_others_or_none_are_told(deployment: Path) -> None:
    Keyring.new().write(deployment / "data-key", replace=True)
    store = open_store(Settings(data_dir=deployment))
    with pytest.raises(KeyringError, match="was changed, or is about another"):
        next(store.scan(Identity))
    store.close()
    with pytest.raises(KeyringError, match="cannot be read"):
        open_store(Settings(data_dir=deployment, data_key_file=deployment / "gone"))


def test_they_may_be_given_as_a_value(deployment: Path) -> None:
    text = (deployment / "data-key").read_text()
    (deployment / "data-key").unlink()
    words = " ".join(line for line in text.splitlines() if not line.startswith("#"))
    store = open_store(Settings(data_dir=deployment, data_key=words))  # type: ignore[arg-type]
    assert next(store.scan(Identity))
    store.close()


def test_a_rotation_reads_on_and_former_keys_are_dropped_when_asked(deployment: Path) -> None:
    before = told(run(deployment, "status", "--json"))
    assert before["in_clear"] == 0
    sealed = before["keys"][before["sealing"]]
    assert sealed > 0
    rotated = told(run(deployment, "rotate", "--name", "neuve", "--json"))
    assert (rotated["sealing"], rotated["renewed"], rotated["sealed"], rotated["dropped"]) == ("neuve", sealed, 0, [])
    after = told(run(deployment, "status", "--json"))
    assert after["keys"] == {"neuve": sealed, before["sealing"]: 0}
    assert told(run(deployment, "rotate", "--drop", "--json"))["dropped"] == ["neuve", before["sealing"]]
    listed = CliRunner().invoke(app, ["audit", "list", "--json"], env={"VIVIER_DATA_DIR": str(deployment)})
    lines = [each for each in told(listed)["lines"] if each["operation"].startswith("vivier ")]
    assert [each["operation"] for each in lines] == ["vivier keys rotate"] * 2
    assert "2 clés retirées" in lines[0]["precision"]
    assert stat.S_IMODE((deployment / "data-key").stat().st_mode) == 0o600
    store = open_store(Settings(data_dir=deployment))
    assert next(store.scan(Identity))[0].last_name
    store.close()


def test_new_keys_seal_what_a_former_store_holds_in_clear(deployment: Path) -> None:
    (deployment / "data-key").unlink()
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}")
    for kind in (Kind.IDENTITY, Kind.PROTECTED):
        with store.writing() as writer:
            table = record_tables[kind]
            body = '{"id":"' + table.c.id + '"}'
            writer.connection.execute(table.update().values(body=body))
    store.close()
    made = told(run(deployment, "new", "--json"))
    assert made["sealed"] > 200
    assert told(run(deployment, "status", "--json"))["in_clear"] == 0
    again = run(deployment, "new")
    assert again.exit_code == 1
    assert "is there already" in again.stderr


def test_keys_of_a_variable_are_rotated_by_whoever_sets_it(deployment: Path) -> None:
    result = run(deployment, "rotate", VIVIER_DATA_KEY=(deployment / "data-key").read_text())
    assert result.exit_code == 2
    assert "VIVIER_DATA_KEY_FILE" in result.stderr
