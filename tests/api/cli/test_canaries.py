"""`vivier canaries`: planted, known to who runs the service, removed."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from api.cli.main import app
from features.records import Profile
from features.store import Kind, Store


def answer(data_dir: Path, *arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["canaries", *arguments, "--json"], env={"VIVIER_DATA_DIR": str(data_dir)})
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_canaries_come_and_go(deployment: Path) -> None:
    assert answer(deployment, "list") == {"canaries": []}
    planted = answer(deployment, "plant", "--count", "2")["planted"]
    assert planted == 2
    listed = answer(deployment, "list")["canaries"]
    assert len(listed) == 2
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}")
    before = store.count(Kind.PROFILE)
    for key in listed:
        profile = store.get(Profile, key)
        assert profile is not None
        assert profile.consents.visible_to_employers
        assert profile.counsellor_id is None
        assert profile.projects[0].rome_code
    assert answer(deployment, "remove") == {"removed": 2}
    assert answer(deployment, "list") == {"canaries": []}
    assert store.count(Kind.PROFILE) == before - 2
    store.close()
