"""What a plan made anew may change, and which days and weeks there are to fill."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.planning import starts_of
from api.team_plan.calendar import days_left, days_of, week_at_first
from api.team_plan.renewal import LAST, merged
from features.store.visits import PlannedVisit, State

WEEK = dt.date(2026, 11, 30)
DAYS = days_of(WEEK)

made = st.builds(
    lambda siret, counsellor, day, order: SimpleNamespace(
        stop=SimpleNamespace(siret=siret), counsellor_id=counsellor, day=day, order=order, why="neuf"
    ),
    st.sampled_from("12345678"),
    st.sampled_from("ab"),
    st.sampled_from([*DAYS, None]),
    st.integers(0, 5),
)
before = st.builds(
    lambda siret, counsellor, day, state: PlannedVisit(WEEK, siret, counsellor, day, 1, state, "ancien", version=3),
    st.sampled_from("12345678"),
    st.sampled_from("ab"),
    st.sampled_from(DAYS),
    st.sampled_from([State.FIXED, State.PROPOSED]),
)


@settings(max_examples=30)
@given(st.lists(before, unique_by=lambda each: each.siret), st.lists(made, unique_by=lambda each: each.stop.siret))
def test_what_is_fixed_keeps_its_counsellor_and_its_day_and_the_rest_is_the_planners(
    held: list[PlannedVisit], planned: list[Any]
) -> None:
    found = {each.siret: each for each in merged(WEEK, held, SimpleNamespace(visits=planned))}  # type: ignore[arg-type]
    fixed = {each.siret: each for each in held if each.state is State.FIXED}
    assert set(found) == {each.stop.siret for each in planned}
    for each in planned:
        now = found[each.stop.siret]
        kept = fixed.get(now.siret)
        if kept is None:
            expected = (each.counsellor_id, each.day, each.order, State.PROPOSED)
            assert (now.counsellor_id, now.day, now.place, now.state) == expected
        else:
            assert (now.counsellor_id, now.day, now.state) == (kept.counsellor_id, kept.day, State.FIXED)
            same = (each.counsellor_id, each.day) == (kept.counsellor_id, kept.day)
            assert now.place == (each.order if same else LAST)


def test_working_days_leave_weekends_and_public_holidays_out() -> None:
    assert len(DAYS) == 5
    assert days_of(dt.date(2026, 12, 21)) == [dt.date(2026, 12, day) for day in (21, 22, 23, 24)]
    assert days_left(WEEK, dt.date(2026, 12, 2)) == DAYS[3:]


def test_the_week_that_is_shown_first_is_one_that_can_be_planned_or_is() -> None:
    thursday, friday = dt.date(2026, 11, 26), dt.date(2026, 11, 27)
    assert week_at_first(dt.date(2026, 11, 24), ()) == dt.date(2026, 11, 23)
    assert week_at_first(thursday, ()) == WEEK
    assert week_at_first(friday, [dt.date(2026, 11, 23)]) == dt.date(2026, 11, 23)


def test_hours_leave_noon_free_and_fall_on_five_minutes() -> None:
    starts = starts_of(WEEK, [3.0, 11.0, 40.0, 4.0], 45)
    assert [f"{each:%H:%M}" for each in starts] == ["09:05", "10:05", "13:30", "14:20"]
    assert starts_of(WEEK, [], 45) == []
