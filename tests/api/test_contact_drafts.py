"""Needs as counsellors note them, and the offers that they make: the reading of needs, in the shape of an offer."""

import datetime as dt
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.contact_log import draft_json
from api.service import Service
from features.border.offer import OffreIn
from features.records import Contact, ContactChannel, Establishment
from matching.reading.need import read_need

SIRET = "12345678901234"
CONTACT = Contact(
    id="c", counsellor_id="k", siret=SIRET, at=dt.datetime(2026, 9, 1, 10, tzinfo=dt.UTC), channel=ContactChannel.VISIT
)
FIRM = Establishment(id=SIRET, name="Le Fournil", naf="1071C", commune_insee="23096")


def drafted(reader: TestClient, words: str, firm: Establishment | None = FIRM) -> dict[str, Any]:
    service: Service = reader.app.state.service  # type: ignore[attr-defined]
    reading = read_need(service.engine.lookups, words, CONTACT.at.date())
    found = draft_json(words, reading, firm, CONTACT, 0, service.reference)
    OffreIn.model_validate(found["offre"]).to_record(service.reference)
    return found


def test_a_whole_need(reader: TestClient) -> None:
    found = drafted(reader, "Recherche deux aides-soignants de nuit en CDI à temps plein, débutants acceptés, permis B")
    offer = found["offre"]
    assert (offer["romeCode"], offer["typeContrat"], offer["tempsPlein"]) == ("J1501", "CDI", True)
    assert (offer["experienceExige"], offer["nombrePostes"]) == ("D", 2)
    assert [each["libelle"] for each in offer["permis"]] == ["B"]
    assert offer["lieuTravail"] == {"commune": "23096", "libelle": "23 - Guéret"}
    assert offer["entreprise"] == {"siret": SIRET, "nom": "Le Fournil"}
    assert found["aDemander"] == ["Quel salaire, et à partir de quand ?"]
    assert found["scoreMetier"] > 0.5


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("3 serveurs pour l'été", "nombrePostes", 3),
        ("besoin de quatre maçons", "nombrePostes", 4),
        ("6 mois de remplacement d'un cuisinier", "nombrePostes", 1),
        ("serveur en CDD de 6 mois", "dureeContratMois", 6),
        ("cariste en intérim", "typeContrat", "MIS"),
        ("boulanger en CDI, 6 mois d'expérience", "experienceMois", 6),
        ("un apprenti boulanger", "alternance", True),
        ("boulanger à 2000 € brut par mois", "salaire", {"minMensuel": 2000, "maxMensuel": 2000}),
    ],
)
def test_what_is_said_is_in_the_offer(reader: TestClient, words: str, field: str, value: object) -> None:
    assert drafted(reader, words)["offre"][field] == value


def test_what_is_not_said_is_asked_and_not_made_up(reader: TestClient) -> None:
    found = drafted(reader, "zzz qqq", firm=None)
    assert "romeCode" not in found["offre"]
    assert found["scoreMetier"] == 0
    assert found["aDemander"] == [
        "Quel est le métier ? Il n'a pas été reconnu dans le besoin noté",
        "Quel contrat ?",
        "À temps plein ou à temps partiel ?",
        "Un débutant conviendrait-il ?",
        "Où est le poste ?",
        "Quel salaire, et à partir de quand ?",
    ]
    assert "Quel contrat ?" not in drafted(reader, "un apprenti boulanger")["aDemander"]
    assert "À partir de quand ?" in drafted(reader, "boulanger à 2000 € brut par mois")["aDemander"]


def test_words_that_an_offer_may_not_say_are_told(reader: TestClient) -> None:
    (told,) = drafted(reader, "une serveuse de moins de 30 ans, en CDI")["aReecrire"]
    assert "30 ans" in told
