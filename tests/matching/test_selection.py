"""Selections against reading every row: written, added and buried ones, under conditions of every kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT
from features.communes import CommuneRow, Communes
from features.records import Attendance
from features.reference import Reference
from matching import selection as module
from matching.catalogue import Catalogue, Rows, View
from matching.filters import consent, place
from matching.filters.base import Condition, Context, Placed
from matching.filters.departement import in_departements
from matching.filters.exclusion import other_than
from matching.filters.occupation import in_occupations
from matching.filters.registry import filters_for, parse
from matching.index.base import MaskSelection
from matching.index.registry import backend
from matching.index.runs import rows_in
from matching.keywords import word_number
from matching.lookups import Lookups, day_number
from matching.schema import BANDS, POSTINGS, SCHEMAS, WITHOUT_VECTORS, Collection, Column
from matching.selection import Filtered, select
from matching.writer import CollectionWriter
from models.published import published_models
from tests.matching.conftest import TODAY

DIM = 4
N_COMMUNES = 300
OFFERS, PROFILES = Collection.OFFERS, Collection.PROFILES
SESSIONS, FIRMS = Collection.SESSIONS, Collection.ESTABLISHMENTS

STATES = {"written and added": (400, 150), "written": (500, 0), "added": (0, 300), "empty": (0, 0)}
"""Records of each part; those of the shelf are changed and removed in both."""


@pytest.fixture(scope="module")
def country(reference: Reference) -> Lookups:
    """Some hundred communes all over France, the last ten without coordinates."""
    draw = np.random.default_rng(0)
    homes = [("23", "75"), ("44", "52"), ("69", "84"), ("59", "32")]
    rows = [
        CommuneRow(
            "23096" if number == 0 else f"{number:05d}",
            f"Commune {number}",
            *homes[number % len(homes)],
            employment_area="7543" if number % 5 == 0 else f"00{number % 20:02d}",
            lat=None if number >= N_COMMUNES - 10 else float(draw.uniform(43, 50)),
            lon=None if number >= N_COMMUNES - 10 else float(draw.uniform(-1, 7)),
        )
        for number in range(N_COMMUNES)
    ]
    parts = reference.certifications, reference.tension, reference.naf
    return Lookups(Reference(reference.rome, Communes.build(rows), *parts), published_models())


@dataclass(frozen=True)
class Shelf:
    """A catalogue of random rows, and what conditions are made of."""

    catalogue: Catalogue
    lookups: Lookups

    @property
    def everything(self) -> View:
        return self.catalogue.view(np.arange(len(self.catalogue)))

    def expected(self, conditions: Sequence[Condition]) -> NDArray[np.bool_]:
        """The selection by definition: each condition asked of every row."""
        mask = self.catalogue.alive.copy()
        for condition in conditions:
            mask &= condition(self.everything)
        return mask


def column_of(draw: np.random.Generator, column: Column, n_rows: int, lookups: Lookups) -> NDArray[Any]:
    """Random values such as the column may have, the missing one among them."""
    shape = (n_rows, column.width) if column.width else (n_rows,)
    today = day_number(TODAY)
    highest = {"occupation": lookups.reference.rome.n_occupations, "naf": len(lookups.reference.naf.naf_codes)}
    choices: dict[str, Sequence[float]] = {
        "radius_km": (0, 5, 10, 10.5, 20, 25, 40, 60, 300, np.nan),
        "attendance": tuple(ATTENDANCE_BIT.values()),
        "contract": (0, 1, 2, 4),
        "words": (0, word_number("soudeur"), 7),
        "pay_min": (np.nan, 1500, 1900),
        "pay_max": (np.nan, 1900, 2500),
        "pay_floor": (np.nan, 0, 2100),
        "counsellor": (-1, 3, 4, 2**60),
    }
    if column.name in choices:
        return draw.choice(np.array(choices[column.name], dtype=np.dtype(column.dtype)), shape)
    if column.name.endswith("_day"):
        return np.where(draw.random(shape) < 0.2, column.missing, today + draw.integers(-60, 60, shape)).astype("int32")
    if column.dtype == "bool":
        return draw.random(shape) < 0.5
    if column.name in ("commune", "occupation", "occupations", "naf"):
        top = N_COMMUNES if column.name == "commune" else highest["naf" if column.name == "naf" else "occupation"]
        return draw.integers(-1, top, shape).astype(column.dtype)
    return draw.integers(0, 40, shape).astype(column.dtype)


def random_rows(draw: np.random.Generator, collection: Collection, keys: Sequence[str], lookups: Lookups) -> Rows:
    """One to three rows a record; one in five has no commune, and then perhaps a département."""
    ids = [key for key in keys for _ in range(draw.integers(1, 4) if collection is PROFILES else 1)]
    columns = {column.name: column_of(draw, column, len(ids), lookups) for column in SCHEMAS[collection]}
    commune = np.where(draw.random(len(ids)) < 0.2, -1, columns["commune"]).astype(np.int32)
    alone = draw.integers(-1, len(lookups.departements), len(ids))
    departement = np.where(commune < 0, alone, lookups.departement_of_commune[commune]).astype(np.int16)
    columns |= {"commune": commune, "departement": departement}
    width = 0 if collection in WITHOUT_VECTORS else DIM
    return Rows(
        tuple(ids), columns, draw.normal(size=(len(ids), width)).astype(np.float32), tuple(key.encode() for key in ids)
    )


def shelf_of(collection: Collection, n_written: int, n_added: int, lookups: Lookups, folder: Path) -> Shelf:
    """A catalogue of so many records written and added, one in nine of each then changed, one in seven removed."""
    draw = np.random.default_rng(7)
    catalogue = Catalogue(collection, None if collection in WITHOUT_VECTORS else backend("exact")(DIM))
    old, new = [f"w{number}" for number in range(n_written)], [f"a{number}" for number in range(n_added)]
    if n_written or not n_added:
        writer = CollectionWriter(folder, collection, lookups.place_order, "exact", DIM)
        writer.add(random_rows(draw, collection, old, lookups))
        writer.finish()
        catalogue = Catalogue.load(folder, collection, "exact", lookups.place_order)
    if n_added:
        catalogue.apply(random_rows(draw, collection, new, lookups), ())
        catalogue.apply(random_rows(draw, collection, [*old[::9], *new[::9]], lookups), ())
    catalogue.apply(random_rows(draw, collection, [], lookups), [*old[::7], *new[::7]])
    return Shelf(catalogue, lookups)


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


COMMUNES = st.integers(0, N_COMMUNES - 1)
RADII = st.sampled_from([0.0, 10.0, 30.0, 100.0, 400.0, 2000.0])


def examples_of(collection: Collection, lookups: Lookups) -> list[Condition]:
    """What the example of each public filter asks, and those of parameters that stand instead of others."""
    context = Context(collection, lookups, TODAY)
    asked: list[Condition] = []
    for item in filters_for(collection):
        parameters = item.parameters[collection]
        replaced = {parameter.instead_of for parameter in parameters}
        asked += parse({each.name: each.example for each in parameters if not each.instead_of}, context)
        asked += parse({each.name: each.example for each in parameters if each.name not in replaced}, context)
    return asked


def conditions_of(shelf: Shelf) -> st.SearchStrategy[list[Condition]]:
    """Up to four conditions of any kind, in any order."""
    collection, lookups = shelf.catalogue.collection, shelf.lookups
    n_occupations = lookups.reference.rome.n_occupations
    kinds: list[st.SearchStrategy[Condition]] = [
        st.builds(
            lambda communes, radius: place.within(lookups, communes, radius),
            st.lists(COMMUNES, min_size=1, max_size=3),
            RADII,
        ),
        st.sets(st.integers(0, len(lookups.departements) - 1), max_size=3).map(
            lambda rows: in_departements(lookups, rows)
        ),
        st.sampled_from(examples_of(collection, lookups)),
        st.sets(st.sampled_from(["w1", "w2", "w9", "a1", "a9", "nobody"]), min_size=1).map(other_than),
    ]
    if collection is not FIRMS:
        kinds.append(
            st.integers(0, 2**32 - 1).map(
                lambda seed: in_occupations(np.random.default_rng(seed).random(n_occupations + 1) < 0.3)
            )
        )
    kinds += {
        PROFILES: [
            st.just(consent.visible_to_employers),
            COMMUNES.map(lambda commune: place.in_own_reach(lookups, commune)),
        ],
        OFFERS: [st.builds(lambda home, radius: place.near_home(lookups, home, radius), COMMUNES, RADII)],
        SESSIONS: [st.builds(lambda home, radius: place.within_or_remote(lookups, home, radius), COMMUNES, RADII)],
        FIRMS: [st.just(consent.may_be_prospected)],
    }[collection]
    return st.lists(st.one_of(kinds), max_size=4)


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
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
