"""The story of a machine over HTTP: enrolled, it asks for a token in the shape of France Travail, which verifies."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet
from typer.testing import CliRunner

from api.app import create_app
from api.cli.main import app as command_line
from api.service import Service
from api.settings import Settings
from tests.waiting import until

ADDRESS = "/connexion/oauth2/access_token"


@pytest.fixture
def vivier(deployment: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command over the deployment and gives what it prints as JSON."""
    monkeypatch.setenv("VIVIER_DATA_DIR", str(deployment))

    def run(*words: str) -> dict[str, Any]:
        done = CliRunner().invoke(command_line, [*words, "--json"])
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


@pytest.fixture
def service(deployment: Path) -> Service:
    return Service.open(Settings(data_dir=deployment))


@pytest.fixture
def http(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False) as client:
        yield client


def test_from_the_command_line_to_a_verified_token(vivier: Any, http: TestClient, service: Service) -> None:
    made = vivier("access", "clients", "create", "Flux", "--role", "partenaire", "--feed", "jobs")
    form = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
        "scope": "offres.lire offres.ecrire",
    }
    given = http.post(f"{ADDRESS}?realm=%2Fvivier", data=form)
    assert given.status_code == 200, given.text
    assert given.headers["cache-control"] == "no-store"
    assert given.json()["scope"] == "offres.lire offres.ecrire"

    about = http.get("/.well-known/oauth-authorization-server").json()
    assert about["token_endpoint"].endswith(ADDRESS)
    keys = KeySet.import_key_set(http.get("/connexion/jwks.json").json())
    token = jwt.decode(given.json()["access_token"], keys, ["ES256"])
    assert token.claims["iss"] == about["issuer"]
    assert token.claims["client_id"] == made["client_id"]
    assert "secret" not in json.dumps(token.claims)

    assert [each["client_id"] for each in vivier("access", "clients", "list")["clients"]] == [made["client_id"]]
    vivier("access", "clients", "disable", made["client_id"])
    until(lambda: (known := service.access.directory.clients.get(made["client_id"])) is not None and not known.enabled)
    assert http.post(ADDRESS, data=form).status_code == 401


def test_keys_are_rotated_under_a_running_service(vivier: Any, http: TestClient) -> None:
    before = {key["kid"] for key in http.get("/connexion/jwks.json").json()["keys"]}
    drawn = vivier("access", "keys", "rotate")["kid"]
    after = {key["kid"] for key in http.get("/connexion/jwks.json").json()["keys"]}
    assert after == before | {drawn}
    assert {each["kid"] for each in vivier("access", "keys", "list")["keys"]} == after


def test_refusals_over_http(http: TestClient) -> None:
    form = {"grant_type": "client_credentials", "client_id": "zzz", "client_secret": "zzz"}
    wrong = http.post(ADDRESS, data=form)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["content-type"] == "application/problem+json"
    assert "www-authenticate" not in wrong.headers
    assert http.post(ADDRESS, data={"grant_type": form["grant_type"]}, auth=("zzz", "y")).headers["www-authenticate"]
    realm = http.post(f"{ADDRESS}?realm=%2Fautre", data=form)
    assert (realm.status_code, realm.json()["error"]) == (400, "invalid_request")
    assert http.post(ADDRESS, json=form).status_code == 415
    assert http.get(ADDRESS).status_code == 405
    twice = http.post(ADDRESS, content="grant_type=client_credentials&grant_type=a", headers=FORM_TYPE)
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")


FORM_TYPE = {"content-type": "application/x-www-form-urlencoded"}
