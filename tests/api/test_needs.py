"""An employer's sentence over HTTP: read, shown back, and searched as it is."""

import pytest
from fastapi.testclient import TestClient

from benchmarks.need_requests import HELD_OUT, REQUESTS

ADDRESS = "/v1/besoins/lecture"


def test_a_sentence_is_read_and_its_need_is_searched(reader: TestClient) -> None:
    text = "soudeur à 20 km de Saint-Nazaire, dispo tout de suite, débutant accepté, permis B obligatoire"
    response = reader.post(ADDRESS, json={"texte": text})
    assert response.status_code == 200
    found = response.json()
    need = found["besoin"]
    assert need["lieuTravail"] == {"commune": "44184"}
    assert need["criteres"]["distance"] == "20"
    assert need["experienceExige"] == "D"
    for item in found["elements"]:
        assert text[item["debut"] : item["fin"]] == item["extrait"]
        assert item["nom"]
        assert item["libelle"]
    assert found["nonCompris"] == []
    assert "Débutant accepté" in found["resume"]
    assert reader.post("/v1/profils/recherche", json=need).status_code in (200, 204, 206)


@pytest.mark.parametrize("requests", [REQUESTS, HELD_OUT])
def test_what_is_read_is_a_body_that_the_search_takes(reader: TestClient, requests) -> None:  # type: ignore[no-untyped-def]
    searched = 0
    for request in requests:
        need = reader.post(ADDRESS, json={"texte": request.text}).json()["besoin"]
        if "intitule" in need:
            answer = reader.post("/v1/profils/recherche", json=need)
            assert answer.status_code in (200, 204, 206), (request.text, answer.text)
            searched += 1
    assert searched > len(requests) * 0.9


def test_criteria_of_the_body_are_those_of_the_address(reader: TestClient) -> None:
    need = {"romeCode": "J1501"}
    by_address = reader.post("/v1/profils/recherche?departement=23", json=need)
    by_body = reader.post("/v1/profils/recherche", json={**need, "criteres": {"departement": "23"}})
    assert by_address.content == by_body.content
    wrong = reader.post("/v1/profils/recherche", json={**need, "criteres": {"distanc": "3"}})
    assert wrong.status_code == 400
    assert "« distance »" in wrong.json()["detail"]


def test_words_without_a_job_are_told(reader: TestClient) -> None:
    found = reader.post(ADDRESS, json={"texte": "CDI à Guéret"}).json()
    assert found["avis"].startswith("Aucun métier")
    assert "intitule" not in found["besoin"]
    assert reader.post(ADDRESS, json={"texte": ""}).status_code == 422
    assert reader.post(ADDRESS, json={"texte": "a" * 2001}).status_code == 422


def test_what_is_not_understood_says_why_and_what_discriminates_is_told(reader: TestClient) -> None:
    found = reader.post(ADDRESS, json={"texte": "serveuse à Limoges, femme de préférence"}).json()
    (unread,) = found["nonCompris"]
    assert (unread["extrait"], unread["avis"][:22]) == ("à Limoges", "Ce lieu n'est pas conn")
    (told,) = found["formulations"]
    assert (told["extrait"], told["critere"], told["interdit"]) == ("femme de préférence", "sexe", True)
