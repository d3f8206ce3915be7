"""A service that answers takes a promoted ranker without a restart, whole or not at all, and says which one answers."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from features.records import Profile
from models.champions import ROOT, Card, publish
from models.ranked import Ranked
from models.ranking.model import RankingModel
from tests.api.conftest import client_over
from tests.api.test_adoption import nudge, questions, service_of
from tests.models.one_question import one_question
from tests.waiting import soon

LONG_S = 60


def look_again(client: TestClient) -> None:
    """What SIGHUP does."""
    assert client.portal is not None
    client.portal.call(service_of(client).look_again)


def promote(data_dir: Path, version: str) -> None:
    card = Card(Ranked.OFFERS, version, None, "2026-09-01T08:00:00+00:00")
    publish(data_dir, card, RankingModel(one_question("distance", border=0.2)))


@pytest.mark.slow
def test_a_promotion_is_taken_between_two_answers_and_a_damaged_one_is_not(deployment: Path) -> None:
    with client_over(deployment, follow_interval_s=LONG_S) as client:
        people = service_of(client).store.page(Profile, 0, 50)
        paths = [f"/v1/profils/{each.id}/offres?range=0-49" for each in people]
        found = {path: client.get(path) for path in paths}
        path = next(path for path, told in found.items() if len(told.json().get("resultats", [])) > 5)

        def ask() -> Any:
            return client.get(path).json()

        def rankers() -> Any:
            return client.get("/health/ready").json()["index"]["rankers"]["offres"]

        before = ask()
        assert before["modele"] == "transparent"
        assert rankers()["generation"] is None

        promote(deployment, "1")
        assert ask() == before, "nobody has looked yet"
        nudge(client)
        while (now := ask())["modele"] == "transparent":  # asking all the while
            assert now == before
        assert now["modele"] == "vivier-offres/1"
        assert {each["id"] for each in now["resultats"]} == {each["id"] for each in before["resultats"]}
        assert [each["score"] for each in now["resultats"]] != [each["score"] for each in before["resultats"]]
        assert rankers()["model"] == "vivier-offres/1"

        promote(deployment, "2")
        trees = deployment / ROOT / "offres" / "000002" / "trees.npz"
        whole = trees.read_bytes()
        trees.write_bytes(whole[:-1])
        nudge(client)
        assert soon(lambda: rankers()["refused_generation"] == "000002")
        assert ask() == now
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["pret"]) == (200, True)
        assert rankers()["generation"] == "000001"

        look_again(client)  # still damaged: refused again
        assert soon(lambda: rankers()["refused_generation"] == "000002")
        assert ask() == now
        trees.write_bytes(whole)
        nudge(client)
        assert ask() == now, "what was refused is not looked at again unless that is asked"
        look_again(client)
        assert soon(lambda: ask()["modele"] == "vivier-offres/2")
        assert rankers()["refused_generation"] is None
        now = ask()

    with client_over(deployment) as client:  # a restart finds the same
        assert client.get(path).json() == now


LIST_OF = {
    "formations": Ranked.SESSIONS,
    "profils": Ranked.PROFILES,
    "recherche": Ranked.PROFILES,
    "cibles": Ranked.FIRMS,
}


@pytest.mark.slow
def test_every_other_list_takes_its_ranker_too_and_names_it(deployment: Path) -> None:
    with client_over(deployment, follow_interval_s=LONG_S) as client:
        asked = {path.rpartition("/")[2]: (method, path, body) for method, path, body in questions(client)}

        def ask(kind: str) -> Any:
            method, path, body = asked[kind]
            return client.request(method, path, json=body).json()

        before = {kind: ask(kind) for kind in LIST_OF}
        assert {told["modele"] for told in before.values()} == {"transparent"}
        for ranked in set(LIST_OF.values()):
            card = Card(ranked, "7", None, "2026-09-01T08:00:00+00:00")
            publish(deployment, card, RankingModel(one_question("distance", border=0.2)))
        nudge(client)
        for kind, ranked in LIST_OF.items():
            assert soon(lambda kind=kind: ask(kind)["modele"] != "transparent")  # type: ignore[misc]
            told = ask(kind)
            assert told["modele"] == f"{ranked.registered_name}/7"
            for each in told["resultats"]:
                brought = sum(reason["contribution"] for reason in each["raisons"])
                assert each["score"] == pytest.approx(each["base"] + brought, abs=1e-9)
