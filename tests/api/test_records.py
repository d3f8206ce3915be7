"""Create, read, replace, delete, list: every kind through the same routes."""

import copy
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import EXAMPLES
from api.routes.registry import APART
from api.service import Service
from features.border.registry import BORDERS, Border
from features.records import Identity, ProtectedStatus
from features.sample.reference import sample_reference
from features.store import Kind

LISTED = [border for kind, border in BORDERS.items() if kind not in APART]
SUB_RESOURCES = [(kind, f"/v1/profils/exemple-profil/{name}") for kind, name in APART.items()]


def key_field(border: Border) -> str:
    return "id" if "id" in EXAMPLES[border.kind] else "siret"


@pytest.mark.parametrize("kind", list(BORDERS))
def test_the_example_of_each_kind_is_whole_and_reads_back(kind: Kind) -> None:
    border, example = BORDERS[kind], EXAMPLES[kind]
    record = border.to_record(border.model.model_validate(example), sample_reference())
    shown = border.out(record)
    again = border.to_record(border.model.model_validate(shown), sample_reference())
    assert again == record
    assert shown[key_field(border)] == example[key_field(border)]


def put_first(client: TestClient, border: Border) -> None:
    """What a record of this kind speaks of."""
    for kind in {Kind.CONTACT: (Kind.ESTABLISHMENT,), Kind.SUBSCRIPTION: (Kind.PROFILE,)}.get(border.kind, ()):
        spoken_of = BORDERS[kind]
        address = f"/v1/{spoken_of.path}/{EXAMPLES[kind][key_field(spoken_of)]}"
        assert client.put(address, json=EXAMPLES[kind]).status_code == 201


@pytest.mark.parametrize("border", LISTED, ids=lambda border: border.path)
def test_a_record_lives_and_dies(client: TestClient, border: Border) -> None:
    put_first(client, border)
    example = EXAMPLES[border.kind]
    key = example[key_field(border)]
    address = f"/v1/{border.path}/{key}"
    assert client.get(address).status_code == 404

    created = client.post(f"/v1/{border.path}", json=example)
    assert (created.status_code, created.headers["location"]) == (201, address)
    read = client.get(address)
    assert (read.status_code, read.json()) == (200, created.json())

    again = client.post(f"/v1/{border.path}", json=example)
    assert (again.status_code, again.json()["type"]) == (409, "/problemes/conflit")
    assert client.put(address, json=example).status_code == 200

    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert client.delete(address).status_code == 404
    back = 409 if border.kind is Kind.PROFILE else 201  # who was erased is not put back
    assert client.put(address, json=example).status_code == back


@pytest.mark.parametrize("border", LISTED, ids=lambda border: border.path)
def test_a_list_is_paged_in_order_of_id(client: TestClient, border: Border) -> None:
    put_first(client, border)
    client.put(f"/v1/{border.path}/{EXAMPLES[border.kind][key_field(border)]}", json=EXAMPLES[border.kind])
    first = client.get(f"/v1/{border.path}", params={"range": "0-2"})
    assert first.status_code in (200, 206)
    ids = [item[key_field(border)] for item in first.json()["resultats"]]
    assert ids == sorted(ids)
    total = int(first.headers["content-range"].split("/")[1])
    assert client.get(f"/v1/{border.path}", params={"range": f"{total}-{total}"}).status_code == 204


def test_a_contact_with_a_firm_that_nobody_knows_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/contacts", json={**EXAMPLES[Kind.CONTACT], "siret": "99999999999999"})
    assert answer.status_code == 422
    (error,) = answer.json()["erreurs"]
    assert (error["champ"], error["valeur"]) == ("siret", "99999999999999")


def test_the_body_and_the_address_must_name_the_same_record(client: TestClient) -> None:
    response = client.put("/v1/offres/autre", json=EXAMPLES[Kind.OFFER])
    assert response.status_code == 422
    assert response.json()["erreurs"] == [
        {
            "champ": "id",
            "valeur": "exemple-offre",
            "motif": "l'identifiant n'est pas celui de l'adresse",
            "remede": "Écrire autre",
        }
    ]
    firm = client.put("/v1/etablissements/00000000000000", json=EXAMPLES[Kind.ESTABLISHMENT])
    assert firm.json()["erreurs"][0]["champ"] == "siret"


@pytest.mark.parametrize(("kind", "address"), SUB_RESOURCES)
def test_identity_and_rqth_live_under_their_profile_and_go_with_it(
    client: TestClient, kind: Kind, address: str
) -> None:
    example = EXAMPLES[kind]
    assert client.put(address, json=example).status_code == 404, "the profile comes first"
    client.post("/v1/profils", json=EXAMPLES[Kind.PROFILE])
    assert client.get(address).status_code == 404
    assert client.put(address, json=example).status_code == 201
    assert client.put(address, json=example).status_code == 200
    assert client.get(address).json() == example
    assert client.delete(address).status_code == 204
    assert client.delete(address).status_code == 404
    assert client.get("/v1/profils/exemple-profil").status_code == 200

    client.put(address, json=example)
    client.delete("/v1/profils/exemple-profil")
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    assert service.store.get(Identity, "exemple-profil") is None
    assert service.store.get(ProtectedStatus, "exemple-profil") is None


@pytest.mark.parametrize("path", ["identites", "statuts-proteges"])
def test_identities_and_rqth_are_never_listed(client: TestClient, path: str) -> None:
    assert client.get(f"/v1/{path}").status_code == 404


def changed(example: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {**copy.deepcopy(example), **fields}


@pytest.mark.parametrize(
    ("body", "field", "remedy"),
    [
        (changed(EXAMPLES[Kind.OFFER], romeCode="Z9999"), "romeCode", "ROME"),
        (changed(EXAMPLES[Kind.OFFER], dateCreation="hier"), "dateCreation", "AAAA-MM-JJ"),
        (changed(EXAMPLES[Kind.OFFER], inconnu=1), "inconnu", "Retirer"),
        (changed(EXAMPLES[Kind.OFFER], competences=[{"libelle": ""}]), "competences[0].libelle", "Renseigner"),
    ],
)
def test_a_wrong_field_is_named_with_its_value_and_remedy(
    client: TestClient, body: dict[str, Any], field: str, remedy: str
) -> None:
    response = client.post("/v1/offres", json=body)
    assert response.status_code == 422
    error = response.json()["erreurs"][0]
    assert error["champ"] == field
    assert remedy in error["remede"]
    assert client.get("/v1/offres/exemple-offre").status_code == 404


def test_a_refused_value_is_cut(client: TestClient) -> None:
    response = client.post("/v1/offres", json=changed(EXAMPLES[Kind.OFFER], dateCreation="x" * 5000))
    assert len(response.json()["erreurs"][0]["valeur"]) == 80


@pytest.mark.parametrize(
    ("content", "content_type", "status", "slug"),
    [
        (b"{", "application/json", 400, "corps-illisible"),
        (b"", "application/json", 400, "corps-illisible"),
        (b"\xff{}", "application/json", 400, "corps-illisible"),
        (b"[]", "application/json", 422, "corps-invalide"),
        (b"{}", "text/plain", 415, "type-de-contenu"),
        (b" " * (1024 * 1024 + 1), "application/json", 413, "corps-trop-gros"),
        (b"[" * 100_000, "application/json", 400, "corps-illisible"),
    ],
)
def test_bodies_that_cannot_be_read(
    reader: TestClient, content: bytes, content_type: str, status: int, slug: str
) -> None:
    response = reader.post("/v1/offres", content=content, headers={"content-type": content_type})
    assert (response.status_code, response.json()["type"]) == (status, f"/problemes/{slug}")
    assert response.headers["content-type"] == "application/problem+json"
