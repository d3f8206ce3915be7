"""An employer and a person are put in touch over HTTP: identities only after a yes, and for that employer alone."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.examples import EXAMPLES
from features.store import Kind
from tests.waiting import until

Json = dict[str, Any]

SIRET, OTHER, THIRD = "13000548100010", "99999999999999", "11111111111111"
SECRETS = ("Zoé", "Dupont-Test", "zoe@exemple.invalid", "0611223344", "12 rue Secrète", "1990-01-01")
ASK = "/v1/mises-en-relation"


def person(**consents: bool) -> Json:
    return {
        "id": "zz-p",
        "projets": [{"codeROME": "J1501"}],
        "commune": "23096",
        "consentements": {"visibleEmployeurs": True, "profilage": True, **consents},
    }


def asked(**fields: object) -> Json:
    return {"siret": SIRET, "profil": "zz-p", "besoin": "Aide-soignant", "message": "Bonjour, parlons-en ?", **fields}


@pytest.fixture
def known(client: TestClient) -> TestClient:
    """A person with an identity, seen by employers."""
    client.put("/v1/profils/zz-p", json=person())
    for siret in (SIRET, OTHER, THIRD):
        firm = {**EXAMPLES[Kind.ESTABLISHMENT], "siret": siret}
        assert client.put(f"/v1/etablissements/{siret}", json=firm).status_code == 201
    identity = {
        "id": "zz-p",
        "prenom": SECRETS[0],
        "nom": SECRETS[1],
        "courriel": SECRETS[2],
        "telephone": SECRETS[3],
        "adresse": SECRETS[4],
        "dateNaissance": SECRETS[5],
    }
    assert client.put("/v1/profils/zz-p/identite", json=identity).status_code in (200, 201)
    until(lambda: client.post(ASK, json=asked(siret=OTHER)).status_code in (201, 409))
    return client


def sent(client: TestClient) -> Json:
    response = client.post(ASK, json=asked())
    assert response.status_code == 201, response.text
    found: Json = response.json()
    return found


def as_employer(client: TestClient, key: str, siret: str = SIRET) -> Any:
    return client.get(f"{ASK}/{key}", params={"siret": siret})


def test_identities_are_exchanged_after_a_yes_with_that_employer_alone(known: TestClient) -> None:
    made = sent(known)
    assert made["etat"] == "en_attente"
    before = as_employer(known, made["id"]).text
    assert not any(secret in before for secret in SECRETS)
    received = known.get("/v1/profils/zz-p/mises-en-relation").json()["resultats"]
    assert made["id"] in {each["id"] for each in received}
    answer = known.post(f"{ASK}/{made['id']}/reponse", json={"profil": "zz-p", "accepte": True})
    assert answer.json()["etat"] == "acceptee"
    after = as_employer(known, made["id"])
    assert after.json()["coordonnees"] == {
        "prenom": SECRETS[0],
        "nom": SECRETS[1],
        "courriel": SECRETS[2],
        "telephone": SECRETS[3],
    }
    assert SECRETS[4] not in after.text
    assert SECRETS[5] not in after.text
    assert as_employer(known, made["id"], OTHER).status_code == 404
    assert known.get(f"{ASK}/{made['id']}").status_code == 400


def test_a_refusal_gives_nothing_and_is_final(known: TestClient) -> None:
    made = sent(known)
    known.post(f"{ASK}/{made['id']}/reponse", json={"profil": "zz-p", "accepte": False})
    found = as_employer(known, made["id"])
    assert found.json()["etat"] == "refusee"
    assert not any(secret in found.text for secret in SECRETS)
    assert known.post(f"{ASK}/{made['id']}/reponse", json={"profil": "zz-p", "accepte": True}).status_code == 409
    assert known.post(f"{ASK}/{made['id']}/suite", json={"siret": SIRET, "suite": "entretien"}).status_code == 409


def test_nobody_else_answers_for_a_person(known: TestClient) -> None:
    made = sent(known)
    wrong = known.post(f"{ASK}/{made['id']}/reponse", json={"profil": "profil-000041", "accepte": True})
    assert wrong.status_code == 404
    assert as_employer(known, made["id"]).json()["etat"] == "en_attente"


def test_a_request_that_is_there_is_not_told_from_one_that_is_not(known: TestClient) -> None:
    made = sent(known)
    for siret, status in ((None, 400), ("", 400), ("12", 422), (OTHER, 404)):
        asked_by = {} if siret is None else {"siret": siret}
        there = known.get(f"{ASK}/{made['id']}", params=asked_by)
        nowhere = known.get(f"{ASK}/{made['id'][:-1]}_", params=asked_by)
        assert there.status_code == nowhere.status_code == status, siret


def test_a_person_who_withdraws_is_no_longer_named_and_no_longer_asked(known: TestClient) -> None:
    made = sent(known)
    known.post(f"{ASK}/{made['id']}/reponse", json={"profil": "zz-p", "accepte": True})
    assert SECRETS[1] in as_employer(known, made["id"]).text
    known.put("/v1/profils/zz-p", json=person(visibleEmployeurs=False))
    until(lambda: SECRETS[1] not in as_employer(known, made["id"]).text)
    refused = known.post(ASK, json=asked(siret=THIRD))
    nobody = known.post(ASK, json=asked(siret=THIRD, profil="zz-nobody"))
    assert refused.status_code == nobody.status_code == 422
    assert refused.json()["erreurs"][0]["motif"] == nobody.json()["erreurs"][0]["motif"]


def test_a_person_who_is_gone_before_the_follower_knows_is_not_asked(
    known: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.introducing.visible", lambda _engine, _key: True)
    assert known.delete("/v1/profils/zz-p").status_code == 204
    gone = known.post(ASK, json=asked(siret=THIRD))
    assert gone.status_code == 422
    assert gone.json()["erreurs"][0]["champ"] == "profil"


def test_one_request_a_person_at_a_time(known: TestClient) -> None:
    sent(known)
    again = known.post(ASK, json=asked())
    assert again.status_code == 409
    assert "attend déjà sa réponse" in again.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"message": "Appelez-moi au 06 12 34 56 78"}, "message"),
        ({"message": "<b></b>"}, "message"),
        ({"message": "Nous recherchons une femme"}, "message"),
        ({"besoin": "Serveuse, écrire à rh@exemple.fr"}, "besoin"),
        ({"besoin": "<b></b>"}, "besoin"),
        ({"besoin": "Vendeur de moins de 30 ans"}, "besoin"),
        ({"siret": "12"}, "siret"),
        ({"siret": "88888888888888"}, "siret"),
        ({"besoin": None}, "offre"),
        ({"offre": "zz-none", "besoin": None}, "offre"),
    ],
)
def test_what_cannot_be_sent_is_told_by_field(known: TestClient, fields: Json, field: str) -> None:
    body = {key: value for key, value in asked(**fields).items() if value is not None}
    refused = known.post(ASK, json=body)
    assert refused.status_code == 422
    assert refused.json()["erreurs"][0]["champ"] == field


def test_sequels_are_counted(known: TestClient) -> None:
    made = sent(known)
    known.post(f"{ASK}/{made['id']}/reponse", json={"profil": "zz-p", "accepte": True})
    assert known.post(f"{ASK}/{made['id']}/suite", json={"siret": OTHER, "suite": "embauche"}).status_code == 404
    done = known.post(f"{ASK}/{made['id']}/suite", json={"siret": SIRET, "suite": "entretien"})
    assert done.json()["suite"] == "entretien"
    found = known.get(f"/v1/etablissements/{SIRET}/mises-en-relation").json()
    assert (found["demandes"], found["acceptees"], found["suites"], found["tauxSuite"]) == (1, 1, 1, 1.0)
    assert known.get("/v1/etablissements/zz/mises-en-relation").status_code == 404


def test_requests_go_with_the_profile(known: TestClient) -> None:
    made = sent(known)
    assert known.delete("/v1/profils/zz-p").status_code == 204
    assert as_employer(known, made["id"]).status_code == 404
