"""All that is known of a person comes out, and nothing of anybody else."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.archive.inferred import TOLD, TOLD_OTHERWISE
from api.archive.registry import SECTIONS
from features.records import Identity, Profile, Project, Subscription
from features.retention.registry import RULES
from features.store import Store
from features.store.people_tables import (
    BESIDE,
    IN_PASSING,
    OF_NOBODY,
    PSEUDONYMOUS,
    SPEAKS_OF_PEOPLE,
    held_of,
)
from features.store.tables import metadata
from matching.schema import SCHEMAS, Collection
from tests.api import canary
from tests.api.canary import MARK, PERSON
from tests.api.conftest import client_over
from tests.api.test_forgetting import live, service_of

Json = dict[str, Any]
OTHER = "autre-personne"
MAY_BE_EMPTY = {"metiersDeduits", "comptes", "groupesDeLAuditDEquite"}


def archive_of(client: TestClient, key: str) -> Json:
    response = client.get(f"/v1/profils/{key}/archive")
    assert response.status_code == 200, response.text
    assert response.headers["cache-control"] == "no-store"
    found: Json = response.json()
    return found


def test_every_table_of_people_is_in_a_section_and_every_table_is_accounted_for() -> None:
    told = frozenset().union(*(section.tables for section in SECTIONS))
    assert told == {*SPEAKS_OF_PEOPLE, *IN_PASSING, *BESIDE, "audit_line", "audit_person"}
    assert set(metadata.tables) == told | OF_NOBODY | PSEUDONYMOUS


def test_every_column_that_is_read_of_a_person_is_told() -> None:
    columns = {column.name for column in SCHEMAS[Collection.PROFILES]}
    assert columns == TOLD | TOLD_OTHERWISE
    assert not TOLD & TOLD_OTHERWISE


@pytest.mark.slow
def test_what_a_person_lived_is_all_there_and_nobody_else(deployment: Path) -> None:
    with client_over(deployment) as client:
        live(client, deployment)
        store: Store = service_of(client).store
        store.upsert([Profile(id=OTHER, projects=(Project(rome_code="J1501", label="tiers secret"),))], "essai")
        store.upsert([Identity(id=OTHER, last_name="tiers secret")], "essai")
        store.upsert([Subscription(id="tiers-secret", profile_id=OTHER)], "essai")
        pool = client.get("/v1/viviers/v-a").json()
        assert client.put("/v1/viviers/v-a", json={**pool, "profils": [PERSON, OTHER]}).status_code == 200
        found = archive_of(client, PERSON)
        held = held_of(store, PERSON)
    sections = {section.name: found[section.name]["elements"] for section in SECTIONS}
    assert list(found) == ["personne", "etabliLe", "vosDroits", *sections]
    text = json.dumps(found, ensure_ascii=False)
    assert OTHER not in text
    assert "secret" not in text
    for table, ids in held.ids.items():
        for key in ids:
            assert key in text, f"{table} {key} is not in the archive"
    everyone = {name: elements for name, elements in sections.items() if name not in MAY_BE_EMPTY}
    assert all(everyone.values()), {name for name, elements in everyone.items() if not elements}
    (profile,) = sections["profil"]
    assert (profile["source"], profile["resume"]) == ("essai", canary.word("resume"))
    assert profile["ecritLe"] >= "2026"
    assert sections["identite"][0]["courriel"] == canary.IDENTITY.email
    assert [each["id"] for each in sections["viviers"]] == ["v-a"]
    assert sections["misesEnRelation"][0]["message"] == f"Bonjour {MARK}"
    assert any("ditAvant" in each for each in sections["evenements"])
    assert {each["fait"] for each in sections["comportement"]} == {"interet", "ecarte"}
    assert [each["quoi"] for each in sections["durees"]] == [rule.what_fr for rule in RULES]
    figures = sections["ceQueLisentLesClassements"]
    assert len(figures) == 2
    assert figures[0]["niveau"] == "bac ou équivalent"
    assert all("None" not in json.dumps(each, ensure_ascii=False) for each in figures)


def test_an_occupation_read_in_words_comes_with_its_score_and_model(client: TestClient) -> None:
    body = {
        "id": "x-1",
        "projets": [{"libelle": "Boulanger"}],
        "experiences": [{"mois": 20, "intitule": "Aide à domicile"}],
    }
    created = client.put("/v1/profils/x-1", json=body)
    assert created.status_code == 201, created.text
    found = archive_of(client, "x-1")["metiersDeduits"]["elements"]
    assert {each["dans"] for each in found} <= {"projet", "experience"}
    assert found
    assert all(0 < each["score"] <= 1 and each["modele"] and each["metier"] for each in found)


def test_of_whom_nothing_more_is_known_the_sections_are_empty(client: TestClient) -> None:
    assert client.put("/v1/profils/x-2", json={"id": "x-2", "projets": [{"codeROME": "J1501"}]}).status_code == 201
    found = archive_of(client, "x-2")
    assert found["evenements"]["elements"] == found["identite"]["elements"] == []
    assert client.get("/v1/profils/inconnu/archive").status_code == 404


def test_a_counsellor_and_an_employer_have_no_access(client: TestClient) -> None:
    for token in ("demo:counsellor:c1", "demo:employer:13000548100010"):
        response = client.get("/v1/profils/profil-000001/archive", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code in (401, 403, 404), response.text
