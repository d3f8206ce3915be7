"""Selections against reading every row: written, added and buried ones, under conditions of every kind."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT
from features.records import Attendance
from features.reference import Reference
from matching import selection as module
from matching.catalogue import Catalogue, View
from matching.filters import consent, place
from matching.filters.base import Condition, Placed
from matching.filters.occupation import in_occupations
from matching.index.base import MaskSelection
from matching.index.registry import backend
from matching.index.runs import rows_in
from matching.lookups import Lookups
from matching.schema import BANDS, POSTINGS, WITHOUT_VECTORS, Collection
from matching.selection import Filtered, select
from tests.matching.random_shelves import (
    DIM,
    FIRMS,
    OFFERS,
    PROFILES,
    SESSIONS,
    Shelf,
    conditions_of,
    country_of,
    examples_of,
    shelf_of,
)

STATES = {"written and added": (400, 150), "written": (500, 0), "added": (0, 300), "empty": (0, 0)}
"""Records of each part; those of the shelf are changed and removed in both."""


@pytest.fixture(scope="module")
def country(reference: Reference) -> Lookups:
    return country_of(reference)


@pytest.fixture(scope="module", params=STATES)
def shelves(
    request: pytest.FixtureRequest, country: Lookups, tmp_path_factory: pytest.TempPathFactory
) -> dict[Collection, Shelf]:
    return {
        collection: shelf_of(collection, *STATES[request.param], country, tmp_path_factory.mktemp(collection.value))
        for collection in Collection
    }


@pytest.fixture(scope="module")
def full(country: Lookups, tmp_path_factory: pytest.TempPathFactory) -> dict[Collection, Shelf]:
    """Large enough that a circle is a small part."""
    return {
        collection: shelf_of(collection, 3000, 200, country, tmp_path_factory.mktemp(collection.value))
        for collection in Collection
    }


def assert_selects(selection: Filtered, expected: NDArray[np.bool_]) -> None:
    """The selection answers every question as a mask would."""
    by_mask, n_rows = MaskSelection(expected), len(expected)
    assert selection.n_rows == n_rows
    np.testing.assert_array_equal(selection.rows, by_mask.rows)
    np.testing.assert_array_equal(selection.mask, expected)
    np.testing.assert_array_equal(selection.bitmap, by_mask.bitmap)
    assert (selection.rows.dtype, selection.mask.dtype, selection.bitmap.dtype) == (np.int64, np.bool_, np.uint8)
    some = np.random.default_rng(0).permutation(n_rows)[: n_rows // 2]
    for rows in (np.arange(n_rows), some, some[:0]):
        np.testing.assert_array_equal(selection.test(rows), expected[rows])


def assert_spans_hold(selection: Filtered, expected: NDArray[np.bool_], n_written: int) -> None:
    """Spans are in order, apart and not empty, and all that is allowed lies in them."""
    spans = selection.spans
    assert (spans.dtype, spans.shape) == (np.int64, (len(spans), 2))
    assert (spans[:, 0] < spans[:, 1]).all()
    assert (spans[1:, 0] >= spans[:-1, 1]).all()
    held = rows_in(spans)
    assert np.isin(np.flatnonzero(expected), held).all()
    assert held[-1:].max(initial=-1) < len(expected)
    for rows in (held, held[held < n_written], held[held >= n_written]):
        np.testing.assert_array_equal(selection.test(rows, in_spans=True), expected[rows])


@pytest.mark.parametrize("collection", Collection)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_selection_is_what_reading_every_row_gives(
    collection: Collection, shelves: dict[Collection, Shelf], data: st.DataObject
) -> None:
    shelf = shelves[collection]
    conditions = data.draw(conditions_of(shelf))
    expected = shelf.expected(conditions)
    assert_spans_hold(select(shelf.catalogue, conditions), expected, shelf.catalogue.n_written)
    assert_selects(select(shelf.catalogue, conditions), expected)


@pytest.mark.parametrize("few_in_reach", [0, 10**9])
@pytest.mark.parametrize("collection", Collection)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_narrowed_selection_meets_one_more_condition(
    collection: Collection,
    few_in_reach: int,
    shelves: dict[Collection, Shelf],
    data: st.DataObject,
) -> None:
    """However few rows are in reach, and whatever was asked of the wider one before."""
    shelf = shelves[collection]
    wide = data.draw(conditions_of(shelf))
    more = data.draw(conditions_of(shelf))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FEW_IN_REACH", few_in_reach)
        selection = select(shelf.catalogue, wide)
        if data.draw(st.booleans()):
            assert_selects(selection, shelf.expected(wide))
        narrow = selection
        for condition in more:
            narrow = narrow.narrowed(condition)
        expected = shelf.expected([*wide, *more])
        assert_spans_hold(narrow, expected, shelf.catalogue.n_written)
        assert_selects(narrow, expected)
        assert_selects(selection, shelf.expected(wide))


@pytest.mark.parametrize("collection", Collection)
def test_nothing_selects_nothing(collection: Collection, country: Lookups, tmp_path: Path) -> None:
    bare = Catalogue(collection, None if collection in WITHOUT_VECTORS else backend("exact")(DIM))
    written = shelf_of(collection, 0, 0, country, tmp_path).catalogue
    assert written.written is not None
    for catalogue in (bare, written):
        for conditions in ([], examples_of(collection, country)):
            selection = select(catalogue, conditions)
            assert selection.spans.shape == (0, 2)
            assert_selects(selection, np.empty(0, dtype=np.bool_))


@pytest.mark.parametrize("collection", Collection)
def test_rows_of_one_value_are_those_that_have_it(collection: Collection, shelves: dict[Collection, Shelf]) -> None:
    catalogue = shelves[collection].catalogue
    for name in POSTINGS[collection]:
        for value in (-1, 3, 4, 5, 2**60):
            expected = np.flatnonzero((catalogue.column(name) == value) & catalogue.alive)
            np.testing.assert_array_equal(catalogue.rows_where(name, value), expected)


# ---------------------------------------------------------------- how little is read


def held_written(shelf: Shelf, *conditions: Condition) -> NDArray[np.int64]:
    """Written rows in the spans of a selection."""
    held = rows_in(select(shelf.catalogue, conditions).spans)
    return held[held < shelf.catalogue.n_written]


def written_column(shelf: Shelf, name: str) -> NDArray[Any]:
    assert shelf.catalogue.written is not None
    return shelf.catalogue.written.columns[name]


def distances(shelf: Shelf, commune: int) -> NDArray[np.float32]:
    """Km of each written row from a commune."""
    return shelf.lookups.distances_from(commune)[written_column(shelf, "commune")]


@pytest.mark.parametrize("collection", Collection)
@pytest.mark.parametrize("radius_km", [0.0, 30.0, 100.0])
def test_a_circle_holds_its_own_rows_alone(
    collection: Collection, radius_km: float, full: dict[Collection, Shelf]
) -> None:
    shelf = full[collection]
    for commune in range(0, 60, 7):
        held = held_written(shelf, place.within(shelf.lookups, [commune], radius_km))
        np.testing.assert_array_equal(held, np.flatnonzero(distances(shelf, commune) <= radius_km))
        assert 0 < len(held) < 0.2 * shelf.catalogue.n_written


def test_two_circles_hold_what_both_hold(full: dict[Collection, Shelf]) -> None:
    shelf = full[OFFERS]
    one, other = (place.within(shelf.lookups, [commune], 250.0) for commune in (3, 4))
    expected = (distances(shelf, 3) <= 250) & (distances(shelf, 4) <= 250)
    np.testing.assert_array_equal(held_written(shelf, one, other), np.flatnonzero(expected))


def test_people_whom_employers_may_not_see_are_not_in_reach(full: dict[Collection, Shelf]) -> None:
    shelf = full[PROFILES]
    held = held_written(shelf, consent.visible_to_employers)
    np.testing.assert_array_equal(held, np.flatnonzero(written_column(shelf, "visible")))
    near = held_written(shelf, place.within(shelf.lookups, [5], 100.0), consent.visible_to_employers)
    np.testing.assert_array_equal(near, held[distances(shelf, 5)[held] <= 100])


def test_a_workplace_reads_no_one_of_a_band_that_would_not_come(full: dict[Collection, Shelf]) -> None:
    """Who goes ten kilometres at most is read ten kilometres around."""
    shelf = full[PROFILES]
    bands = BANDS[PROFILES].of(lambda name: written_column(shelf, name))
    radius = written_column(shelf, "radius_km")
    furthest = np.array([np.nanmax(radius[bands == band]) for band in range(BANDS[PROFILES].count)])
    for commune in (0, 50, 100):
        expected = np.flatnonzero(distances(shelf, commune) <= furthest[bands])
        held = held_written(shelf, place.in_own_reach(shelf.lookups, commune))
        np.testing.assert_array_equal(held, expected)
        assert 0 < len(held) < 0.6 * shelf.catalogue.n_written


def test_a_home_reads_its_circle_and_what_has_no_commune(full: dict[Collection, Shelf]) -> None:
    shelf = full[OFFERS]
    held = held_written(shelf, place.near_home(shelf.lookups, 8, 30.0))
    expected = (distances(shelf, 8) <= 30) | (written_column(shelf, "commune") < 0)
    np.testing.assert_array_equal(held, np.flatnonzero(expected))


def test_a_learner_reads_a_circle_and_what_is_followed_at_a_distance(full: dict[Collection, Shelf]) -> None:
    shelf = full[SESSIONS]
    remote = written_column(shelf, "attendance") == ATTENDANCE_BIT[Attendance.REMOTE]
    held = held_written(shelf, place.within_or_remote(shelf.lookups, 8, 30.0))
    np.testing.assert_array_equal(held, np.flatnonzero((distances(shelf, 8) <= 30) | remote))


def counted(condition: Condition, asked: list[int]) -> Condition:
    """The condition, which also notes of how many rows it is asked."""

    def asking(view: View) -> NDArray[np.bool_]:
        asked.append(len(view))
        return condition(view)

    return asking


def test_a_condition_is_asked_of_the_few_rows_that_are_left(full: dict[Collection, Shelf]) -> None:
    shelf = full[OFFERS]
    asked: list[int] = []
    later: list[int] = []
    first = in_occupations(np.arange(shelf.lookups.reference.rome.n_occupations + 1) == 3)
    n_met = int(first(shelf.everything).sum())
    everyone: Condition = lambda view: np.ones(len(view), dtype=np.bool_)  # noqa: E731
    _ = select(shelf.catalogue, [counted(first, asked), counted(everyone, later)]).rows
    assert sum(asked) >= shelf.catalogue.n_written
    assert sum(later) <= n_met < module.FEW * len(shelf.catalogue)


def test_one_more_condition_is_asked_of_the_few_rows_that_the_others_leave_in_reach(
    full: dict[Collection, Shelf],
) -> None:
    shelf = full[OFFERS]
    asked: list[int] = []
    everyone: Condition = lambda view: np.ones(len(view), dtype=np.bool_)  # noqa: E731
    wide = select(shelf.catalogue, [place.within(shelf.lookups, [3], 30.0)])
    _ = wide.narrowed(counted(everyone, asked)).rows
    assert asked == [len(wide.rows)]


def test_a_condition_is_not_asked_of_what_lies_outside_the_circle(full: dict[Collection, Shelf]) -> None:
    shelf = full[OFFERS]
    asked: list[int] = []
    circle = place.within(shelf.lookups, [3], 30.0)
    everyone: Condition = lambda view: np.ones(len(view), dtype=np.bool_)  # noqa: E731
    _ = select(shelf.catalogue, [counted(everyone, asked), circle]).rows
    n_added = len(shelf.catalogue) - shelf.catalogue.n_written
    assert sum(asked) <= len(held_written(shelf, circle)) + n_added


@pytest.mark.parametrize("added", [False, True])
def test_being_in_a_span_settles_the_place_of_written_rows_alone(full: dict[Collection, Shelf], added: bool) -> None:
    shelf = full[OFFERS]
    asked: list[int] = []
    circle = place.within(shelf.lookups, [3], 100.0)
    assert isinstance(circle, Placed)
    noting = Placed(counted(circle.condition, asked), circle.cells, circle.decided)
    selection = select(shelf.catalogue, [noting])
    held = rows_in(selection.spans)
    rows = held[(held >= shelf.catalogue.n_written) == added]
    selection.test(rows, in_spans=True)
    assert (sum(asked) > 0) == added
    selection.test(rows)
    assert sum(asked) > 0


def test_the_order_of_conditions_is_kept(full: dict[Collection, Shelf]) -> None:
    told: list[str] = []

    def telling(name: str) -> Condition:
        def condition(view: View) -> NDArray[np.bool_]:
            told.append(name)
            return np.ones(len(view), dtype=np.bool_)

        return condition

    selection = select(full[FIRMS].catalogue, [telling("a"), telling("b")])
    _ = selection.test(np.arange(50))
    assert told == ["a", "b"]
    told.clear()
    _ = selection.narrowed(telling("c")).test(np.arange(50))
    assert told == ["c", "a", "b"]


def test_conditions_are_read_from_no_column_that_they_do_not_name(full: dict[Collection, Shelf]) -> None:
    """A view reads a column once, and only when it is asked for it."""
    read: list[str] = []
    catalogue = full[FIRMS].catalogue

    def take(name: str) -> NDArray[Any]:
        read.append(name)
        return catalogue.take(name, np.arange(9))

    view = View(FIRMS, 9, take, lambda: catalogue.keys(np.arange(9)))
    for condition in (consent.may_be_prospected, place.within(full[FIRMS].lookups, [0], 50.0)):
        condition(view)
        condition(view)
    assert read == ["opt_out", "commune"]
