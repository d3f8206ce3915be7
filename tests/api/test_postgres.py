"""The whole service on PostgreSQL: it answers as on SQLite, forgets, keeps what the law says, and comes back."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.main import app
from features.privacy.tombstones import Tombstones
from features.records import Profile
from features.store import Kind, Store
from features.store.copying import restore_store
from features.store.engine import open_engine
from tests.api.conftest import client_over
from tests.databases import on_server
from tests.keys import KEYRING
from tests.waiting import until

Json = dict[str, Any]


@dataclass(frozen=True)
class House:
    """A data folder and the database that goes with it."""

    folder: Path
    url: str

    def client(self) -> TestClient:
        return client_over(self.folder, database_url=self.url)

    def store(self) -> Store:
        return Store.open(self.url, KEYRING, Tombstones(self.folder / "tombstones", KEYRING))

    def run(self, *arguments: str) -> Json:
        env = {"VIVIER_DATA_DIR": str(self.folder), "VIVIER_DATABASE_URL": self.url}
        result = CliRunner().invoke(app, [*arguments, "--json"], env=env)
        assert result.exit_code == 0, result.output + result.stderr
        found: Json = json.loads(result.stdout)
        return found


@pytest.fixture
def house(deployment: Path, postgres_server: sa.URL, postgres_schema: str) -> Iterator[House]:
    """The sample world, its store moved to PostgreSQL."""
    with on_server(postgres_server, postgres_schema) as url:
        engine = open_engine(url)
        restore_store(deployment / "vivier.db", engine, replace=False)
        engine.dispose()
        (deployment / "vivier.db").unlink()
        yield House(deployment, url)


@pytest.fixture
def elsewhere(tmp_path: Path, postgres_server: sa.URL, postgres_schema: str) -> Iterator[House]:
    """A host that has nothing but the keys."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    KEYRING.write(folder / "data-key")
    with on_server(postgres_server, postgres_schema) as url:
        yield House(folder, url)


def ranked(client: TestClient) -> dict[str, str]:
    """By question, the hash of the whole answer: lists of all services."""
    people = [each["id"] for each in client.get("/v1/profils", params={"range": "0-11"}).json()["resultats"]]
    offers = [each["id"] for each in client.get("/v1/offres", params={"range": "0-5"}).json()["resultats"]]
    paths = [f"/v1/profils/{key}/{what}?range=0-19" for key in people for what in ("offres", "formations")]
    paths += [f"/v1/offres/{key}/profils?range=0-19" for key in offers]
    answers = {path: client.get(path) for path in paths}
    assert {answer.status_code for answer in answers.values()} <= {200, 204, 206}
    assert sum(b'"resultats":[{' in answer.content for answer in answers.values()) > 5
    return {path: hashlib.sha256(answer.content).hexdigest() for path, answer in answers.items()}


def test_it_answers_as_on_sqlite_and_follows_its_log(house: House, sample_data_dir: Path, tmp_path: Path) -> None:
    with client_over(Path(shutil.copytree(sample_data_dir, tmp_path / "sqlite"))) as other, house.client() as client:
        assert ranked(client) == ranked(other)
        ready, theirs = (each.get("/health/ready").json() for each in (client, other))
        assert ready["noeud"].pop("ageS") is not None
        assert theirs["noeud"].pop("ageS") == 0
        assert ready == theirs
        assert (ready["pret"], ready["retard"]) == (True, 0)
        offers = "/v1/profils/nouveau/offres"
        assert client.get(offers).status_code == 404
        body = {"id": "nouveau", "projets": [{"codeROME": "J1501"}]}
        assert client.put("/v1/profils/nouveau", json=body).status_code == 201
        until(lambda: client.get(offers).status_code != 404)
        assert client.delete("/v1/profils/nouveau").status_code == 204
        until(lambda: client.get(offers).status_code == 404)
        assert client.put("/v1/profils/nouveau", json=body).status_code == 409
    told = house.run("audit", "verify")
    assert told["ok"] is True
    assert told["lines"] > 30


@pytest.mark.slow
def test_who_is_forgotten_is_in_no_row_and_does_not_come_back_with_a_backup(house: House, elsewhere: House) -> None:
    store = house.store()
    gone = store.page(Profile, 0, 1)[0].id
    everyone = store.count(Kind.PROFILE)
    with house.client() as client:  # served meanwhile
        place = Path(house.run("backup", str(house.folder.parent / "backups"))["folder"])
        before = ranked(client)
    assert Path(house.run("backup", str(house.folder.parent / "later"))["folder"]).is_dir()
    told = house.run("forget", gone)
    assert told["finished"] == {"indexes": True, "database": True, "waits": None}
    with store.engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f"select * from {table}")).all()
            assert not any(gone in str(value) for row in rows for value in row), table
        dead = "select coalesce(sum(n_dead_tup), 0) from pg_stat_user_tables where relname = 'profile'"
        assert connection.scalar(sa.text(dead)) == 0
    store.close()
    assert house.run("retention", "run")["finished"]["database"] in (True, False)

    # On an empty host, without what happened since: all the same, byte for byte.
    restored = elsewhere.run("restore", str(place))
    assert restored == {"profiles": everyone, "erased_again": 0}
    elsewhere.run("index", "build")
    with elsewhere.client() as client:
        assert ranked(client) == before

    # With what the old host remembers of who was erased, and then on the old host itself.
    shutil.copy(house.folder / "tombstones", elsewhere.folder / "tombstones")
    for host in (elsewhere, house):
        assert host.run("restore", str(place), "--replace") == {"profiles": everyone - 1, "erased_again": 1}
        host.run("index", "build")
    with elsewhere.client() as client, house.client() as other:
        after = ranked(client)
        assert ranked(other) == after
        assert client.get(f"/v1/profils/{gone}").status_code == 404
        assert after != before
