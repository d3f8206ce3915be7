"""Names, e-mail addresses, phone numbers and NIRs are planted in every part of every kind of request: none comes out in
the log, in metrics, in spans or in the body of an error."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from prometheus_client import generate_latest

from api.edge import logs, metrics
from api.edge.masking import masked
from tests.api.conftest import client_over

NAME = "Zéphyrine Quatrebarbes"
JOINING = (
    "zephyrine.quatrebarbes@exemple.org",
    "06 12 34 56 78",
    "+33612345678",
    "0612345678",
    "2 85 07 75 116 123 42",
    "285077511612342",
)
PLANTED = (NAME, *JOINING)
BODY = {
    "id": "x",
    "nom": NAME,
    "courriel": JOINING[0],
    "telephone": JOINING[1],
    "nir": JOINING[4],
    "texte": list(PLANTED),
}


def forms(value: str) -> set[str]:
    """A value as it may be written in a log, an address or JSON."""
    return {value, quote(value), quote(value, safe=""), json.dumps(value)[1:-1], repr(value)[1:-1]}


def told_of(values: tuple[str, ...], text: str) -> list[str]:
    return [value for value in values if any(form in text for form in forms(value))]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.install("debug", "json", stream)
    logging.getLogger("sqlalchemy").setLevel("WARNING")
    try:
        yield stream
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        logging.raiseExceptions = True


@pytest.fixture
def watched(deployment: Path, log: io.StringIO) -> Iterator[TestClient]:
    with client_over(deployment) as client:
        yield client


def requests_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation, with something planted in its path, its query, its headers and its body."""
    headers = {
        "User-Agent": JOINING[0],
        "X-Nom": quote(NAME),
        "Referer": f"https://exemple.org/{quote(NAME)}?courriel={JOINING[0]}",
        "Cookie": f"courriel={JOINING[0]}",
        "Tracestate": f"nir={JOINING[5]}",
        "Traceparent": f"00-{JOINING[5]}-x",
    }
    for path, operations in document["paths"].items():
        for method, described in operations.items():
            for token in JOINING[:1], JOINING[5:]:
                yield method, path, {"headers": {**headers, "Authorization": f"Bearer {token[0]}"}}
            for number, value in enumerate(PLANTED):
                address = path
                for parameter in described.get("parameters", []):
                    if parameter["in"] == "path":
                        address = address.replace("{" + parameter["name"] + "}", quote(value, safe=""))
                if "{" in path or number == 0:
                    yield method, address, {"headers": headers}
            queried = [each["name"] for each in described.get("parameters", []) if each["in"] == "query"]
            for name in (*queried, "zzz", JOINING[0]):
                yield method, path, {"params": {name: JOINING[0]}, "headers": headers}
            if "requestBody" in described:
                kind = next(iter(described["requestBody"]["content"]))
                for content in (
                    json.dumps(BODY),
                    json.dumps(BODY)[:-1],
                    json.dumps(PLANTED),
                    f'"{NAME}"',
                    '{"é": "\ud83d',
                ):
                    raw = content.encode("utf-8", "replace")
                    yield method, path, {"content": raw, "headers": {**headers, "Content-Type": kind}}
                yield (
                    method,
                    path,
                    {"content": json.dumps(BODY), "headers": {**headers, "Content-Type": f"text/{JOINING[0]}"}},
                )


def check_bodies(response: Any) -> None:
    if response.status_code >= 400:
        where = f"{response.request.method} {response.request.url}: {response.text}"
        assert told_of(JOINING, response.text) == [], where
        identity = response.request.url.path.endswith(("/identite", "/statut-protege"))
        if response.status_code >= 500 or (identity and response.status_code == 422):
            assert told_of((NAME,), response.text) == [], where


def check_traces(log: io.StringIO) -> list[dict[str, Any]]:
    assert told_of((*PLANTED, "Quatrebarbes", "quatrebarbes"), log.getvalue()) == []
    assert told_of((*PLANTED, "Quatrebarbes", "quatrebarbes"), generate_latest(metrics.REGISTRY).decode()) == []
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_nothing_that_was_sent_is_told(watched: TestClient, log: io.StringIO) -> None:
    document = watched.get("/openapi.json").json()
    statuses = set()
    for method, address, how in requests_of(document):
        response = watched.request(method, address, **how)
        check_bodies(response)
        statuses.add(response.status_code)
    assert {400, 404, 415, 422} <= statuses
    lines = [line for line in check_traces(log) if line["event"] == "request"]
    assert {line["route"] for line in lines} > {path for path in document["paths"] if path.startswith("/v1/profils")}
    assert all(
        set(line) >= {"method", "route", "status", "duration_ms", "trace_id", "timestamp", "level"} for line in lines
    )
    watched.get(f"/{quote(NAME)}/{JOINING[0]}")
    assert check_traces(log)[-1]["route"] == "(none)"


def test_nor_when_all_goes_wrong(watched: TestClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way into the store and the engine fails with an error that quotes what was asked, as databases do."""

    def fail(*_: object, **__: object) -> None:
        try:
            raise ValueError(f"no such person: {NAME}")
        except ValueError as error:
            raise sa.exc.StatementError(f"bad value {JOINING[0]}", "select 1", {"nom": PLANTED}, error) from error

    service = watched.app.state.service  # type: ignore[attr-defined]
    document = watched.get("/openapi.json").json()
    for owner, names in (
        (type(service.store), ("get", "page", "count", "writing", "watermark")),
        (type(service.engine), ("catalogue",)),
    ):
        for name in names:
            if hasattr(owner, name):
                monkeypatch.setattr(owner, name, fail)
    failed = 0
    for method, address, how in requests_of(document):
        response = watched.request(method, address, **how)
        check_bodies(response)
        failed += response.status_code == 500
    assert failed > 100
    lines = check_traces(log)
    incidents = [line for line in lines if "exception" in line and line["event"].startswith("incident ")]
    assert len(incidents) >= failed
    first = incidents[0]["exception"][0]
    assert first["type"] == "sqlalchemy.exc.StatementError"
    assert any(" fail" in frame for frame in first["frames"])
    assert incidents[0]["exception"][1]["type"] == "builtins.ValueError"
    traced = {line["trace_id"] for line in lines if line["event"] == "request" and line["status"] == 500}
    assert {line["trace_id"] for line in incidents} <= traced, "an incident is found by the trace of its request"


@pytest.mark.parametrize("value", JOINING)
def test_what_joins_a_person_is_masked_wherever_it_stands(value: str) -> None:
    for text in (value, f"« {value} »", f"id={value}&x", f"le {value}.", f"{value}, {value}"):
        assert value not in masked(text)
        assert "•••" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "13000548100010",
        "048KLTP",
        "2026-11-26",
        "75112",
        "profil-000041",
        "00:00:00",
        "L'offre « 12 » n'existe pas.",
        "J1501",
        "0-149",
        "1 500 000 €",
        "RNCP35830",
        "20 à 30 km",
    ],
)
def test_codes_and_figures_are_not(text: str) -> None:
    assert masked(text) == text
