"""A service that answers takes a generation that another process merged, and nobody sees it happen."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from api.examples import EXAMPLES
from api.service import Service
from features.records import Offer, Profile
from features.store import Kind, Store
from matching.engine import Engine
from tests.api.conftest import client_over
from tests.waiting import soon

Json = dict[str, Any]

LONG_S = 60
"""Between two looks at the log: what is seen sooner was looked for at once."""


def service_of(client: TestClient) -> Service:
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    return service


def index_of(client: TestClient) -> Json:
    found: Json = client.get("/health/ready").json()["index"]
    return found


def nudge(client: TestClient) -> None:
    assert client.portal is not None
    client.portal.call(service_of(client).follower.nudge)


def merge(service: Service, data_dir: Path) -> None:
    """What another process does: a store and an engine of its own over the same folder."""
    store = Store.open(service.settings.store_url)
    engine = Engine.open(store, service.reference, service.engine.lookups.models, data_dir)
    assert engine.n_changed > 0
    engine.merge(dt.datetime.now(dt.UTC))
    store.close()


def questions(client: TestClient) -> list[tuple[str, str, Json | None]]:
    """The four questions, about people and offers that have answers."""
    store = service_of(client).store
    people = [profile for profile in store.page(Profile, 0, 200) if profile.counsellor_id is not None]
    trained = [each for each in people if client.get(f"/v1/profils/{each.id}/formations").status_code != 204][:2]
    tried: list[tuple[str, str, Json | None]] = [
        *(("GET", f"/v1/profils/{each.id}/offres", None) for each in trained),
        *(("GET", f"/v1/profils/{each.id}/formations", None) for each in trained),
        *(("GET", f"/v1/offres/{each.id}/profils", None) for each in store.page(Offer, 0, 20)),
        *(("POST", "/v1/profils/recherche", {"romeCode": each.projects[0].rome_code}) for each in trained),
        *(("POST", "/v1/prospection/cibles", {"conseiller": each.counsellor_id}) for each in trained),
    ]
    found = [each for each, (_, body) in zip(tried, answers(client, tried), strict=True) if b'"resultats":[{' in body]
    assert {path.rpartition("/")[2] for _, path, _ in found} == {
        "offres",
        "formations",
        "profils",
        "recherche",
        "cibles",
    }
    return found


def answers(client: TestClient, asked: list[tuple[str, str, Json | None]]) -> list[tuple[int, bytes]]:
    told = [client.request(method, path, json=body) for method, path, body in asked]
    return [(response.status_code, response.content) for response in told]


@pytest.mark.slow
def test_a_generation_merged_by_another_process_is_taken_between_two_answers(deployment: Path) -> None:
    with client_over(deployment, follow_interval_s=LONG_S) as client:
        service = service_of(client)
        assert client.post("/v1/profils", json=EXAMPLES[Kind.PROFILE]).status_code == 201
        (gone,) = service.store.page(Offer, 5, 1)
        assert client.delete(f"/v1/offres/{gone.id}").status_code == 204
        assert soon(lambda: client.get("/health/ready").json()["retard"] == 0)
        asked = questions(client)
        before, index = answers(client, asked), index_of(client)

        merge(service, deployment)
        assert index_of(client)["generation"] == "000001", "nobody has looked yet"
        assert answers(client, asked) == before
        nudge(client)
        while index_of(client)["generation"] == "000001":  # asking all the while
            assert answers(client, asked) == before

        assert index_of(client)["generation"] == "000002"
        assert index_of(client)["watermark"] == index["watermark"]
        assert service.engine.n_changed == 0
        assert answers(client, asked) == before
        assert client.get("/health/ready").json()["pret"] is True

        assert client.delete("/v1/profils/exemple-profil").status_code == 204
        assert soon(lambda: client.get("/v1/profils/exemple-profil/offres").status_code == 404)


def test_answers_that_hold_something_have_the_shape_that_is_declared(reader: TestClient) -> None:
    """The contract suite checks whatever its examples find; here each of the four questions finds something."""
    document = reader.get("/openapi.json").json()
    for method, path, body in questions(reader):
        response = reader.request(method, path, json=body)
        parts = path.split("/")
        declared = f"/v1/{parts[2]}/{{id}}/{parts[4]}" if method == "GET" else path
        described = document["paths"][declared][method.lower()]["responses"][str(response.status_code)]
        schema = described["content"][response.headers["content-type"]]["schema"]
        validator = Draft202012Validator({**schema, "components": document["components"]})
        wrong = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(response.json())]
        assert wrong == [], path
        emptied = {**response.json(), "resultats": [{}]}
        assert not validator.is_valid(emptied), f"{declared} declares nothing of its results"
