"""Searches in threads: the others do not wait with them, and no change comes into their midst."""

import asyncio
import importlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from api.searching import AT_ONCE, Searches
from api.service import Service
from features.records import Offer, Profile
from matching.index.base import Found, Index, Selection
from matching.schema import Collection
from tests.waiting import until

WAIT_S = 30.0


class Gate:
    """A search that goes on when it is told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.open = threading.Event()

    def search(self, answer: str) -> str:
        self.begun += 1
        assert self.open.wait(WAIT_S)
        return answer


async def settle(happens: Any) -> None:
    async with asyncio.timeout(WAIT_S):
        while not happens():
            await asyncio.sleep(0.001)


async def turns(number: int = 20) -> None:
    """Let whatever may go on go on."""
    for _ in range(number):
        await asyncio.sleep(0)


def test_over_memory_a_search_runs_where_it_is_asked() -> None:
    searches = Searches(lambda: False)
    assert asyncio.run(searches.ask(threading.get_ident)) == threading.get_ident()


def test_over_a_cluster_it_runs_in_a_thread_and_its_errors_come_back() -> None:
    searches = Searches(lambda: True)
    assert asyncio.run(searches.ask(threading.get_ident)) != threading.get_ident()

    def fails() -> None:
        raise KeyError("o1")

    with pytest.raises(KeyError, match="o1"):
        asyncio.run(searches.ask(fails))
    searches.close()


@pytest.mark.parametrize("waits", [False, True])
def test_beside_is_a_thread_wherever_the_vectors_are(waits: bool) -> None:
    searches = Searches(lambda: waits)
    assert asyncio.run(searches.beside(threading.get_ident)) != threading.get_ident()
    searches.close()


def test_a_change_waits_for_the_searches_under_way_and_those_that_come_wait_for_it() -> None:
    async def scenario() -> None:
        searches, first, second = Searches(lambda: True), Gate(), Gate()
        said: list[str] = []

        async def change() -> None:
            async with searches.apart():
                said.append("changed")

        early = asyncio.create_task(searches.ask(first.search, "early"))
        await settle(lambda: first.begun)
        changing = asyncio.create_task(change())
        await turns()
        late = asyncio.create_task(searches.ask(second.search, "late"))
        await turns()
        assert (said, second.begun) == ([], 0)
        first.open.set()
        assert await early == "early"
        await changing
        assert said == ["changed"]
        second.open.set()
        assert await late == "late"
        searches.close()

    asyncio.run(scenario())


def test_a_search_that_was_given_up_counts_until_it_ends() -> None:
    async def scenario() -> None:
        searches, gate = Searches(lambda: True), Gate()
        asking = asyncio.create_task(searches.ask(gate.search, "nobody's"))
        await settle(lambda: gate.begun)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        async def change() -> None:
            async with searches.apart():
                pass

        changing = asyncio.create_task(change())
        await turns()
        assert not changing.done()
        gate.open.set()
        await changing
        searches.close()

    asyncio.run(scenario())


def test_no_more_than_a_few_are_under_way_and_one_that_leaves_the_queue_takes_no_place() -> None:
    async def scenario() -> None:
        searches, gate = Searches(lambda: True), Gate()
        asking = [asyncio.create_task(searches.ask(gate.search, str(number))) for number in range(AT_ONCE + 2)]
        await settle(lambda: gate.begun == AT_ONCE)
        await turns()
        assert gate.begun == AT_ONCE
        asking[-2].cancel()
        gate.open.set()
        answers = await asyncio.gather(*asking, return_exceptions=True)
        assert isinstance(answers.pop(-2), asyncio.CancelledError)
        assert answers == [*map(str, range(AT_ONCE)), str(AT_ONCE + 1)]
        searches.close()

    asyncio.run(scenario())


class Slow:
    """An index on another machine, which answers when it is told to."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.begun = 0
        self.answers = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def __len__(self) -> int:
        return len(self._index)

    def search_each(self, query: NDArray[np.float32], k: int, selections: Sequence[Selection]) -> list[Found]:
        self.begun += 1
        assert self.answers.wait(WAIT_S)
        return self._index.search_each(query, k, selections)


def ids(client: TestClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code in (200, 204, 206), answer.text
    return [each["id"] for each in answer.json()["resultats"]] if answer.content else []


def test_a_list_that_waits_delays_no_other_request_and_is_of_one_moment(client: TestClient) -> None:
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    paths = [f"/v1/profils/{each.id}" for each in service.store.page(Profile, 0, 60)]
    path = next(each for each in paths if len(ids(client, f"{each}/offres")) > 2)
    before = ids(client, f"{path}/offres")
    offers = service.engine.catalogue(Collection.OFFERS)
    slow = Slow(offers.index)
    offers._index = slow
    service.engine.generation = {**service.engine.generation, "backend": "milvus"}
    with ThreadPoolExecutor(2) as people:
        first = people.submit(ids, client, f"{path}/offres")
        until(lambda: slow.begun == 1)
        assert client.get(path).status_code == 200
        assert client.delete(f"/v1/offres/{before[0]}").status_code == 204
        until(lambda: not service.searches._may_begin.is_set())
        second = people.submit(ids, client, f"{path}/offres")
        assert client.get(path).status_code == 200
        assert client.get("/health/ready").status_code == 200
        assert not first.done()
        assert not second.done()
        slow.answers.set()
        assert first.result() == before, "the list of the moment at which it was asked for"
        assert before[0] not in second.result()


LONGER: dict[str, tuple[str, str]] = {
    "api.routes.paths.paths": ("GET", "/v1/profils/{person}/parcours"),
    "api.routes.subscriptions.backtest": ("POST", "/v1/profils/{person}/abonnements/simulation"),
    "api.routes.pools.members_of": ("GET", "/v1/viviers/attente/membres?utilisateur=conseiller-a"),
    "api.pages.my_subscriptions.backtest": ("GET", "/espace/abonnements"),
    "api.pages.recruit_pools.members_of": ("GET", "/recruter/viviers"),
    "api.security.listing.portfolio_ids": ("GET", "/v1/profils"),
}
"""Where what takes longer than a list is called, and a request that calls it."""


def held(monkeypatch: pytest.MonkeyPatch, name: str) -> Gate:
    """A gate before a function where one module calls it."""
    module, _, function = name.rpartition(".")
    home, gate = importlib.import_module(module), Gate()
    does = getattr(home, function)

    def wait_and_do(*arguments: Any, **options: Any) -> Any:
        gate.search("")
        return does(*arguments, **options)

    monkeypatch.setattr(home, function, wait_and_do)
    return gate


def under_way(service: Service, number: int) -> bool:
    return service.searches._under_way == number


def test_no_change_comes_into_the_midst_of_what_takes_longer_than_a_list_over_memory(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    person = next(
        each
        for each in service.store.page(Profile, 0, 60)
        if each.counsellor_id and len(ids(client, f"/v1/profils/{each.id}/offres")) > 2
    )
    offer = ids(client, f"/v1/profils/{person.id}/offres")[0]
    firm = next(each.siret for each in service.store.page(Offer, 0, 60) if each.siret)
    for owner, key in (("conseiller-a", "attente"), (firm, "attente-2")):
        pool = {"id": key, "nom": "En attente", "proprietaire": owner, "profils": [person.id]}
        assert client.post("/v1/viviers", json=pool).status_code == 201
    assert client.put("/v1/abonnements/attente", json={"id": "attente", "profil": person.id}).status_code in (200, 201)
    until(lambda: service.engine.watermark == service.store.watermark())
    before = service.engine.watermark
    callers = {
        "api.pages.my_subscriptions.backtest": f"demo:demandeur:{person.id}",
        "api.pages.recruit_pools.members_of": f"demo:employeur:{firm}",
        "api.security.listing.portfolio_ids": f"demo:conseiller:{person.counsellor_id}",
    }

    def ask(name: str) -> int:
        method, path = LONGER[name]
        headers = {"Authorization": f"Bearer {callers[name]}"} if name in callers else {}
        body = {"frequence": "quotidienne"} if method == "POST" else None
        return client.request(method, path.format(person=person.id), headers=headers, json=body).status_code

    gates = {name: held(monkeypatch, name) for name in LONGER}
    with ThreadPoolExecutor(len(gates)) as people:
        answers = [people.submit(ask, name) for name in gates]
        try:
            until(lambda: all(gate.begun == 1 for gate in gates.values()))
            assert client.delete(f"/v1/offres/{offer}").status_code == 204
            until(lambda: not service.searches._may_begin.is_set())
            assert service.searches._under_way == len(gates), "one of them is in a thread that nothing waits for"
            for left, gate in reversed(list(enumerate(gates.values()))):
                assert service.engine.watermark == before, "the change came into the midst of one"
                assert offer in service.engine.catalogue(Collection.OFFERS)
                assert client.get(f"/v1/profils/{person.id}").status_code == 200
                gate.open.set()
                until(partial(under_way, service, left))
        finally:
            for gate in gates.values():
                gate.open.set()
        assert {answer.result() for answer in answers} <= {200, 206}
    until(lambda: service.engine.watermark > before)
    assert offer not in service.engine.catalogue(Collection.OFFERS)
