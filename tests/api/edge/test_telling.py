"""Refusals from before the routes: a page for who reads pages, a problem for machines."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from features.store import KeyMissing, PersonErased
from tests.api.conftest import client_over

PERSON = {"Accept": "text/html"}


def test_a_person_who_asks_too_often_reads_a_page(sample_data_dir: Path) -> None:
    with client_over(sample_data_dir, rate_limit_address="2/hour") as client:
        answers = [client.get("/", headers={**PERSON, "Authorization": ""}) for _ in range(3)]
        last = answers[-1]
        assert [each.status_code for each in answers][-1] == 429
        assert last.headers["content-type"].startswith("text/html")
        assert int(last.headers["retry-after"]) > 0
        assert "Un peu vite" in last.text
        again = client.get("/rien", headers={**PERSON, "Authorization": ""})
        assert (again.status_code, again.headers["content-type"][:9]) == (429, "text/html")
        machine = client.get("/v1/rien", headers={"Authorization": ""})
        assert machine.json()["type"] == "/problemes/trop-de-requetes"


def test_a_page_that_fails_is_a_page_with_a_number(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("quatrebarbes")

    monkeypatch.setattr("api.pages.front.personas", fail)
    answer = client.get("/", headers=PERSON)
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "quatrebarbes" not in answer.text


@pytest.mark.parametrize("error", [PersonErased("x"), KeyMissing("x")])
def test_every_error_that_the_api_knows_is_a_page_too(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("api.pages.front.personas", fail)
    answer = client.get("/", headers=PERSON)
    assert answer.status_code in (409, 503)
    assert answer.headers["content-type"].startswith("text/html")


def test_a_person_whose_form_is_too_long_reads_a_page(sample_data_dir: Path) -> None:
    with client_over(sample_data_dir, body_limit_bytes=1024) as client:
        form = {"qui": "x" * 2048}
        answer = client.post("/demonstration", data=form, headers=PERSON)
        assert (answer.status_code, answer.headers["content-type"][:9]) == (413, "text/html")
        assert "C'est trop long" in answer.text.replace("&#39;", "'")
        machine = client.post("/v1/profils/recherche", content=b"x" * 2048)
        assert machine.json()["type"] == "/problemes/corps-trop-gros"
