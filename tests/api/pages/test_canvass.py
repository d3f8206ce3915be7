"""A counsellor's pages, played without scripts."""

from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from api.security.actor import Role
from features.records import Contact, ContactOutcome, Identity, Profile
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import service_of, tokens_of
from tests.api.pages.readable import check


@pytest.fixture
def counsellor(world: TestClient) -> Browser:
    return Browser(world).be(tokens_of(world)[Role.COUNSELLOR])


def firms(browser: Browser) -> list[str]:
    return [href for _, href in browser.page.links if href.startswith("/prospection/etablissements/")]


@pytest.mark.parametrize("path", ["/prospection", "/prospection/portefeuille"])
def test_a_page_can_be_read(counsellor: Browser, path: str) -> None:
    page = counsellor.open(path)
    assert counsellor.status == 200
    check(page)


def test_firms_come_with_whom_to_present_and_nothing_that_names_them(counsellor: Browser, world: TestClient) -> None:
    page = counsellor.open("/prospection")
    assert firms(counsellor)
    assert "Pourquoi cette entreprise" in page.text
    store = service_of(world).store
    for profile in store.page(Profile, 0, 100):
        identity = store.get(Identity, profile.id)
        assert identity is None or not identity.email or identity.email not in page.text


def test_the_portfolio_is_ones_own(counsellor: Browser, world: TestClient) -> None:
    mine = tokens_of(world)[Role.COUNSELLOR].rpartition(":")[2]
    store = service_of(world).store
    page = counsellor.open("/prospection/portefeuille")
    for profile in store.page(Profile, 0, 120):
        identity = store.get(Identity, profile.id)
        if profile.counsellor_id != mine and identity is not None and identity.last_name:
            assert f"{identity.first_name} {identity.last_name}" not in page.text


def test_an_exchange_is_noted_in_two_clicks_and_the_firm_is_left_alone(counsellor: Browser, world: TestClient) -> None:
    counsellor.open("/prospection")
    first = firms(counsellor)[0]
    counsellor.press("Refus")
    assert counsellor.path == first
    check(counsellor.page)
    assert "refus" in counsellor.page.text
    siret = unquote(first.rpartition("/")[2])
    mine = [each for each in service_of(world).store.page(Contact, 0, 1000) if each.siret == siret]
    assert any(each.outcome is ContactOutcome.REFUSED for each in mine)
    counsellor.open("/prospection")
    assert first not in firms(counsellor)


def test_needs_and_a_day_to_call_again_are_kept(counsellor: Browser) -> None:
    counsellor.open("/prospection")
    counsellor.open(firms(counsellor)[0])
    name = counsellor.page.headings[0][1]
    page = counsellor.press("Enregistrer", issue="a_rappeler", besoins="Deux serveurs\n\nUn autre", note="<b>vu</b>")
    check(page)
    assert "Deux serveurs" in page.text
    assert "<b>vu</b>" in page.text
    assert name in counsellor.open("/prospection").text.partition("À rappeler cette semaine")[2]
    check(counsellor.page)
    counsellor.open(firms(counsellor)[0])
    counsellor.press("Enregistrer", rappel="1999-01-01")
    assert counsellor.status == 422
    check(counsellor.page)


def test_the_list_goes_into_a_spreadsheet(counsellor: Browser) -> None:
    counsellor.open("/prospection/export")
    assert counsellor.status == 200
    assert counsellor.headers["content-type"].startswith("text/csv")
    assert "Embauches attendues" in counsellor.page.html


@pytest.mark.parametrize("key", ["0", "inconnu"])
def test_a_firm_that_is_not_there_is_told_so(counsellor: Browser, key: str) -> None:
    counsellor.open(f"/prospection/etablissements/{key}")
    assert counsellor.status == 404
    check(counsellor.page)
