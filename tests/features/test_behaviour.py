"""What people did as fading numbers, computed by hand; any cut into batches gives the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

from features.behaviour import (
    INTEREST_HALF_LIFE,
    SHOWN_HALF_LIFE,
    Interests,
    collaborative_of,
    crowding,
    decayed,
    decayed_add,
    in_turn,
    interest_of,
    points_of,
    responsiveness,
    tally,
)
from features.records import DismissReason, EventKind

NAN = float("nan")


def floats(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def test_a_value_is_halved_in_a_half_life_and_never_grows() -> None:
    days = np.array([100, 100, 100, 100])
    assert_allclose(decayed(floats(8, 8, 8, 8), days, np.array([100, 114, 128, 90]), 14), [8, 4, 2, 8])


def test_what_comes_late_is_worth_what_is_left_of_it() -> None:
    values, days = decayed_add(floats(4, 4, 0), np.array([100, 100, 0]), np.array([114, 86, 100]), floats(1, 1, 1), 14)
    assert_allclose(values, [3, 4.5, 1])
    assert days.tolist() == [114, 100, 100]


def test_impressions_of_one_offer_add_up() -> None:
    items, at = np.array([1, 1, 1]), np.array([100, 100, 114])
    shown, days = tally(floats(0, 2), np.array([0, 86]), items, at, floats(1, 1, 1), SHOWN_HALF_LIFE)
    assert_allclose(shown, [0, 3 / 2 + 1])
    assert days.tolist() == [0, 114]


@pytest.mark.parametrize(
    ("kind", "reason", "expected"),
    [
        (EventKind.SHOWN, None, 0),
        (EventKind.OPENED, None, 1),
        (EventKind.SAVED, None, 2),
        (EventKind.APPLIED, None, 4),
        (EventKind.DISMISSED, DismissReason.NOT_MY_JOB, -4),
        (EventKind.DISMISSED, DismissReason.TOO_FAR, 0),
        (EventKind.DISMISSED, None, -1),
    ],
)
def test_what_an_event_tells(kind: EventKind, reason: DismissReason | None, expected: float) -> None:
    assert points_of(kind, reason) == expected


def told(interests: Interests, *events: tuple[int, int, float, int]) -> Interests:
    people, families, points, days = zip(*events, strict=True)
    return interests.after(np.array(people), np.array(families), floats(*points), np.array(days))


def test_interest_grows_fades_and_turns() -> None:
    nobody = Interests.none(2)
    some = told(nobody, (0, 7, 4, 100), (0, 7, 1, 128), (0, 3, -4, 128), (0, -1, 9, 128))
    assert some.families[0].tolist() == [7, 3, -1, -1]
    assert_allclose(some.points[0], [3, -4, 0, 0])
    assert some.days.tolist() == [128, 0]
    assert (nobody.families == -1).all()
    assert_allclose(some.points_on(128 + int(INTEREST_HALF_LIFE))[0], [1.5, -2, 0, 0])
    assert_allclose(interest_of(some.families, some.points, np.array([7])), [3, NAN])
    assert_allclose(interest_of(some.families[:1], some.points[:1], np.array([3, 8, -1])), [-4, 0, NAN])


def test_a_fifth_family_takes_the_weakest_place_or_none() -> None:
    full = told(Interests.none(1), (0, 1, 4, 50), (0, 2, -3, 50), (0, 3, 2, 50), (0, 4, 5, 50))
    assert told(full, (0, 9, 1, 50)).families[0].tolist() == [1, 2, 3, 4]
    assert told(full, (0, 9, -2.5, 50)).families[0].tolist() == [1, 2, 9, 4]
    assert_allclose(told(full, (0, 9, -2.5, 50)).points[0], [4, -3, -2.5, 5])
    assert told(full, (0, 9, 1, 50 + 42)).families[0].tolist() == [1, 2, 9, 4], "two fade below one"


EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-1, 7), st.sampled_from([1.0, 2.0, 4.0, -4.0, 0.0]), st.integers(90, 130)),
    min_size=1,
    max_size=30,
)


@given(events=EVENTS, cut=st.integers(0, 30))
@settings(max_examples=100)
def test_any_cut_into_batches_gives_the_same_bits(events: list[tuple[int, int, float, int]], cut: int) -> None:
    at_once = told(Interests.none(3), *events)
    by_parts = Interests.none(3)
    for part in (events[:cut], events[cut:]):
        by_parts = told(by_parts, *part) if part else by_parts
    assert_array_equal(at_once.families, by_parts.families)
    assert_array_equal(at_once.points, by_parts.points)
    assert_array_equal(at_once.days, by_parts.days)
    people, points, days = (np.array([event[column] for event in events]) for column in (0, 2, 3))
    amounts = points.astype(np.float32)
    empty = (np.zeros(3, np.float32), np.zeros(3, np.int32))
    whole = tally(*empty, people, days, amounts, 14)
    first = tally(*empty, people[:cut], days[:cut], amounts[:cut], 14)
    parts = tally(*first, people[cut:], days[cut:], amounts[cut:], 14)
    for one, other in zip(whole, parts, strict=True):
        assert_array_equal(one, other)


@given(keys=st.lists(st.integers(-2, 4), max_size=20))
def test_turns_hold_every_position_once_and_no_key_twice(keys: list[int]) -> None:
    turns = [turn.tolist() for turn in in_turn(np.array(keys, dtype=np.int64))]
    assert sorted(position for turn in turns for position in turn) == list(range(len(keys)))
    for number, turn in enumerate(turns):
        assert len({keys[position] for position in turn}) == len(turn)
        assert all(keys[:position].count(keys[position]) == number for position in turn)


def test_a_history_lends_interest_through_the_matrix() -> None:
    families = np.array([[0, 2, -1, -1], [-1, -1, -1, -1]], np.int16)
    points = np.array([[4, -1, 0, 0], [0, 0, 0, 0]], np.float32)
    matrix = np.array([[0, 0.5, 9], [0, 0, 0], [0, 0.25, 0]], np.float32)
    assert_allclose(collaborative_of(families, points, np.array([1, 1]), matrix), [4 * 0.5 - 0.25, NAN])
    assert_allclose(collaborative_of(families[:1], points[:1], np.array([1, 0, 2, -1]), matrix), [1.75, 0, 36, NAN])
    assert np.isnan(collaborative_of(families, points, np.array([1, 1]), np.empty((0, 0), np.float32))).all()


def test_points_are_bounded() -> None:
    families, points = np.array([[0, -1, -1, -1]], np.int16), np.array([[900, 0, 0, 0]], np.float32)
    assert interest_of(families, points, np.array([0])) == 50
    assert collaborative_of(families, points, np.array([0]), np.array([[-1]], np.float32)) == -50


def test_crowding_is_by_post() -> None:
    assert_allclose(crowding(floats(30, 30, NAN), np.array([3, 0, 1])), [10, 30, NAN])


@pytest.mark.parametrize(
    ("applied", "answered", "expected"), [(0, 0, NAN), (0, 3, NAN), (4, 1, 0.25), (16, 0, 0.05), (6, 4, 0.5), (1, 9, 1)]
)
def test_responsiveness_starts_from_one_answer_in_four(applied: int, answered: int, expected: float) -> None:
    assert_allclose(responsiveness(np.array([applied]), np.array([answered])), [expected])
