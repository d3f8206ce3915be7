"""The plan of the team, played without scripts: made, changed by hand, made anew, and quarrelled about."""

import datetime as dt
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.pages.team_plan import PATH
from api.security.actor import Role
from api.team_plan.calendar import days_of
from api.team_plan.reading import base_of
from features.records import Profile
from features.store import visits
from features.store.visits import PlannedVisit, State, monday_of
from matching.demand import ProspectionDemand
from matching.plans import reason_for
from tests.api.pages.browser import Browser, Form, Page
from tests.api.pages.conftest import service_of, tokens_of
from tests.api.pages.readable import check

NEXT = monday_of(dt.date.today()) + dt.timedelta(weeks=1)
OPEN = f"{PATH}?semaine={NEXT.isoformat()}"


@pytest.fixture(scope="module")
def team(world: TestClient) -> tuple[str, str]:
    """Two counsellors who follow people."""
    mine = tokens_of(world)[Role.COUNSELLOR].rpartition(":")[2]
    people = service_of(world).store.page(Profile, 0, 200)
    homes = {each.commune_insee[:2] for each in people if each.counsellor_id == mine and each.commune_insee}
    others = [each.counsellor_id for each in people if each.counsellor_id not in (None, mine)]
    near = [
        each.counsellor_id
        for each in people
        if each.counsellor_id in others and each.commune_insee and each.commune_insee[:2] in homes
    ]
    return mine, (near or others)[0]


@pytest.fixture
def me(world: TestClient, team: tuple[str, str]) -> Browser:
    return Browser(world).be(f"demo:conseiller:{'+'.join(team)}")


@pytest.fixture
def mate(world: TestClient, team: tuple[str, str]) -> Browser:
    return Browser(world).be(f"demo:conseiller:{'+'.join(reversed(team))}")


def held(world: TestClient, team: tuple[str, str]) -> dict[str, PlannedVisit]:
    return {each.siret: each for each in visits.of_week(service_of(world).store, NEXT, team)}


def form_of(browser: Browser, siret: str) -> Form:
    """The form that moves a visit."""
    return next(
        form for form in browser.page.forms if siret in form.action and any(name == "jour" for name, _ in form.fields)
    )


def send(browser: Browser, siret: str, gesture: str, **filled: str) -> None:
    form = next(form for form in browser.page.forms if siret in form.action)
    fields = dict(form_of(browser, siret).fields) if gesture == "deplacer" else {}
    browser.send(form.action, {**dict(form.fields), **fields, **filled, "geste": gesture})


@pytest.fixture(scope="module")
def made(world: TestClient, team: tuple[str, str]) -> Page:
    """The page of a plan that was just made: a solver works for it, so once for all tests."""
    browser = Browser(world).be(f"demo:conseiller:{'+'.join(team)}")
    page = browser.open(OPEN)
    check(page)
    assert "aucune visite n'est prévue" in page.text
    page = browser.press("Faire le plan")
    assert browser.status == 200, page.text
    return page


@pytest.fixture
def first(made: Page, me: Browser, world: TestClient, team: tuple[str, str]) -> Iterator[PlannedVisit]:
    """A visit of the plan, which the reader has before them; put back as it was."""
    store = service_of(world).store
    found = min(
        (each for each in held(world, team).values() if each.day is not None and each.state is State.PROPOSED),
        key=lambda each: (each.day, each.place, each.siret),
    )
    me.open(OPEN)
    yield found
    now = held(world, team)[found.siret]
    seen = (NEXT, found.siret, now.version)
    visits.change(store, seen, team, lambda *_: [found], team[0], dt.datetime.now(dt.UTC))


def test_a_plan_is_seen_by_the_team(made: Page, mate: Browser, world: TestClient, team: tuple[str, str]) -> None:
    found = held(world, team).values()
    assert found
    check(made)
    assert "Le plan est fait" in made.text
    assert all(each.why.partition(" de son")[0] in made.text for each in found)
    page = mate.open(OPEN)
    check(page)
    assert all(f"v-{each.siret}" in page.html for each in found)
    assert page.text.index("Vous") < page.text.index("Conseiller")


def test_a_plan_made_anew_leaves_what_was_changed_by_hand(
    me: Browser, mate: Browser, world: TestClient, team: tuple[str, str], first: PlannedVisit
) -> None:
    """One visit is moved to the mate, another struck; then the mate is away: they keep the first, and no other."""
    away = {(NEXT + dt.timedelta(days=after)) for after in (2, 3, 4)} - {first.day}
    day = max(away & set(days_of(NEXT)))
    struck = next(each for each in held(world, team).values() if each.siret != first.siret and each.day is not None)
    send(me, first.siret, "deplacer", conseiller=team[1], jour=day.isoformat())
    assert me.status == 200, me.page.text
    check(me.page)
    assert "La visite est déplacée" in me.page.text
    service = service_of(world)
    base = base_of(service.engine, team[1])
    demand = ProspectionDemand(counsellor_id=team[1], commune_insee=base)
    assert held(world, team)[first.siret].why == reason_for(service.engine, demand, first.siret)
    send(me, struck.siret, "rayer")
    assert "personne n'ira" in me.page.text
    check(me.page)
    mate.open(OPEN)
    assert dict(form_of(mate, first.siret).fields)["conseiller"] == team[1]
    form = next(form for form in mate.page.forms if "presence" in form.choices)
    mate.press("Replanifier", presence=[each for each in form.choices["presence"] if each.endswith(f" {team[0]}")])
    assert mate.status == 200, mate.page.text
    check(mate.page)
    now = held(world, team)
    assert (now[first.siret].counsellor_id, now[first.siret].day, now[first.siret].state) == (team[1], day, State.FIXED)
    assert now[struck.siret].state is State.STRUCK
    others = {each.counsellor_id for each in now.values() if each.siret not in (first.siret, struck.siret)}
    assert others == {team[0]}
    mate.press("Replanifier", presence=[])
    assert mate.status == 422
    assert "cochez au moins un jour" in mate.page.text
    mate.open(OPEN)
    send(mate, struck.siret, "remettre")
    again = held(world, team)[struck.siret]
    assert (again.day, again.counsellor_id, again.state) == (struck.day, struck.counsellor_id, State.FIXED)


def test_who_comes_second_is_told_and_changes_nothing(
    me: Browser, mate: Browser, world: TestClient, team: tuple[str, str], first: PlannedVisit
) -> None:
    mate.open(OPEN)
    send(mate, first.siret, "rayer")
    send(me, first.siret, "fixer")
    assert me.status == 409
    check(me.page)
    assert "Entre-temps" in me.page.text
    assert "elle est rayée" in me.page.text
    assert held(world, team)[first.siret].state is State.STRUCK


def test_a_visit_that_is_gone_is_told_so(me: Browser, first: PlannedVisit) -> None:
    fields = dict(form_of(me, first.siret).fields)
    me.send(f"{PATH}/visites/99999999999999", {**fields, "geste": "rayer"})
    assert me.status == 409
    assert "n'est plus dans le plan" in me.page.text


@pytest.mark.parametrize(
    "filled",
    [
        {"jour": "2001-01-01"},
        {"jour": "hier"},
        {"conseiller": "conseiller-d-ailleurs"},
        {"geste": "effacer"},
        {"version": "x"},
    ],
)
def test_what_no_form_sends_is_refused(
    me: Browser, world: TestClient, team: tuple[str, str], first: PlannedVisit, filled: dict[str, str]
) -> None:
    fields = {**dict(form_of(me, first.siret).fields), "geste": "deplacer", **filled}
    before = held(world, team)
    me.send(f"{PATH}/visites/{first.siret}", fields)
    assert me.status == 422
    check(me.page)
    assert held(world, team) == before


def test_the_plan_of_others_is_not_there(world: TestClient, team: tuple[str, str], first: PlannedVisit) -> None:
    stranger = Browser(world).be("demo:conseiller:conseiller-d-ailleurs")
    page = stranger.open(OPEN)
    check(page)
    assert first.siret not in page.html
    token = next(value for form in page.forms for name, value in form.fields if name == "jetonCsrf")
    sent = {"jetonCsrf": token, "semaine": NEXT.isoformat(), "version": str(first.version), "geste": "rayer"}
    stranger.send(f"{PATH}/visites/{first.siret}", sent)
    assert stranger.status == 409
    assert "n'est plus dans le plan" in stranger.page.text
    assert held(world, team)[first.siret].state is not State.STRUCK


@pytest.mark.parametrize("week", ["", "demain", "1999-01-04", "9999-12-31"])
def test_a_week_that_is_none_is_told_so(me: Browser, week: str) -> None:
    me.open(f"{PATH}?semaine={week}")
    assert me.status == (200 if not week else 400)
    check(me.page)


def test_the_plan_goes_into_a_spreadsheet_and_ones_visits_into_a_calendar(
    made: Page, me: Browser, world: TestClient, team: tuple[str, str]
) -> None:
    found = [each for each in held(world, team).values() if each.state is not State.STRUCK]
    me.open(f"{PATH}/export?semaine={NEXT.isoformat()}&format=csv")
    assert me.headers["content-type"].startswith("text/csv")
    assert all(each.siret in me.page.html for each in found)
    me.open(f"{PATH}/export?semaine={NEXT.isoformat()}&format=ics")
    assert me.headers["content-type"].startswith("text/calendar")
    mine = {each.siret for each in found if each.counsellor_id == team[0]}
    assert me.page.html.count("BEGIN:VEVENT") == len(mine)
    for wrong in (f"semaine={NEXT.isoformat()}&format=pdf", "format=csv"):
        me.open(f"{PATH}/export?{wrong}")
        assert me.status == 400
