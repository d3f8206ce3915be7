"""A disk that is full, fails, or may not be written to: each write is told, searches go on, and all is well after."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.auditing.log import key_of, witness_of
from api.examples import EXAMPLES
from api.service import Service
from features.artifacts import current_id
from features.audit.verify import verify
from features.store import Kind, Store
from tests.api.conftest import client_over
from tests.features.test_array_files import files_of_at_most
from tests.waiting import until

PERSON = "exemple-profil"
NDJSON = {"Content-Type": "application/x-ndjson"}


@contextmanager
def told_each_time(store: Store, pragma: str, after: str) -> Iterator[None]:
    """Each connection of the store is told `pragma` before it is used, and `after` once this is over."""
    said = [pragma]

    def tell(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA {said[0]}")

    sa.event.listen(store.engine, "checkout", tell)
    try:
        yield
    finally:
        said[0] = after


@contextmanager
def full(store: Store) -> Iterator[None]:
    """The database may have no more pages than it has."""
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with told_each_time(store, f"max_page_count = {pages}", "max_page_count = 1073741823"):
        yield


def read_only(store: Store) -> AbstractContextManager[None]:
    return told_each_time(store, "query_only = 1", "query_only = 0")


@contextmanager
def failing(store: Store) -> Iterator[None]:
    """The system refuses the next byte that is written to the database's log."""
    with store.engine.connect() as connection:
        file = str(connection.exec_driver_sql("PRAGMA database_list").one()[2])
    with files_of_at_most(Path(f"{file}-wal").stat().st_size):
        yield


@pytest.fixture
def served(deployment: Path) -> Iterator[TestClient]:
    with client_over(deployment) as client:
        assert client.put(f"/v1/profils/{PERSON}", json=EXAMPLES[Kind.PROFILE]).status_code == 201
        yield client


def writes(key: str) -> list[tuple[str, str, dict[str, Any]]]:
    """One write of each kind; they all succeed where there is room."""
    offer = {**EXAMPLES[Kind.OFFER], "id": key, "description": "de longs mots " * 200}
    return [
        ("PUT", f"/v1/offres/{key}", {"json": offer}),
        ("POST", "/v1/profils", {"json": {**EXAMPLES[Kind.PROFILE], "id": key}}),
        ("POST", "/v1/offres/lot", {"content": json.dumps({**offer, "id": f"{key}-lot"}), "headers": NDJSON}),
        ("POST", "/v1/abonnements", {"json": {**EXAMPLES[Kind.SUBSCRIPTION], "id": key, "profil": PERSON}}),
        ("DELETE", "/v1/offres/exemple-de-trop", {}),
    ]


@pytest.mark.parametrize(
    ("trouble", "status", "slug"),
    [
        (full, 507, "stockage-plein"),
        (read_only, 503, "stockage-indisponible"),
        (failing, 503, "stockage-indisponible"),
    ],
)
def test_each_write_is_told_and_nothing_is_lost(
    served: TestClient, trouble: Callable[[Store], AbstractContextManager[None]], status: int, slug: str
) -> None:
    service: Service = served.app.state.service  # type: ignore[attr-defined]
    assert served.put("/v1/offres/exemple-de-trop", json={**EXAMPLES[Kind.OFFER], "id": "exemple-de-trop"}).is_success
    with trouble(service.store):
        number = 0
        while served.put(f"/v1/offres/p{number}", json=writes(f"p{number}")[0][2]["json"]).is_success:
            number += 1  # what pages still have room for
        kept = service.store.count(Kind.OFFER), service.store.count(Kind.PROFILE)
        refused = writes("refuse")[::2][:2] if status == 507 else writes("refuse")  # short ones may find room in a page
        for method, path, given in refused:
            answer = served.request(method, path, **given)
            assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), path
            told = answer.json()
            assert told["type"] == f"/problemes/{slug}"
            assert told["detail"].endswith("rien n'a été écrit.")
            assert int(answer.headers["Retry-After"]) > 0
            assert "Les recherches répondent toujours" in served.get(told["type"]).text
        assert (service.store.count(Kind.OFFER), service.store.count(Kind.PROFILE)) == kept
        assert served.get(f"/v1/profils/{PERSON}/offres").status_code in (200, 204, 206)
        if status == 503:
            until(lambda: served.get("/health/ready").status_code == 503)  # its audit lines wait
    until(lambda: served.get("/health/ready").status_code == 200)
    for method, path, given in writes("garde"):
        assert served.request(method, path, **given).is_success, path
    until(lambda: service.audit.waiting == 0)
    settings = service.settings
    verdict = verify(service.store, witness_of(settings), key_of(settings).public)
    assert verdict.fault is None
    with service.store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        lines = connection.exec_driver_sql("select body from audit_line where action = 'echoue'").scalars().all()
    assert sum("/v1/" in line for line in lines) >= len(refused)


def test_a_generation_that_does_not_fit_leaves_the_one_in_force(deployment: Path) -> None:
    """Whatever the size at which the disk is full: what is in force is whole, and opens."""
    with client_over(deployment) as client:
        service: Service = client.app.state.service  # type: ignore[attr-defined]
        before = current_id(deployment / "indexes")
        largest = max(path.stat().st_size for path in (deployment / "indexes").rglob("*"))
        for size in (0, 100, 130, 1000, 4096, 5000, largest - 1):
            with files_of_at_most(size), pytest.raises(OSError):
                service.engine.merge(dt.datetime.now(dt.UTC))
            assert current_id(deployment / "indexes") == before
            assert [path.name for path in (deployment / "indexes").iterdir() if path.name.startswith(".")] == []
        service.engine.merge(dt.datetime.now(dt.UTC))
        assert current_id(deployment / "indexes") != before
