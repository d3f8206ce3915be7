"""Nodes: each copies what is published, hears of writes, knows what it may have missed, and answers as others do."""

import datetime as dt
import math
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.copies import Copies
from api.log_watch import LogWatch
from api.nodes import CUT_OFF_S, Node
from api.service import Service
from api.settings import Settings, SettingsError
from features.records import Offer, OfferSource
from features.store import Kind, Store
from features.store.copying import restore_store
from features.store.engine import open_engine
from matching.engine import Engine
from matching.generations import INDEX_ROOT
from tests.api.conftest import client_over
from tests.databases import on_server
from tests.keys import KEYRING
from tests.waiting import until


class Clock:
    """A time that moves when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def an_offer(key: str) -> Offer:
    return Offer(id=key, title="Soudeur", source=OfferSource(name="essai", id=key), published_on=dt.date(2026, 1, 2))


def service_of(client: TestClient) -> Service:
    found: Service = client.app.state.service  # type: ignore[attr-defined]
    return found


# ---------------------------------------------------------------- hearing of the log


def test_a_write_is_heard_of_at_once_and_what_is_not_read_ages(store: Store) -> None:
    woken: list[int] = []
    clock, level = Clock(), [0]
    watch = LogWatch(store.engine, 60, lambda: level[0], clock)  # nobody asks: what is heard was told
    watch.start(lambda: woken.append(watch.head))
    try:
        assert watch.age_s in (0, math.inf), "before anything was heard, nobody knows"
        until(lambda: watch.age_s == 0)
        clock.now = 5
        assert watch.age_s == 5
        store.upsert([an_offer("1"), an_offer("2")], "essai")
        until(lambda: woken == [2])
        assert watch.age_s == 5, "it was written, and is not read yet"
        clock.now, level[0] = 7, 2
        assert watch.age_s == 2, "level with what was told at 5"
        store.upsert([an_offer("1")], "essai")  # nothing new: nobody is told
        store.delete(Kind.OFFER, ["1"])
        until(lambda: woken == [2, 3])
        assert watch.notices == 2
        level[0] = 3
        assert watch.age_s == 0
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            pids = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'select coalesce(max(seq)%'"
            connection.execute(sa.text(pids))
        store.upsert([an_offer("3")], "essai")
        until(lambda: woken[-1] == 4)  # a connection that is lost is made again
    finally:
        watch.stop()


@pytest.fixture
def store(postgres_server: sa.URL, postgres_schema: str) -> Iterator[Store]:
    with on_server(postgres_server, postgres_schema) as url:
        opened = Store.open(url)
        yield opened
        opened.close()


# ---------------------------------------------------------------- a node that was cut off


@dataclass
class Log:
    """An engine whose log breaks when told."""

    data_dir: Path
    watermark: int = 10
    broken: bool = False
    generation: dict[str, Any] = field(default_factory=lambda: {"id": "000001"})
    refused: set[str] = field(default_factory=set)
    reads: int = 0

    def read_changes(self) -> None:
        self.reads += 1
        if self.broken:
            raise OSError("no route to host")


@dataclass
class Published:
    """What is in force in the shared folder."""

    watermark: int
    refused: dict[str, str] = field(default_factory=dict)

    def published_watermark(self) -> int:
        return self.watermark


def node_over(log: Log, published: Published, clock: Clock) -> Node:
    node = Node(cast("Engine", log), cast("Copies", published), None, clock)
    node.read_changes()
    return node


def test_a_node_that_was_cut_off_waits_for_the_indexes_that_are_further(tmp_path: Path) -> None:
    log, published, clock = Log(tmp_path), Published(10), Clock()
    node = node_over(log, published, clock)
    published.watermark = 12  # merged elsewhere while this one is level, but for two changes
    clock.now = 1
    node.read_changes()
    assert (log.reads, node.awaits_copy) == (2, False)
    log.broken = True
    clock.now = 2
    with pytest.raises(OSError, match="route"):
        node.read_changes()
    clock.now = 4
    assert node.age_s() == 3
    log.broken = False
    clock.now = 1 + CUT_OFF_S + 0.1
    node.read_changes()
    assert (log.reads, node.awaits_copy) == (3, True), "lines between 10 and 12 may be gone"
    assert node.age_s() == pytest.approx(CUT_OFF_S + 0.1)
    published.refused = {INDEX_ROOT: "damaged"}  # then what there is must do, as on one machine
    node.read_changes()
    assert (log.reads, node.awaits_copy, node.age_s()) == (4, False, 0)


def test_a_copy_that_has_come_ends_the_wait(tmp_path: Path) -> None:
    log, published, clock = Log(tmp_path), Published(10), Clock()
    node = node_over(log, published, clock)
    published.watermark, clock.now = 12, 60
    node.read_changes()
    assert (log.reads, node.awaits_copy) == (1, True)
    (tmp_path / INDEX_ROOT).mkdir()
    (tmp_path / INDEX_ROOT / "CURRENT").write_text("000002")
    node.read_changes()  # the engine takes it
    assert (log.reads, node.awaits_copy) == (2, False)


def test_a_node_that_missed_nothing_reads_on(tmp_path: Path) -> None:
    log, clock = Log(tmp_path), Clock()
    node = node_over(log, Published(10), clock)
    clock.now = 3600
    node.read_changes()
    assert (log.reads, node.awaits_copy) == (2, False)


# ---------------------------------------------------------------- several nodes over one PostgreSQL


@dataclass(frozen=True)
class Nodes:
    """Two nodes: what they share, and the folder of each."""

    shared: Path
    url: str
    clients: tuple[TestClient, TestClient]


@pytest.fixture
def nodes(deployment: Path, postgres_server: sa.URL, postgres_schema: str) -> Iterator[Nodes]:
    with ExitStack() as stack:
        url = stack.enter_context(on_server(postgres_server, postgres_schema))
        engine = open_engine(url)
        restore_store(deployment / "vivier.db", engine, replace=False)
        engine.dispose()
        clients = [
            stack.enter_context(
                client_over(
                    deployment,
                    database_url=url,
                    local_dir=deployment.parent / f"node-{number}",
                    stale_after_s=60,  # a busy machine is not a cut network
                    follow_interval_s=60,  # what is seen sooner was told
                )
            )
            for number in (1, 2)
        ]
        yield Nodes(deployment, url, (clients[0], clients[1]))


@pytest.mark.slow
def test_two_nodes_answer_alike_hear_of_each_other_and_refuse_when_they_may_not_have(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = nodes.clients
    for number in (1, 2):
        assert (nodes.shared.parent / f"node-{number}" / "indexes" / "CURRENT").read_text() == "000001"
    listed = first.get("/v1/profils", params={"range": "0-11"}).json()["resultats"]
    paths = [f"/v1/profils/{each['id']}/{what}" for each in listed for what in ("offres", "formations")]

    def told(client: TestClient) -> list[tuple[int, bytes, str]]:
        answers = [client.get(path) for path in paths]
        return [(each.status_code, each.content, each.headers["Vivier-Etat"]) for each in answers]

    assert told(first) == told(second)

    offers = "/v1/profils/nouveau/offres"
    body = {"id": "nouveau", "projets": [{"codeROME": "J1501"}]}
    for writer, reader in ((first, second), (second, first)):
        assert writer.put("/v1/profils/nouveau", json=body).status_code == 201
        until(lambda reader=reader: reader.get(offers).status_code != 404)  # type: ignore[misc]
        until(lambda: first.get(offers).headers["Vivier-Etat"] == second.get(offers).headers["Vivier-Etat"])
        assert first.get(offers).content == second.get(offers).content
        with closing(Store.open(nodes.url, KEYRING)) as other:  # a process that serves nobody
            other.delete(Kind.PROFILE, ["nouveau"])
        until(lambda reader=reader: reader.get(offers).status_code == 404)  # type: ignore[misc]
        until(lambda writer=writer: writer.get(offers).status_code == 404)  # type: ignore[misc]

    # A generation that one machine publishes is copied, checked and taken up by both.
    service = service_of(first)
    store = Store.open(nodes.url, KEYRING)
    shared = Engine.open(store, service.reference, service.engine.lookups.models, nodes.shared)
    shared.merge(dt.datetime.now(dt.UTC))
    store.close()
    for client in nodes.clients:
        until(lambda client=client: _nudged(client).engine.generation["id"] == "000002")  # type: ignore[misc]
    assert told(first) == told(second)
    refuses_when_silent(first, second, monkeypatch)


def _nudged(client: TestClient) -> Service:
    assert client.portal is not None
    service = service_of(client)
    client.portal.call(service.follower.nudge)
    return service


def refuses_when_silent(cut_off: TestClient, level: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node without news refuses, and says so."""
    offers = "/v1/offres?range=0-4"
    expected = level.get(offers)
    watch = service_of(cut_off).node.watch
    assert watch is not None
    silent = SimpleNamespace(age_s=61.0, head=watch.head, stop=watch.stop)
    monkeypatch.setattr(service_of(cut_off).node, "watch", silent)
    refused = cut_off.get(offers)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["type"] == "/problemes/noeud-en-retard"
    assert "depuis 61 secondes" in refused.json()["detail"]
    assert "X-Accel-Redirect" not in refused.headers
    ready = cut_off.get("/health/ready")
    assert (ready.status_code, ready.json()["pret"], ready.json()["noeud"]["ageS"]) == (503, False, 61)
    assert cut_off.get("/health/live").status_code == 200
    elsewhere = {"Vivier-Sinon": "@ailleurs"}
    for answer in (cut_off.get(offers, headers=elsewhere), cut_off.post("/v1/profils/recherche", headers=elsewhere)):
        assert (answer.status_code, answer.headers["X-Accel-Redirect"]) == (503, "@ailleurs")
    for taken in ("max-stale", "no-transform, max-stale=120"):
        from_memory = cut_off.get(offers, headers={"Cache-Control": taken})
        assert (from_memory.status_code, from_memory.headers["Age"]) == (expected.status_code, "61")
        assert from_memory.content == expected.content
    assert cut_off.get(offers, headers={"Cache-Control": "max-stale=30"}).status_code == 503
    assert level.get("/health/ready").json()["pret"] is True


def test_copies_that_are_damaged_are_told_and_what_serves_stays(deployment: Path, tmp_path: Path) -> None:
    copies = Copies(deployment, tmp_path / "own")
    assert {"indexes", "reference/rome", "reference/communes"} <= set(copies.copy())
    assert copies.copy() == []
    assert copies.published_watermark() > 0
    shutil.copytree(deployment / "indexes" / "000001", deployment / "indexes" / "000002")
    with (deployment / "indexes" / "000002" / "pay_medians.npy").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\xff")
    (deployment / "indexes" / "CURRENT").write_text("000002")
    assert copies.copy() == []
    assert copies.refused["indexes"] == "indexes/000002: pay_medians.npy does not have the sha256 of the manifest"
    assert (tmp_path / "own" / "indexes" / "CURRENT").read_text() == "000001"


def test_silence_is_only_for_databases_elsewhere(deployment: Path) -> None:
    with pytest.raises(SettingsError, match="VIVIER_STALE_AFTER_S is for several nodes"):
        Service.open(Settings(data_dir=deployment, stale_after_s=1))
