"""The pages of whoever steers, played without scripts."""

import datetime as dt
import re

import pytest
from fastapi.testclient import TestClient

from api.fairness_page import publish
from api.pages import steer
from api.pages.static import address, files
from api.security.actor import Role
from features.records import ContactRequest, Profile
from matching.steering.market import LEAST_FOR_RATIO, market_of
from tests.api.pages.browser import Browser, Page
from tests.api.pages.conftest import service_of, tokens_of
from tests.api.pages.readable import check
from tests.api.steering.test_fairness import REPORT
from tests.waiting import until

PATHS = ("/pilotage", "/pilotage/recommandations", "/pilotage/service")


@pytest.fixture
def pilot(reader: TestClient) -> Browser:
    return Browser(reader).be("demo:pilote")


def made(browser: Browser, path: str) -> Page:
    """The page, once its figures are there."""
    until(lambda: "en cours de calcul" not in browser.open(path).text)
    return browser.page


def rows_of(page: Page, table: str) -> list[list[str]]:
    """Cells of the body of a table, as they are read."""
    html = page.html[page.html.index(f'id="{table}"') :]
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[Page(cell).text for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_can_be_read(pilot: Browser, path: str) -> None:
    page = made(pilot, path)
    assert pilot.status == 200
    check(page)
    assert page.text.count("pilote") >= 1


@pytest.mark.parametrize("path", PATHS)
def test_it_is_for_who_steers_and_who_watches(reader: TestClient, path: str) -> None:
    open_to = {Role.PILOT, Role.AUDITOR, Role.ADMINISTRATOR}
    for role, token in tokens_of(reader).items():
        browser = Browser(reader).be(token)
        browser.open(path)
        assert browser.status == (200 if role in open_to else 403), role


def test_the_front_page_leads_there(reader: TestClient) -> None:
    browser = Browser(reader)
    browser.open("/")
    browser.press("Essayer comme le pilote")
    assert browser.path == "/pilotage"
    browser.follow("Recommandations")
    assert browser.status == 200


def test_the_market_is_that_of_the_world(pilot: Browser, reader: TestClient) -> None:
    page = made(pilot, "/pilotage?tri=offres")
    offers = market_of(service_of(reader).engine).offers.sum()
    assert f"{offers} offres ouvertes" in page.text
    rows = rows_of(page, "t-metiers")
    assert len(rows) == 20
    counts = [int(row[2]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    for _, tension, _, _, people, ratio in rows:
        assert re.fullmatch(r"\d{1,3} %|non connu", tension)
        assert people == "moins de 5" or int(people) % 5 == 0
        assert (ratio == "trop peu pour le dire") is (people == "moins de 5" or int(people) < LEAST_FOR_RATIO)


def test_a_place_and_a_domain_are_chosen_without_a_script(pilot: Browser) -> None:
    made(pilot, "/pilotage")
    form = pilot.page.forms[-1]
    area, domain = sorted(form.choices["bassin"] - {""})[0], "J"
    page = pilot.press("Voir", bassin=area, domaine=domain, tri="personnes")
    assert pilot.status == 200
    check(page)
    assert "bassin de" in page.text
    assert any(f"bassin={area}&amp;grandDomaine=J" in page.html for _ in "1")
    assert "D'un bassin à l'autre" not in page.text


@pytest.mark.parametrize("query", ["bassin=9999", "domaine=Z", "tri=hasard"])
def test_what_is_not_in_the_list_is_refused_in_words(pilot: Browser, query: str) -> None:
    page = pilot.open(f"/pilotage?{query}")
    assert pilot.status == 400
    check(page)


def test_lists_are_told_with_what_they_could_have_done(pilot: Browser) -> None:
    page = made(pilot, "/pilotage/recommandations")
    assert "Le mieux possible" in page.text
    assert "Aucune demande n'a été envoyée" in page.text
    assert "Aucun rapport d'équité" in page.text
    shares = [float(row[1].removesuffix(" %")) for row in rows_of(page, "t-repartition")]
    assert 98 <= sum(shares) <= 102


def test_the_service_tells_its_models_and_its_times(pilot: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steer, "ROUTES", 1_000)  # the figures are of this process, and other tests ask much of it
    made(pilot, "/pilotage")
    page = made(pilot, "/pilotage/service")
    assert "Règles publiques, sans apprentissage" in page.text
    assert "bonne fiche en premier : 73 %" in page.text
    assert "Depuis le démarrage" in page.text
    until(lambda: any("Marché du travail" in row[0] for row in rows_of(pilot.open("/pilotage/service"), "t-temps")))
    for row in rows_of(pilot.page, "t-temps"):
        assert re.fullmatch(r"[\d ]+", row[1])
        assert all(re.match(r"[\d ]+(,\d)?", cell) for cell in row[2:])


def test_no_page_names_anybody(pilot: Browser, reader: TestClient) -> None:
    ids = [each.id for each in service_of(reader).store.page(Profile, 0, 200)]
    for path in PATHS:
        html = made(pilot, path).html
        assert not any(key in html for key in ids)


def test_charts_come_with_a_table_and_words(pilot: Browser) -> None:
    n_charts = 0
    for path in PATHS:
        page = made(pilot, path)
        ids = {given["id"] for _, given in page.tags if given.get("id")}
        for _, given in page.tags:
            if "data-chart" in given:
                n_charts += 1
                assert given["data-table"] in ids
                assert given["role"] == "img"
                assert str(given["aria-label"]).endswith("les mêmes chiffres.")
                assert "hidden" in given  # until it is drawn
    assert n_charts == 4


def test_the_libraries_of_charts_are_asked_for_by_these_pages_alone(pilot: Browser, reader: TestClient) -> None:
    assert "vega" in made(pilot, "/pilotage").html
    assert "vega" not in Browser(reader).open("/").html
    packed = reader.get(address("vega/vega.min.js"), headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == files()["vega/vega.min.js"]
    plain = reader.get(address("vega/vega.min.js"), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content


def test_requests_and_equity_are_told_where_there_are_some(world: TestClient) -> None:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    asked = [
        ContactRequest(
            id=f"13000548100010-{number}",
            siret="13000548100010",
            profile_id=f"essai-{number}",
            message="Bonjour",
            sent_at=now - dt.timedelta(days=1),
            lapses_at=now + dt.timedelta(days=13),
            accepted=number % 4 > 0,
            answered_at=now,
        )
        for number in range(40)
    ]
    service_of(world).store.upsert(asked, "essai")
    publish(service_of(world).settings.data_dir, REPORT, "<p>…</p>")
    browser = Browser(world).be("demo:pilote")
    page = made(browser, "/pilotage/recommandations")
    check(page)
    assert "75 % des réponses sont un accord" in page.text
    assert "100 % ont eu une réponse de la personne" in page.text
    assert "trop peu pour le dire des accords" in page.text
    months = rows_of(page, "t-demandes")
    assert len(months) == 6
    assert months[0][1] == "moins de 5"
    assert "1 constat appelle un examen" in page.text
    assert "Femmes et hommes 0,93 Au-dessus de quatre cinquièmes." in page.text
    assert "Rapport du 1er septembre 2026" in page.text
