"""The front page, the demonstration's identities, and what keeps other sites out."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.pages.shell import home_of
from api.pages.static import address, digest, files, packed
from api.security.actor import Role
from api.security.demo import COOKIE
from api.security.rules import rule_of
from api.service import Service
from api.settings import Settings
from matching.schema import Collection
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import tokens_of
from tests.api.pages.readable import check


@pytest.fixture
def reader_browser(reader: TestClient) -> Browser:
    return Browser(reader)


def test_it_says_what_the_service_is_with_the_numbers_of_the_world(reader_browser: Browser) -> None:
    page = reader_browser.open("/")
    assert reader_browser.status == 200
    check(page)
    count = reader_browser._client.app.state.service.engine.catalogue(Collection.PROFILES).n_records  # type: ignore[attr-defined]
    assert count > 100
    assert f"{count} profils" in page.text
    assert "150 établissements" in page.text


@pytest.mark.parametrize("whose", ["é", "日本", "a\r\nX-Sent: 1", "a;b", 'a"b', "a b", "a,b"])
def test_nobody_is_whom_a_cookie_cannot_name(reader_browser: Browser, whose: str) -> None:
    reader_browser.be(f"demo:demandeur:{whose}")
    assert reader_browser.status == 404
    assert "set-cookie" not in reader_browser.headers
    assert "x-sent" not in reader_browser.headers


def test_one_may_be_somebody_and_nobody_again(reader_browser: Browser) -> None:
    reader_browser.open("/")
    page = reader_browser.press("Essayer comme")
    assert reader_browser.path == "/espace"
    assert "Démonstration" in page.text
    reader_browser.press("Quitter")
    assert reader_browser.path == "/"
    reader_browser.open("/espace")
    assert reader_browser.status == 401
    check(reader_browser.page)


@pytest.mark.parametrize("token", ["", "demo:", "demo:roi", "demo:demandeur", "Bearer demo:service", "demo:auditeur:x"])
def test_an_identity_that_is_none_is_refused(reader_browser: Browser, token: str) -> None:
    reader_browser.send("/demonstration", {"identite": token})
    assert reader_browser.status == 401
    check(reader_browser.page)


def test_outside_of_a_demonstration_nobody_is_chosen(sample_data_dir: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(sample_data_dir, tmp_path / "var")
    with TestClient(create_app(Service.open(Settings(data_dir=folder)))) as client:
        browser = Browser(client)
        assert "Essayer comme" not in browser.open("/").text
        check(browser.page)
        browser.send("/demonstration", {"identite": "demo:service"})
        assert browser.status == 404
        browser._client.cookies.set(COOKIE, "demo:service")
        browser.open("/espace")
        assert browser.status == 401


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_chooses_for_nobody(reader_browser: Browser, site: str) -> None:
    reader_browser.send("/demonstration", {"identite": "demo:service"}, **{"sec-fetch-site": site})
    assert reader_browser.status == 403
    check(reader_browser.page)


@pytest.mark.parametrize("origin", [None, "null", "https://ailleurs.invalid", "http://testserver.ailleurs.invalid"])
def test_a_cookie_from_elsewhere_changes_nothing_of_the_api_either(reader: TestClient, origin: str | None) -> None:
    browser = TestClient(reader.app)
    browser.portal = reader.portal
    browser.cookies.set(COOKIE, tokens_of(reader)[Role.JOBSEEKER])
    key = tokens_of(reader)[Role.JOBSEEKER].rpartition(":")[2]
    headers = {} if origin is None else {"origin": origin}
    assert browser.delete(f"/v1/profils/{key}", headers=headers).status_code == 403
    assert browser.get(f"/v1/profils/{key}").status_code == 200


def pages(client: TestClient) -> Iterator[tuple[str, str, object]]:
    from api.pages.registry import routers

    for router in routers():
        for route in router.routes:
            for method in sorted(route.methods):  # type: ignore[attr-defined]
                yield method, route.path, route  # type: ignore[attr-defined]


def test_each_page_is_closed_to_the_other_roles(reader: TestClient) -> None:
    for role, token in tokens_of(reader).items():
        browser = Browser(reader).be(token)
        for method, path, route in pages(reader):
            rule = rule_of(route)
            if rule is None or rule.scope is None or role in rule.reaches:
                continue
            path = path.replace("{id}", "x")
            if method == "GET":
                browser.open(path)
            else:
                browser.send(path, {})
            assert browser.status == 403, f"{role} {method} {path}"
            check(browser.page)


def test_no_form_is_taken_without_its_token(reader: TestClient) -> None:
    tokens = tokens_of(reader)
    tried = 0
    for method, path, route in pages(reader):
        rule = rule_of(route)
        if method == "GET" or rule is None or rule.scope is None:
            continue
        for role in rule.reaches:
            browser = Browser(reader).be(tokens[role])
            for fields in ({}, {"jetonCsrf": "x"}):
                browser.send(path.replace("{id}", "x"), fields)
                assert browser.status == 403, f"{role} {path}"
                tried += 1
    assert tried


def test_a_service_is_ready_before_its_first_reader(reader: TestClient) -> None:
    from api.pages.personas import personas
    from api.pages.ready import make_ready

    service = reader.app.state.service  # type: ignore[attr-defined]
    make_ready(service)
    found = personas(service)
    assert {each.role for each in found} >= {Role.JOBSEEKER, Role.EMPLOYER, Role.COUNSELLOR}
    jobs = [each.words for each in found if each.role is Role.JOBSEEKER]
    assert len(set(jobs)) == len(jobs) == 3


def test_every_role_has_a_beginning() -> None:
    assert all(home_of(role).startswith("/") for role in Role)


def test_an_unknown_page_is_a_page_and_an_unknown_route_a_problem(reader_browser: Browser, reader: TestClient) -> None:
    reader_browser.open("/espace/nulle-part")
    assert reader_browser.status == 404
    check(reader_browser.page)
    reader_browser.open("/nulle-part")
    assert reader_browser.status == 404
    check(reader_browser.page)
    assert reader.get("/v1/nulle-part").headers["content-type"] == "application/problem+json"


def test_nothing_comes_from_elsewhere(reader_browser: Browser) -> None:
    reader_browser.open("/")
    policy = reader_browser.headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy


def test_files_are_kept_under_an_address_that_changes_with_them(reader: TestClient) -> None:
    assert sum(len(content) for name, content in files().items() if name.endswith(".css")) < 20_000
    for name, content in files().items():
        for encoding in ("gzip", "identity"):
            answer = reader.get(address(name), headers={"accept-encoding": encoding})
            assert (answer.status_code, answer.content) == (200, content)
            kept_small = encoding == "gzip" and packed(name) is not None
            assert ("content-encoding" in answer.headers) is kept_small
            assert "immutable" in answer.headers["cache-control"]
    assert reader.get(f"/static/{digest()}/htmx/LICENSE").status_code == 404
    assert reader.get(f"/static/{digest()}/../app.py").status_code == 404
    assert reader.get("/static/0/vivier.css").status_code == 404
