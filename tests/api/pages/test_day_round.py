"""The round of the day, played without scripts."""

import datetime as dt

import pytest
from fastapi.testclient import TestClient

from api.pages.day_round import PATH
from api.pages.hours import duration, hour, weekday
from api.security.actor import Role
from api.team_plan.calendar import days_of
from api.team_plan.reading import base_of
from features.records import Contact, ContactChannel, ContactOutcome, Establishment, Identity, Profile
from features.store.visits import monday_of
from tests.api.pages.browser import Browser
from tests.api.pages.conftest import service_of, tokens_of, with_round
from tests.api.pages.readable import check

NEXT = monday_of(dt.date.today()) + dt.timedelta(weeks=1)
DAY = days_of(NEXT)[0]
OPEN = f"{PATH}?jour={DAY.isoformat()}"


@pytest.fixture(scope="module")
def mine(world: TestClient) -> str:
    return tokens_of(world)[Role.COUNSELLOR].rpartition(":")[2]


@pytest.fixture(scope="module")
def stops(world: TestClient, mine: str) -> list[Establishment]:
    """The firms of the round, in the order that was planned."""
    service = service_of(world)
    base = base_of(service.engine, mine)
    assert base is not None
    near = [each for each in service.store.page(Establishment, 0, 150) if (each.commune_insee or "")[:2] == base[:2]]
    firms = [each for each in near if each.name is not None and not each.opt_out][:3]
    assert with_round(service, mine, firms) == DAY
    return firms


@pytest.fixture
def me(world: TestClient, mine: str, stops: list[Establishment]) -> Browser:
    return Browser(world).be(f"demo:conseiller:{mine}")


def test_visits_come_in_order_with_their_hours_their_road_and_whom_to_present(
    me: Browser, stops: list[Establishment]
) -> None:
    page = me.open(OPEN)
    check(page)
    names = [words for level, words in page.headings if level == "h2"]
    assert names[:3] == [f"{number}. {firm.name}" for number, firm in enumerate(stops, start=1)]
    assert page.text.count("Pourquoi vous") == page.text.count("Qui présenter") == 3
    assert page.text.count("depuis votre départ") == 1
    assert page.text.count("depuis la visite précédente") == 2
    assert [f"Raison {place}." in page.text for place in (1, 2, 3)] == [True] * 3
    assert "<polyline" in page.html
    assert "9 h" in page.text


def test_nobody_else_is_named(me: Browser, world: TestClient, mine: str) -> None:
    page = me.open(OPEN)
    store = service_of(world).store
    for profile in store.page(Profile, 0, 200):
        who = store.get(Identity, profile.id)
        if profile.counsellor_id != mine and who is not None and who.last_name:
            assert f"{who.first_name} {who.last_name}" not in page.text


def test_one_click_notes_what_happened_and_comes_back(
    me: Browser, world: TestClient, stops: list[Establishment]
) -> None:
    wanted = {"Visitée": (ContactChannel.VISIT, None), "À rappeler": (ContactChannel.PHONE, ContactOutcome.CALL_BACK)}
    for label, (channel, outcome) in wanted.items():
        me.open(OPEN)
        page = me.press(f"{label} : {stops[0].name}")
        assert me.path == PATH
        check(page)
        assert "Noté :" in page.text
        found = [each for each in service_of(world).store.page(Contact, 0, 1000) if each.siret == stops[0].id]
        assert any((each.channel, each.outcome) == (channel, outcome) for each in found)
    assert stops[0].name in me.open("/prospection").text.partition("À rappeler cette semaine")[2]


def test_a_gesture_that_is_none_is_refused_and_the_way_back_stays_inside(
    me: Browser, stops: list[Establishment]
) -> None:
    page = me.open(OPEN)
    fields = dict(next(form for form in page.forms if form.action == "/prospection/echanges").fields)
    me.send("/prospection/echanges", {**fields, "geste": "danser"})
    assert me.status == 422
    me.send("/prospection/echanges", {**fields, "geste": "appel", "retour": "//ailleurs.example"})
    assert me.path == "/prospection"


def test_the_round_goes_into_a_calendar_and_a_spreadsheet(me: Browser, stops: list[Establishment]) -> None:
    me.open(f"{PATH}/export?jour={DAY.isoformat()}&format=ics")
    assert me.headers["content-type"].startswith("text/calendar")
    assert me.page.html.count("BEGIN:VEVENT") == len(stops)
    me.open(f"{PATH}/export?jour={DAY.isoformat()}")
    assert all(each.id in me.page.html for each in stops)


def test_a_day_without_visits_leads_to_the_next_one(me: Browser) -> None:
    page = me.open(f"{PATH}?jour={(DAY + dt.timedelta(days=1)).isoformat()}")
    check(page)
    assert "Aucune visite n'est prévue" in page.text
    assert weekday(DAY) in page.text
    assert f"Tournée du {weekday(DAY)}" in me.open(PATH).text


def test_who_has_no_plan_is_led_to_it(world: TestClient) -> None:
    browser = Browser(world).be("demo:conseiller:conseiller-d-ailleurs")
    page = browser.open(PATH)
    check(page)
    assert "faites le plan de l'équipe" in page.text


@pytest.mark.parametrize("day", ["demain", "1999-01-04"])
def test_a_day_that_is_none_is_told_so(me: Browser, day: str) -> None:
    me.open(f"{PATH}?jour={day}")
    assert me.status == 400
    check(me.page)


@pytest.mark.parametrize(
    ("minutes", "told"), [(0.2, "1 min"), (59.4, "59 min"), (59.6, "1 h"), (65, "1 h 05"), (600, "10 h")]
)
def test_durations_as_one_says_them(minutes: float, told: str) -> None:
    assert duration(minutes) == told


def test_hours_and_days_as_one_says_them() -> None:
    assert hour(dt.time(9)) == "9 h"
    assert hour(dt.datetime(2026, 12, 1, 14, 5)) == "14 h 05"
    assert weekday(dt.date(2026, 12, 1)) == "mardi 1er décembre"
