"""Compressed bodies, too many headers, too many parameters: refused before anything reads them."""

import gzip
import zlib

import pytest
from fastapi.testclient import TestClient

from api.edge.shape import MOST_HEADERS, MOST_PARAMETERS, PlainShape
from tests.api.edge.exchange import ask, fine, scope_of

LIMIT = 4096
APP = PlainShape(fine, LIMIT)
BOMB = 64 * 1024 * 1024


@pytest.mark.parametrize(
    "coding", ["gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "identity, gzip", "zzz"]
)
def test_a_compressed_body_is_refused_whatever_it_is_compressed_by(coding: str) -> None:
    told = ask(APP, scope_of("POST", content_encoding=coding))
    assert (told.status, told.headers["accept-encoding"]) == (415, "identity")
    assert told.problem["type"] == "/problemes/type-de-contenu"


def test_a_header_that_comes_twice_hides_nothing() -> None:
    scope = scope_of("POST", content_encoding="identity")
    scope["headers"].append((b"content-encoding", b"br"))
    assert ask(APP, scope).status == 415


def test_one_asks_at_a_time() -> None:
    scope = scope_of(authorization="Bearer a")
    assert ask(APP, scope).status == 200
    scope["headers"].append((b"authorization", b"Bearer b"))
    told = ask(APP, scope)
    assert (told.status, told.problem["type"]) == (400, "/problemes/refus")
    assert "Authorization" in told.problem["detail"]


@pytest.mark.parametrize("coding", ["", "identity", "Identity"])
def test_a_plain_body_passes(coding: str) -> None:
    assert ask(APP, scope_of("POST", content_encoding=coding)).status == 200


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
@pytest.mark.parametrize("path", ["/v1/profils/recherche", "/v1/offres", "/v1/offres/lot"])
def test_a_bomb_is_not_inflated(reader: TestClient, path: str, coding: str, pack: object) -> None:
    packed = pack(b"[" * BOMB)  # type: ignore[operator]
    assert len(packed) < BOMB / 500
    kind = "application/x-ndjson" if path.endswith("/lot") else "application/json"
    response = reader.post(path, content=packed, headers={"Content-Type": kind, "Content-Encoding": coding})
    assert response.status_code == 415
    # Without the header that says so, it is bytes that are no JSON.
    response = reader.post(path, content=packed, headers={"Content-Type": kind})
    assert response.json().get("type") == "/problemes/corps-illisible" or response.json()["rejetees"] >= 1


def test_deep_nesting_is_a_bad_body_and_no_more(reader: TestClient) -> None:
    for text in (b"[" * 500_000, b'{"a":' * 150_000, b"[" * 100_000 + b"]" * 100_000):
        response = reader.post("/v1/offres", content=text, headers={"Content-Type": "application/json"})
        assert response.status_code in (400, 422)


def test_headers_have_a_size_and_a_number() -> None:
    assert ask(APP, scope_of(a="x" * (LIMIT - 200))).status == 200
    assert ask(APP, scope_of(a="x" * LIMIT)).status == 431
    assert ask(APP, scope_of(query=b"q=" + b"x" * LIMIT)).status == 431
    many = scope_of()
    many["headers"] = [(b"a", b"b")] * (MOST_HEADERS + 1)
    assert ask(APP, many).status == 431


def test_parameters_have_a_number() -> None:
    assert ask(APP, scope_of(query=b"&".join([b"a=1"] * MOST_PARAMETERS))).status == 200
    assert ask(APP, scope_of(query=b"&".join([b"a=1"] * (MOST_PARAMETERS + 1)))).status == 400
