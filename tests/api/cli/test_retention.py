"""`vivier retention run`: counts first, then drops, and the indexes forget too."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from features.records import Profile
from features.store import Kind, Store
from tests.keys import KEYRING

Json = dict[str, Any]


def run(folder: Path, *arguments: str) -> Json:
    result = CliRunner().invoke(app, ["retention", "run", *arguments, "--json"], env={"VIVIER_DATA_DIR": str(folder)})
    assert result.exit_code == 0, result.output + result.stderr
    found: Json = json.loads(result.stdout)
    return found


@pytest.mark.slow
def test_two_years_later_nobody_is_left_who_was_not_heard_of(deployment: Path) -> None:
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}", KEYRING)
    everyone = store.count(Kind.PROFILE)
    later = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=731)
    heard = store.page(Profile, 0, 3)
    with store.writing() as writer:  # as if written a year later
        table = "update {} set written_on = written_on + 365 where id in ('{}')"
        ids = "','".join(each.id for each in heard)
        writer.connection.exec_driver_sql(table.format("profile", ids))
    store.close()
    assert run(deployment)["over"]["profiles"] == 0
    counted = run(deployment, "--date", later.isoformat(), "--dry-run")
    assert counted["over"]["profiles"] == everyone - 3
    assert counted["dry_run"] is True
    assert run(deployment, "--date", later.isoformat(), "--dry-run") == counted
    done = run(deployment, "--date", later.isoformat())
    assert done["over"]["profiles"] == everyone - 3
    assert done["finished"] == {"indexes": True, "database": True, "waits": None}
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}", KEYRING)
    assert sorted(each.id for each in store.page(Profile, 0, 9)) == sorted(each.id for each in heard)
    store.close()
    assert run(deployment, "--date", later.isoformat())["over"]["profiles"] == 0


def test_a_wrong_day_is_told(deployment: Path) -> None:
    result = CliRunner().invoke(app, ["retention", "run", "--date", "hier"], env={"VIVIER_DATA_DIR": str(deployment)})
    assert (result.exit_code, "YYYY-MM-DD" in result.stderr) == (2, True)
