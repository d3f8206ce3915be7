"""The diagnosis of a demand over HTTP, as the employer reads it."""

import re
from typing import Any

from fastapi.testclient import TestClient

from api.result_examples import DIAGNOSIS

ADDRESS = "/v1/offres/diagnostic"


def test_a_demand_is_counted_and_read(reader: TestClient) -> None:
    response = reader.post(ADDRESS, json=DIAGNOSIS)
    assert response.status_code == 200
    found = response.json()
    assert found["metier"]["codeROME"] == "J1501"
    assert {item["critere"] for item in found["criteres"]} >= {"metier", "trajet", "typeContrat", "permis"}
    assert [item["motif"] for item in found["formulations"]] == ["age"]
    described = DIAGNOSIS["description"]
    wording = found["formulations"][0]
    assert described[wording["debut"] : wording["fin"]] == wording["passage"] == "personne de moins de 40 ans"
    assert found["termesVagues"][0]["passage"] == "salaire selon profil"
    assert {item["champ"] for item in found["aPreciser"]} >= {"salaire", "tempsPlein"}
    assert found["salaire"]["texte"]


def said(found: Any) -> list[str]:
    """Every text of an answer."""
    if isinstance(found, str):
        return [found]
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return [text for each in inside for text in said(each)]


def test_whatever_is_told_reads_as_french_and_hides_few(reader: TestClient) -> None:
    for need in ({"romeCode": "J1501"}, {"intitule": "Boulanger"}, {**DIAGNOSIS, "typeContrat": "CDD"}):
        found = reader.post(ADDRESS, json=need).json()
        for item in (*found["assouplissements"], *found["paires"]):
            number = item["profilsEnPlus"]
            assert item["texte"].endswith(".")
            assert "None" not in item["texte"]
            assert number.get("nombre", 5) >= 5
            assert "nombre" in number or "formation" in item
            assert ("nombre" in number) == number["texte"].startswith("environ")
        if "nombre" not in found["profils"]:
            assert found["profils"]["texte"] == "moins de 5 profils"
            assert found["avis"].startswith("Moins de 5 personnes visibles")
        assert [text for text in said(found) if re.search(r"\b[0-4] (?:profil|personne)", text)] == []


def test_what_cannot_be_done_from_home_is_not_offered_as_telework(reader: TestClient) -> None:
    for code, at_a_desk in (("J1501", False), ("D1102", False), ("M1607", True)):
        need = {"romeCode": code, "lieuTravail": {"commune": "75112"}}
        found = reader.post(ADDRESS, json=need).json()
        told = [item["texte"] for item in found["assouplissements"] if item["criteres"] == ["trajet"]]
        told += [text for text in found.get("sansEffet", ()) if "déplacement" in text]
        assert told
        assert all(("télétravail" in text) is at_a_desk for text in told)


def test_an_occupation_that_is_not_recognised_is_said(reader: TestClient) -> None:
    found = reader.post(ADDRESS, json={"intitule": "zzz qqq"}).json()
    assert "n'a pas été reconnu" in found["avis"]
    assert "profils" not in found
    assert "metier" not in found


def test_what_would_pick_people_is_refused(reader: TestClient) -> None:
    assert reader.post(f"{ADDRESS}?exclure=p1", json=DIAGNOSIS).status_code == 400
    assert reader.post(f"{ADDRESS}?commune=23096&distance=5", json=DIAGNOSIS).status_code == 400
    assert reader.post(ADDRESS, json={}).status_code == 422


def test_facets_of_a_search_never_single_somebody_out(reader: TestClient) -> None:
    """An employer reads how results split in whole fives: no value that one person has."""
    split = 0
    for code in ("J1501", "D1106", "K1304", "G1602", "N4101"):
        response = reader.post("/v1/profils/recherche?range=0-149", json={"romeCode": code})
        if response.status_code == 204:
            continue
        found = response.json()
        total = int(response.headers["content-range"].split("/")[1])
        assert total >= len(found["resultats"])
        for facet in found["filtresPossibles"]:
            for value in facet["agregation"]:
                split += 1
                assert value["nbResultats"] % 5 == 0
                assert 5 <= value["nbResultats"] <= total
    assert split > 0
