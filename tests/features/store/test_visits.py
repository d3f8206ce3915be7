"""Plans of visits: versions, who comes second, and one visit a firm."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from features.store import Store, visits
from features.store.visits import Changed, PlannedVisit, PlannedWeek, State, monday_of

WEEK = dt.date(2026, 11, 30)
NOW = dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC)
TEAM = ("a", "b")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all tests: each begins with a week that is empty."""
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('visits') / 'vivier.db'}")
    yield store
    store.close()


@pytest.fixture
def store(opened: Store) -> Store:
    visits.delete_weeks(opened, [WEEK.isoformat()])
    return opened


def visit(siret: str, counsellor: str = "a", day: int | None = 0, place: int = 1) -> PlannedVisit:
    on = None if day is None else WEEK + dt.timedelta(days=day)
    return PlannedVisit(WEEK, siret, counsellor, on, place, State.PROPOSED, "près de chez vous")


def terms(counsellor: str) -> PlannedWeek:
    return PlannedWeek(WEEK, counsellor, "75120", frozenset({WEEK}), 4, 45, 30)


def renew(store: Store, *after: PlannedVisit, seen: tuple[str, ...] = TEAM, by: str = "a") -> None:
    held = visits.of_week(store, WEEK, seen)
    visits.renew(store, WEEK, held, after, [terms(each) for each in seen], by, NOW)


def held(store: Store) -> dict[str, PlannedVisit]:
    return {each.siret: each for each in visits.of_week(store, WEEK, TEAM)}


def test_a_plan_is_read_as_it_was_written(store: Store) -> None:
    renew(store, visit("2", day=1), visit("1", place=2), visit("3", place=1), visit("4", day=None), visit("5", "b"))
    found = visits.of_week(store, WEEK, TEAM)
    assert [each.siret for each in found] == ["3", "1", "2", "4", "5"]
    assert all((each.version, each.changed_by) == (1, "a") for each in found)
    assert visits.weeks_of(store, WEEK, TEAM) == {each: terms(each) for each in TEAM}
    assert visits.taken(store, WEEK) == {"1": "a", "2": "a", "3": "a", "4": "a", "5": "b"}
    assert visits.of_week(store, WEEK + dt.timedelta(days=7), TEAM) == []
    assert visits.of_week(store, WEEK, ["c"]) == []


def test_every_database_keeps_a_plan(database_url: str) -> None:
    other = Store.open(database_url)
    renew(other, visit("1"), visit("2", place=2))
    visits.change(other, (WEEK, "1", 1), TEAM, lambda one, _: [replace(one, state=State.FIXED)], "b", NOW)
    with pytest.raises(Changed):
        visits.change(other, (WEEK, "1", 1), TEAM, lambda one, _: [one], "a", NOW)
    renew(other, visit("3"), seen=("b",))
    renew(other, replace(visit("1"), state=State.FIXED), visit("3"))
    assert {each.siret: each.version for each in visits.of_week(other, WEEK, TEAM)} == {"1": 2, "3": 1}
    visits.delete_weeks(other, visits.weeks_before(other, WEEK + dt.timedelta(days=7)))
    assert visits.of_week(other, WEEK, TEAM) == []
    other.close()


def test_a_change_makes_a_version_and_an_old_one_changes_nothing(store: Store) -> None:
    renew(store, visit("1"), visit("2", place=2))
    fixed = replace(visit("1", "b"), state=State.FIXED)
    visits.change(store, (WEEK, "1", 1), TEAM, lambda *_: [fixed], "b", NOW)
    now = held(store)["1"]
    assert (now.counsellor_id, now.state, now.version, now.changed_by) == ("b", State.FIXED, 2, "b")
    with pytest.raises(Changed) as told:
        visits.change(store, (WEEK, "1", 1), TEAM, lambda *_: [visit("1")], "a", NOW)
    assert told.value.now == now
    assert held(store)["1"] == now
    with pytest.raises(Changed) as gone:
        visits.change(store, (WEEK, "9", 1), TEAM, lambda *_: [visit("9")], "a", NOW)
    assert gone.value.now is None
    with pytest.raises(Changed):
        visits.change(store, (WEEK, "1", 2), ["c"], lambda *_: [visit("1")], "c", NOW)


def test_another_rank_in_the_day_is_no_change_that_others_are_told_of(store: Store) -> None:
    renew(store, visit("1"), visit("2", place=2))
    visits.change(store, (WEEK, "1", 1), TEAM, lambda one, all_: [replace(one, place=2)], "b", NOW)
    assert (held(store)["1"].place, held(store)["1"].version, held(store)["1"].changed_by) == (2, 1, "a")


def test_what_a_plan_made_anew_leaves_as_it_was_keeps_its_version(store: Store) -> None:
    renew(store, visit("1"), visit("2"))
    renew(store, visit("1"), visit("3"), by="b")
    found = held(store)
    assert sorted(found) == ["1", "3"]
    assert (found["1"].changed_by, found["3"].changed_by) == ("a", "b")


def test_a_plan_made_of_what_is_no_more_is_refused_whole(store: Store) -> None:
    renew(store, visit("1"), visit("2"))
    seen = visits.of_week(store, WEEK, TEAM)
    visits.change(store, (WEEK, "1", 1), TEAM, lambda one, _: [replace(one, state=State.STRUCK)], "b", NOW)
    before = held(store)
    with pytest.raises(Changed):
        visits.renew(store, WEEK, seen, [visit("5")], [terms("a")], "a", NOW)
    assert held(store) == before


def test_a_firm_that_another_team_took_is_left_to_them(store: Store) -> None:
    renew(store, visit("1", "c"), seen=("c",))
    renew(store, visit("1"), visit("2"))
    assert sorted(held(store)) == ["2"]
    assert visits.taken(store, WEEK)["1"] == "c"


def test_weeks_that_are_over_go(store: Store) -> None:
    renew(store, visit("1"))
    assert visits.weeks_before(store, WEEK + dt.timedelta(days=6)) == []
    assert visits.weeks_before(store, WEEK + dt.timedelta(days=7)) == [WEEK.isoformat()]
    visits.delete_weeks(store, [WEEK.isoformat()])
    assert held(store) == {}
    assert visits.weeks_of(store, WEEK, TEAM) == {}


def test_a_week_is_named_by_its_monday() -> None:
    assert {monday_of(WEEK + dt.timedelta(days=after)) for after in range(7)} == {WEEK}
