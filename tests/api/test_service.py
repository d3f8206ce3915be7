"""The running service: writes become searchable, a damaged index falls back, errors give nothing away."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.examples import EXAMPLES
from api.problems import ProblemType
from api.service import Service
from features.border.registry import BORDERS
from features.reference import ReferenceMissing
from features.sample.reference import sample_reference
from features.store import Kind, Store
from matching.build import build
from models.published import published_models
from tests.api.conftest import client_over
from tests.waiting import soon


def found(client: TestClient, offer_id: str) -> bool:
    response = client.get("/v1/profils/exemple-profil/offres", params={"range": "0-149"})
    return response.status_code in (200, 206) and offer_id in {each["id"] for each in response.json()["resultats"]}


def fresh_offer(client: TestClient) -> dict[str, object]:
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    return {**EXAMPLES[Kind.OFFER], "dateCreation": service.engine.today().isoformat()}


def test_what_is_written_here_is_found_and_what_is_deleted_is_not(client: TestClient) -> None:
    client.post("/v1/profils", json=EXAMPLES[Kind.PROFILE])
    client.post("/v1/offres", json=fresh_offer(client))
    assert soon(lambda: found(client, "exemple-offre"))
    client.delete("/v1/offres/exemple-offre")
    assert soon(lambda: not found(client, "exemple-offre"))


def test_what_another_process_writes_is_found_too(client: TestClient, deployment: Path) -> None:
    client.post("/v1/profils", json=EXAMPLES[Kind.PROFILE])
    border = BORDERS[Kind.OFFER]
    record = border.to_record(border.model.model_validate(fresh_offer(client)), sample_reference())
    other = Store.open(f"sqlite:///{deployment / 'vivier.db'}")
    other.upsert([record], "flux")
    other.close()
    assert soon(lambda: found(client, "exemple-offre"))


def test_a_duplicate_offer_is_shown_once_with_its_other_source(client: TestClient) -> None:
    client.post("/v1/profils", json=EXAMPLES[Kind.PROFILE])
    text = "Vous accompagnez vingt résidents, en binôme, de vingt et une heures à sept heures, dans une équipe stable. "
    offer = {**fresh_offer(client), "description": text * 2}
    client.post("/v1/offres", json=offer)
    client.post("/v1/offres", json={**offer, "id": "exemple-double", "origineOffre": {"origine": "autre site"}})

    def shown() -> list[list[dict[str, object]]]:
        response = client.get("/v1/profils/exemple-profil/offres", params={"range": "0-149"})
        results = response.json()["resultats"] if response.status_code != 204 else []
        return [each["origineOffre"].get("partenaires", []) for each in results if each["id"].startswith("exemple-")]

    assert soon(lambda: [len(partners) for partners in shown()] == [1])


def test_health(reader: TestClient) -> None:
    assert reader.get("/health/live").json() == {"vivant": True}
    ready = reader.get("/health/ready")
    assert ready.status_code == 200
    assert (ready.json()["pret"], ready.json()["retard"]) == (True, 0)
    assert ready.json()["index"]["generation"] == "000001"


def test_a_damaged_generation_is_refused_and_the_one_before_serves(deployment: Path) -> None:
    import datetime as dt

    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}")
    build(store, sample_reference(), published_models(), deployment, now=dt.datetime.now(dt.UTC))
    store.close()
    victim = next(path for path in (deployment / "indexes" / "000002").rglob("*.npz"))
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))
    with client_over(deployment) as client:
        index = client.get("/health/ready").json()["index"]
        assert (index["generation"], index["refused_generation"]) == ("000001", "000002")
        assert client.get("/v1/profils?range=0-0").status_code == 206


def test_without_reference_data_the_service_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ReferenceMissing, match="vivier import"), client_over(tmp_path):
        pass


def test_an_unexpected_error_gives_nothing_away_but_an_incident_number(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service: Service = client.app.state.service  # type: ignore[attr-defined]

    def fail(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(type(service.store), "get", fail)
    response = client.get("/v1/offres/1")
    assert response.status_code == 500
    problem = response.json()
    assert problem["type"] == "/problemes/erreur-interne"
    assert "hunter2" not in response.text
    assert problem["instance"].removeprefix("urn:uuid:") in caplog.text


def test_a_follower_that_fails_makes_the_service_not_ready(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    service: Service = client.app.state.service  # type: ignore[attr-defined]

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(type(service.engine), "read_changes", fail)
    assert soon(lambda: client.get("/health/ready").status_code == 503)
    assert client.get("/health/ready").json()["suivi"] == "OSError"
    monkeypatch.undo()
    assert soon(lambda: client.get("/health/ready").status_code == 200)


def test_every_problem_is_explained_at_its_type(reader: TestClient) -> None:
    for kind in ProblemType:
        response = reader.get(kind.uri)
        assert response.status_code == 200
        assert response.json()["remede"]
    assert reader.get("/problemes/autre").status_code == 404


def test_the_api_page_needs_no_network(reader: TestClient) -> None:
    page = reader.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/static/{asset}" in page
        assert reader.get(f"/docs/static/{asset}").status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "status", "slug"),
    [
        ("GET", "/v1/rien", 404, "adresse-inconnue"),
        ("PATCH", "/v1/offres", 405, "methode-refusee"),
        ("POST", "/health/live", 405, "methode-refusee"),
    ],
)
def test_addresses_and_methods_that_do_not_exist(
    reader: TestClient, method: str, address: str, status: int, slug: str
) -> None:
    response = reader.request(method, address)
    assert (response.status_code, response.json()["type"]) == (status, f"/problemes/{slug}")
    assert response.headers["content-type"] == "application/problem+json"
    if status == 405:
        assert "GET" in response.headers["allow"]


def test_the_page_of_the_api_lists_every_problem() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `/problemes/")]
    assert rows == [f"| `{kind.uri}` | {kind.status} | {kind.title} |" for kind in ProblemType]


@pytest.mark.parametrize("path", ["/health/live", "/v1/offres?range=0-1", "/v1/offres/nulle-part", "/docs"])
def test_head_answers_as_get_does_without_the_body(reader: TestClient, path: str) -> None:
    whole, head = reader.get(path), reader.head(path)
    assert head.status_code == whole.status_code
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.content == b""
    assert reader.head("/v1/profils/recherche").status_code in (404, 405)
