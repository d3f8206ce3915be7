"""Talent pools over HTTP: a rule and people put in by hand, shared in a team, refreshed, exported."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.spreadsheet import csv_of, safe
from tests.api.test_searches import FORBIDDEN, all_keys
from tests.waiting import until

Json = dict[str, Any]

OWNER, MATE, STRANGER = "conseiller-a", "conseiller-b", "conseiller-c"
POOL = "/v1/viviers/soins"


def person(key: str, **fields: object) -> Json:
    return {
        "id": key,
        "projets": [{"codeROME": "J1501"}],
        "commune": "23096",
        "consentements": {"visibleEmployeurs": True, "profilage": True},
        **fields,
    }


@pytest.fixture
def pool(client: TestClient) -> TestClient:
    """A pool with a rule that two people meet, and one person put in by hand."""
    for key, fields in (
        ("zz-rule-1", {"permis": ["CE"]}),
        ("zz-rule-2", {"permis": ["CE"]}),
        ("zz-hand", {}),
        ("zz-other", {}),
    ):
        assert client.put(f"/v1/profils/{key}", json=person(key, **fields)).status_code == 201
    body = {
        "id": "soins",
        "nom": "Soins et permis CE",
        "proprietaire": OWNER,
        "membres": [MATE],
        "profils": ["zz-hand"],
        "criteres": {"codeROME": "J1501", "permis": "CE", "departement": "23"},
    }
    assert client.post("/v1/viviers", json=body).status_code == 201
    until(lambda: {"zz-rule-1", "zz-rule-2", "zz-hand"} <= set(ids(client)))
    return client


def ids(client: TestClient, user: str = OWNER) -> list[str]:
    response = client.get(f"{POOL}/membres", params={"utilisateur": user, "range": "0-149"})
    assert response.status_code in (200, 204), response.text
    return [] if response.status_code == 204 else [result["id"] for result in response.json()["resultats"]]


def test_a_pool_holds_the_rule_and_the_hand(pool: TestClient) -> None:
    found = pool.get(f"{POOL}/membres", params={"utilisateur": OWNER}).json()["resultats"]
    origin = {result["id"]: result["origine"] for result in found}
    assert origin["zz-hand"] == "main"
    assert origin["zz-rule-1"] == "regle"
    assert "zz-other" not in origin
    assert all(all_keys(result).isdisjoint(FORBIDDEN) for result in found)


def test_the_occupations_and_the_area_of_a_pool_are_part_of_its_rule(client: TestClient) -> None:
    for key, fields in (
        ("zz-near", {}),
        ("zz-baker", {"projets": [{"codeROME": "D1102"}]}),
        ("zz-far", {"commune": "75056"}),
    ):
        assert client.put(f"/v1/profils/{key}", json=person(key, **fields)).status_code == 201
    body = {"id": "soins", "nom": "Soins à Guéret", "proprietaire": OWNER, "codesROME": ["J1501"], "commune": "23096"}
    assert client.post("/v1/viviers", json={**body, "rayonKm": 5}).status_code == 422
    assert client.post("/v1/viviers", json={**body, "rayonKm": 20}).status_code == 201
    until(lambda: "zz-near" in ids(client))
    assert not {"zz-baker", "zz-far"} & set(ids(client))
    assert client.put(POOL, json={**body, "codesROME": ["J1501", "D1102"], "rayonKm": 20}).status_code == 200
    assert {"zz-near", "zz-baker"} <= set(ids(client))
    assert client.put(POOL, json={**body, "criteres": {"departement": "75"}}).status_code == 200
    assert "zz-far" in ids(client)
    assert "zz-near" not in ids(client)


def test_a_pool_is_its_team_s_alone(pool: TestClient) -> None:
    assert ids(pool, MATE) == ids(pool, OWNER)
    for address in ("membres", "mouvements", "export"):
        hidden = pool.get(f"{POOL}/{address}", params={"utilisateur": STRANGER})
        assert hidden.status_code == 404
        assert "« soins »" in hidden.json()["detail"]
        unnamed = pool.get(f"{POOL}/{address}")
        assert unnamed.status_code == pool.get(f"/v1/viviers/zz-none/{address}").status_code == 400
    assert pool.post(f"{POOL}/actualisation", params={"utilisateur": STRANGER}).status_code == 404


def test_refreshes_tell_who_came_and_left(pool: TestClient) -> None:
    first = pool.post(f"{POOL}/actualisation", params={"utilisateur": OWNER}).json()
    assert {"zz-rule-1", "zz-rule-2", "zz-hand"} <= set(first["entres"])
    again = pool.post(f"{POOL}/actualisation", params={"utilisateur": MATE}).json()
    assert (again["entres"], again["sortis"]) == ([], 0)
    pool.put("/v1/profils/zz-rule-1", json=person("zz-rule-1"))
    pool.put("/v1/profils/zz-new", json=person("zz-new", permis=["CE"]))
    until(lambda: "zz-new" in ids(pool) and "zz-rule-1" not in ids(pool))
    third = pool.post(f"{POOL}/actualisation", params={"utilisateur": OWNER}).json()
    assert (third["entres"], third["sortis"]) == (["zz-new"], 1)
    assert "1 entrée et 1 sortie" in third["texte"]
    moves = pool.get(f"{POOL}/mouvements", params={"utilisateur": OWNER, "range": "0-149"}).json()["resultats"]
    assert [(move["mouvement"], move.get("profil")) for move in moves[:2]] == [
        ("entree", "zz-new"),
        ("sortie", "zz-rule-1"),
    ]


def test_a_person_who_withdraws_is_out_at_every_path_and_named_at_none(pool: TestClient) -> None:
    pool.post(f"{POOL}/actualisation", params={"utilisateur": OWNER})
    for key in ("zz-rule-2", "zz-hand"):
        hidden = {**person(key, permis=["CE"]), "consentements": {"visibleEmployeurs": False}}
        assert pool.put(f"/v1/profils/{key}", json=hidden).status_code == 200
    until(lambda: not {"zz-rule-2", "zz-hand"} & set(ids(pool)))
    export = pool.get(f"{POOL}/export", params={"utilisateur": OWNER}).text
    refreshed = pool.post(f"{POOL}/actualisation", params={"utilisateur": OWNER})
    moves = pool.get(f"{POOL}/mouvements", params={"utilisateur": OWNER, "range": "0-149"}).text
    assert refreshed.json()["sortis"] == 2
    for told in (export, refreshed.text, moves):
        assert "zz-rule-2" not in told
        assert "zz-hand" not in told


def test_the_export_opens_in_a_spreadsheet_without_harm(pool: TestClient) -> None:
    response = pool.get(f"{POOL}/export", params={"utilisateur": OWNER})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[0][:2] == ["Identifiant", "Origine"]
    assert [line[0] for line in lines[1:]] == ids(pool)
    assert {len(line) for line in lines} == {len(lines[0])}


@pytest.mark.parametrize("cell", ["=1+1", "+33 6", "-1", "@SUM(A1)", "\t=1", "\n=1", "|x", "%x", "＝1+1", "＠SUM(A1)"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe(cell).startswith("'")
    read = list(csv.reader(io.StringIO(csv_of(["a"], [[cell]]).decode("utf-8-sig")), delimiter=";"))
    assert not read[1][0].startswith(("=", "+", "-", "@", "|", "%"))


def test_a_rule_that_no_search_takes_is_told(pool: TestClient) -> None:
    body = {"id": "faux", "nom": "x", "proprietaire": OWNER, "criteres": {"permi": "B"}}
    assert pool.post("/v1/viviers", json=body).status_code == 201
    refused = pool.get("/v1/viviers/faux/membres", params={"utilisateur": OWNER})
    assert refused.status_code == 400
    assert "« permis »" in refused.json()["detail"]


def test_an_empty_pool_says_why(pool: TestClient) -> None:
    pool.post("/v1/viviers", json={"id": "vide", "nom": "x", "proprietaire": OWNER})
    answer = pool.get("/v1/viviers/vide/membres", params={"utilisateur": OWNER})
    assert answer.status_code == 200
    assert "Ce vivier est vide" in answer.json()["avis"]


def test_a_pool_that_goes_takes_its_history(pool: TestClient) -> None:
    pool.post(f"{POOL}/actualisation", params={"utilisateur": OWNER})
    assert pool.delete(POOL).status_code == 204
    assert pool.get(f"{POOL}/mouvements", params={"utilisateur": OWNER}).status_code == 404
    pool.post("/v1/viviers", json={"id": "soins", "nom": "x", "proprietaire": OWNER})
    assert pool.get(f"{POOL}/mouvements", params={"utilisateur": OWNER}).status_code == 204
