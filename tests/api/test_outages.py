"""The database goes away under a running service: lists are answered from memory and say so, writes are refused soon,
and all is well again by itself."""

import datetime as dt
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.edge.outages import HEADER
from api.examples import EXAMPLES
from api.problems import ProblemType
from benchmarks.fault_proxy import Fault, FaultProxy
from features.store import Kind
from features.store.copying import restore_store
from features.store.engine import open_engine
from tests.api.conftest import client_over
from tests.databases import on_server
from tests.waiting import until

OFFER: Final = EXAMPLES[Kind.OFFER]
ADDRESS: Final = f"/v1/offres/{OFFER['id']}"
PATIENCE_S: Final = 1.0


@pytest.fixture(scope="module")
def way(postgres_server: sa.URL) -> Iterator[tuple[FaultProxy, sa.URL]]:
    """A way to a PostgreSQL server, and the URL of an empty database at the far end."""
    assert postgres_server.port is not None
    with (
        on_server(postgres_server, "template1") as url,
        FaultProxy("127.0.0.1", postgres_server.port) as proxy,
    ):
        yield proxy, sa.make_url(url)


@pytest.fixture(scope="module")
def far(
    sample_data_dir: Path, way: tuple[FaultProxy, sa.URL], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A service whose database is at the far end of `way`."""
    proxy, url = way
    folder = Path(shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("far") / "var"))
    engine = open_engine(url.render_as_string(hide_password=False))
    restore_store(folder / "vivier.db", engine, replace=True)
    engine.dispose()
    reached = url.set(port=proxy.port).render_as_string(hide_password=False)
    with client_over(folder, database_url=reached, database_timeout_s=PATIENCE_S) as client:
        yield client


def ready(client: TestClient) -> tuple[int, dict[str, Any]]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.json()


def lists(client: TestClient) -> list[str]:
    """Addresses of lists that have something in them."""
    found: list[dict[str, Any]] = []
    until(lambda: bool(found.extend(client.get("/v1/profils?range=0-19").json().get("resultats", ())) or found))
    addresses = [f"/v1/profils/{each['id']}/offres?range=0-4" for each in found]
    return [address for address in addresses if client.get(address).status_code in (200, 206)][:5]


def degraded(client: TestClient) -> bool:
    return HEADER in client.get("/health/live").headers


def well(client: TestClient) -> bool:
    status, body = ready(client)
    return (status, body["pret"], body["degrade"], body["pannes"]) == (200, True, False, [])


def writes(client: TestClient) -> bool:
    return client.put(ADDRESS, json=OFFER).status_code in (200, 201)


def refused(client: TestClient) -> None:
    """Writing is refused as an outage, with a time to come back."""
    answer = client.put(ADDRESS, json=OFFER)
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] in (ProblemType.STORE_DOWN.uri, ProblemType.STORAGE.uri)
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("fault", [Fault.HOLE, Fault.RESET, Fault.CUT])
def test_without_its_database_a_service_answers_from_memory_and_comes_back(
    far: TestClient, way: tuple[FaultProxy, sa.URL], fault: Fault
) -> None:
    proxy = way[0]
    asked = lists(far)
    assert asked
    told = [far.get(address).json()["resultats"] for address in asked]
    until(lambda: well(far))

    proxy.become(fault)
    refused(far)
    until(lambda: degraded(far))
    refused(far)
    for address, results in zip(asked, told, strict=True):
        answer = far.get(address)
        assert answer.json()["resultats"] == results
        assert answer.headers[HEADER].startswith('base-de-donnees;depuis="20')
    status, body = ready(far)
    assert (status, body["pret"], body["degrade"], body["retard"]) == (200, True, True, None)
    outage = body["pannes"][0]
    assert outage["quoi"] == "base-de-donnees"
    assert dt.datetime.fromisoformat(outage["depuis"]) <= dt.datetime.now(dt.UTC)
    assert far.get(ADDRESS).status_code == 503

    proxy.become(Fault.NONE)
    until(lambda: not degraded(far))
    until(lambda: writes(far))
    until(lambda: well(far))
    audited = far.get("/v1/audit?range=0-149").json()["resultats"]
    assert sum(line["operation"] == "GET /v1/profils/{id}/offres" for line in audited) >= 2 * len(asked)


def test_a_database_that_is_late_is_not_one_that_is_away(far: TestClient, way: tuple[FaultProxy, sa.URL]) -> None:
    proxy, _ = way
    proxy.latency_s = PATIENCE_S / 20
    proxy.become(Fault.LATENCY)
    until(lambda: writes(far) and not degraded(far))
    proxy.become(Fault.NONE)


def test_behind_a_lock_that_nobody_gives_back_reading_goes_on(deployment: Path) -> None:
    with client_over(deployment, database_timeout_s=PATIENCE_S) as client:
        asked = lists(client)
        with sqlite3.connect(deployment / "vivier.db", isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            refused(client)
            refused(client)
            until(lambda: degraded(client))
            for address in asked:
                assert client.get(address).status_code in (200, 206)
            assert client.get(ADDRESS).status_code == 404
            until(lambda: any("attendent" in each["consequence"] for each in ready(client)[1]["pannes"]))
            assert ready(client)[0] == 200
            other.execute("ROLLBACK")
        until(lambda: not degraded(client))
        until(lambda: writes(client))
        until(lambda: well(client))
