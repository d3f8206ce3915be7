"""Every answer carries the headers that keep a browser from making anything of it; pages have their own policy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.edge.headers import ALWAYS
from tests.api.conftest import client_over


@pytest.fixture(scope="module")
def closed(sample_data_dir: Path) -> Iterator[TestClient]:
    """A service as it is in production."""
    with client_over(sample_data_dir, api_page=False, public_url="https://vivier.example.fr") as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/offres?range=0-0"),
        ("GET", "/v1/offres/inconnue"),
        ("GET", "/rien"),
        ("PATCH", "/v1/offres"),
        ("POST", "/v1/offres"),
        ("GET", "/health/live"),
    ],
)
def test_every_answer_has_them(reader: TestClient, method: str, path: str) -> None:
    headers = reader.request(method, path).headers
    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    assert "strict-transport-security" not in headers, "no TLS, no promise of it"


def test_an_unexpected_error_has_them_too(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(client.app.state.service.store), "get", lambda *_: 1 / 0)  # type: ignore[attr-defined]
    response = client.get("/v1/offres/1")
    assert response.status_code == 500
    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS


def test_behind_tls_browsers_are_told_to_stay_there(closed: TestClient) -> None:
    assert "max-age=63072000" in closed.get("/health/live").headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs/static/swagger-ui.css", "/redoc"])
def test_in_production_the_api_does_not_describe_itself(closed: TestClient, path: str) -> None:
    response = closed.get(path, follow_redirects=False)
    assert (response.status_code, response.json()["type"]) == (404, "/problemes/adresse-inconnue")


def test_a_wrong_method_is_still_told_which_are_right(closed: TestClient) -> None:
    response = closed.request("PATCH", "/v1/offres")
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["allow"].split(", "))


def test_the_api_page_runs_its_own_scripts_alone(reader: TestClient) -> None:
    policy = reader.get("/docs").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "unsafe-inline" not in policy.split("style-src")[0]
    assert "unsafe-eval" not in policy


def test_no_other_site_may_read_answers(reader: TestClient, sample_data_dir: Path) -> None:
    origin = {"Origin": "https://ailleurs.example"}
    assert "access-control-allow-origin" not in reader.get("/health/live", headers=origin).headers
    with client_over(sample_data_dir, allowed_origins="https://www.example.fr") as client:
        named = client.get("/health/live", headers={"Origin": "https://www.example.fr"})
        assert named.headers["access-control-allow-origin"] == "https://www.example.fr"
        assert "access-control-allow-credentials" not in named.headers
        assert "access-control-allow-origin" not in client.get("/health/live", headers=origin).headers
