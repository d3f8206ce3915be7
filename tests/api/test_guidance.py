"""The shortest way to more doors, over HTTP: from what one lacks to what opens, for people of the sample world."""

import datetime as dt
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.test_searches import check_results, service_of

Json = dict[str, Any]

SOMEONE = "exemple-orientation"


def person(**fields: object) -> Json:
    return {
        "id": SOMEONE,
        "projets": [{"codeROME": "J1501", "rayonKm": 40}],
        "experiences": [{"mois": 30, "codeROME": "K1302", "intitule": "Auxiliaire de vie"}],
        "permis": ["B"],
        "commune": "23096",
        "consentements": {"visibleEmployeurs": True, "profilage": True, "contactCourriel": False},
        **fields,
    }


def put(client: TestClient, kind: str, record: Json) -> None:
    answer = client.put(f"/v1/{kind}/{record['id']}", json=record)
    assert answer.status_code in (200, 201), answer.text


@pytest.fixture
def town(client: TestClient) -> TestClient:
    """An *auxiliaire de vie* of Guéret who would be an *aide-soignante*, twelve such offers, and the diploma."""
    today = dt.datetime.now(dt.UTC).date()
    put(client, "profils", person())
    for number in range(12):
        put(
            client,
            "offres",
            {
                "id": f"exemple-soin-{number}",
                "intitule": ["Aide-soignant de nuit", "Aide-soignant en EHPAD", "Aide-soignant à domicile"][number % 3],
                "description": f"Service {number}.",
                "dateCreation": today.isoformat(),
                "lieuTravail": {"commune": "23096"},
                "romeCode": "J1501",
                "entreprise": {"nom": f"Résidence {number}"},
                "typeContrat": "CDI",
                "experienceExige": "D",
            },
        )
    put(
        client,
        "formations",
        {
            "id": "exemple-diplome",
            "intitule": "Diplôme d'Etat d'aide-soignant",
            "codeRNCP": "RNCP40692",
            "codesROME": ["J1501"],
            "niveauSortie": 4,
            "dureeHeures": 1540,
            "prerequis": "Savoir lire, écrire et compter.",
        },
    )
    put(
        client,
        "sessions",
        {
            "id": "exemple-rentree",
            "formation": "exemple-diplome",
            "dateDebut": (today + dt.timedelta(days=60)).isoformat(),
            "dateFin": (today + dt.timedelta(days=420)).isoformat(),
            "lieu": {"commune": "23096"},
            "financements": ["REGION"],
            "placesRestantes": 6,
        },
    )
    service_of(client).engine.catch_up()
    return client


def test_from_the_gap_to_the_doors(town: TestClient) -> None:
    gap = town.get(f"/v1/profils/{SOMEONE}/ecarts").json()
    assert gap["cible"]["codeROME"] == "J1501"
    states = {skill["etat"] for skill in gap["competences"]}
    assert "manquante" in states
    carried = [skill for skill in gap["competences"] if skill["etat"] == "transferable"]
    assert all(skill["depuis"]["codeROME"] == "K1302" for skill in carried)
    title = gap["conditions"][0]
    assert (title["nature"], title["statut"]) == ("titre", "non_remplie")
    offers = gap["offresDuMetier"]
    assert offers["offres"] >= 12
    assert offers["accessibles"] == 0
    assert "métier réglementé" in gap["verdict"]

    trainings = town.get(f"/v1/profils/{SOMEONE}/formations").json()
    check_results(trainings)
    diploma = next(each for each in trainings["resultats"] if each["id"] == "exemple-rentree")
    assert diploma["ouvre"]["offres"] >= offers["offres"] - 5
    assert any(reason["texte"].startswith(f"+{diploma['ouvre']['offres']} offres") for reason in diploma["raisons"])
    assert diploma["manques"] == ["À vérifier avant d'entrer : lire, écrire et compter"]

    ways = town.get(f"/v1/profils/{SOMEONE}/parcours").json()["resultats"]
    one = next(way for way in ways if way["nature"] == "formation")
    assert one["ouvre"]["offres"] > 0
    assert one["etapes"][0]["formation"]["intitule"]

    careers = town.get(f"/v1/profils/{SOMEONE}/metiers").json()["resultats"]
    project = next(each for each in careers if each["projetDeclare"])
    assert project["codeROME"] == "J1501"
    assert project["formation"]["session"]["id"] == "exemple-rentree"
    for each in careers:
        assert sum(part["contribution"] for part in each["raisons"]) == pytest.approx(each["score"], abs=1e-6)

    to_offer = town.get(f"/v1/profils/{SOMEONE}/ecarts", params={"offre": diploma["ouvre"]["exemples"][0]}).json()
    assert to_offer["cible"]["nature"] == "offre"


def test_filters_are_those_one_expects(town: TestClient) -> None:
    address = f"/v1/profils/{SOMEONE}/formations"
    for kept in (
        {"resteAPayerMax": "0"},
        {"certifiante": "true"},
        {"dureeHeuresMax": "1540"},
        {"financement": "REGION", "modalite": "presentiel"},
    ):
        found = town.get(address, params=kept).json()["resultats"]
        assert "exemple-rentree" in {each["id"] for each in found}, kept
    short = town.get(address, params={"dureeHeuresMax": "1"}).json()
    assert short["resultats"] == []
    assert short["avis"].startswith(
        "Aucune formation avec ces filtres. Sans le filtre « durée de la formation », il y en aurait "
    )
    wrong = town.get(address, params={"certifiante": "peut-être"})
    assert wrong.status_code == 400
    assert "« certifiante »" in wrong.json()["detail"]


def test_errors_name_the_value_and_the_remedy(reader: TestClient, town: TestClient) -> None:
    for route in ("ecarts", "parcours", "metiers"):
        missing = reader.get(f"/v1/profils/personne/{route}")
        assert missing.status_code == 404
        assert "« personne »" in missing.json()["detail"]
    unknown = town.get(f"/v1/profils/{SOMEONE}/ecarts", params={"codeROME": "J1599"})
    assert unknown.status_code == 400
    assert "« J1599 »" in unknown.json()["detail"]
    both = town.get(f"/v1/profils/{SOMEONE}/ecarts", params={"codeROME": "J1501", "offre": "x"})
    assert both.status_code == 400


def test_twins_who_refused_profiling_read_the_same(town: TestClient) -> None:
    refused = {"visibleEmployeurs": True, "profilage": False, "contactCourriel": False}
    put(town, "profils", person(id="jumeau-1", consentements=refused))
    put(town, "profils", person(id="jumeau-2", consentements=refused, experiences=[{"mois": 90, "codeROME": "J1501"}]))
    service_of(town).engine.catch_up()
    for route in ("ecarts", "parcours", "metiers", "formations"):
        one, other = (town.get(f"/v1/profils/{key}/{route}") for key in ("jumeau-1", "jumeau-2"))
        assert (one.status_code, one.content) == (other.status_code, other.content), route
