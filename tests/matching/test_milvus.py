"""Rows in a cluster: the same ids as the exact oracle whatever is asked, and nothing lost on the way there.

Everything runs on Milvus Lite, the library's engine inside this process; `benchmarks/milvus.py` asks a server the same.
"""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.reference import Reference
from matching.filters import consent, place
from matching.filters.base import Condition, Context
from matching.filters.registry import filters_for, parse
from matching.index.clauses import NOTHING, clause_of
from matching.index.cluster import Cluster
from matching.index.codes import FILTERED, Codes
from matching.index.milvus import MilvusIndex
from matching.lookups import Lookups
from matching.schema import SCHEMAS, Collection
from matching.selection import select
from tests.matching.conftest import TODAY
from tests.matching.random_shelves import DIM, Shelf, conditions_of, country_of, shelf_of

SEARCHED = (Collection.PROFILES, Collection.OFFERS, Collection.SESSIONS)
PLAIN = re.compile(r"[a-z_0-9 \[\](),<>=!]*")
"""Names, whole numbers and operators: all that a clause is made of."""
NOT_SAID = {"exclure"}
"""Parameters that the cluster is told nothing of: its rows are put to them afterwards."""


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    pytest.importorskip("pymilvus", reason="needs vivier[cluster]")
    pytest.importorskip("milvus_lite", reason="needs vivier[cluster]")
    return Cluster(str(tmp_path_factory.mktemp("lite") / "rows.db"))


@pytest.fixture(scope="module")
def country(reference: Reference) -> Lookups:
    return country_of(reference)


@pytest.fixture(scope="module")
def both(
    lite: Cluster, country: Lookups, tmp_path_factory: pytest.TempPathFactory
) -> dict[Collection, tuple[Shelf, Shelf]]:
    """The same rows, written and added, under the exact index and in the cluster."""
    return {
        collection: (
            shelf_of(collection, 300, 60, country, tmp_path_factory.mktemp(collection.value)),
            shelf_of(collection, 300, 60, country, tmp_path_factory.mktemp(collection.value), "milvus", lite),
        )
        for collection in SEARCHED
    }


def index_of(shelf: Shelf) -> MilvusIndex:
    index = shelf.catalogue.index
    assert isinstance(index, MilvusIndex)
    return index


def codes_of(shelf: Shelf) -> Codes:
    codes = index_of(shelf)._codes
    assert codes is not None
    return codes


def held(shelf: Shelf, clause: str) -> set[int]:
    """The rows of the cluster that meet a clause."""
    table = index_of(shelf)._table
    assert table is not None
    rows, _ = table.search(np.ones(DIM, np.float32), clause, 10_000)
    return set(rows.tolist())


@pytest.mark.parametrize("collection", SEARCHED)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_cluster_finds_the_rows_that_the_oracle_finds(
    collection: Collection, both: dict[Collection, tuple[Shelf, Shelf]], data: st.DataObject
) -> None:
    exact, clustered = both[collection]
    conditions = data.draw(conditions_of(exact))
    k, seed = data.draw(st.sampled_from([1, 7, 60, 1000])), data.draw(st.integers(0, 1000))
    query = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    mine = clustered.catalogue.index.search(query, k, select(clustered.catalogue, conditions))
    oracle = exact.catalogue.index.search(query, k, select(exact.catalogue, conditions))
    assert exact.expected(conditions)[mine.rows].all()
    np.testing.assert_allclose(mine.scores, oracle.scores, atol=2e-6)
    certain = np.append(np.abs(np.diff(oracle.scores)) > 1e-5, len(oracle.rows) < k)[: len(oracle.rows)]
    certain[1:] &= certain[:-1].copy()
    np.testing.assert_array_equal(mine.rows[certain], oracle.rows[certain])
    assert len(set(mine.rows.tolist())) == len(mine.rows)


@pytest.mark.parametrize("collection", SEARCHED)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_clause_lets_through_every_row_that_is_allowed(
    collection: Collection, both: dict[Collection, tuple[Shelf, Shelf]], data: st.DataObject
) -> None:
    exact, clustered = both[collection]
    conditions = data.draw(conditions_of(exact))
    clause = clause_of(conditions, codes_of(clustered))
    assert PLAIN.fullmatch(clause)
    allowed = set(np.flatnonzero(exact.expected(conditions)[: exact.catalogue.n_written]).tolist())
    assert allowed <= (set() if clause == NOTHING else held(clustered, clause))


def examples(collection: Collection, lookups: Lookups) -> dict[str, Condition]:
    """What each public filter asks by its example, and what services ask besides, by name."""
    context = Context(collection, lookups, TODAY)
    found: dict[str, Condition] = {}
    for item in filters_for(collection):
        parameters = [each for each in item.parameters[collection] if not each.instead_of]
        found[parameters[0].name] = parse({each.name: each.example for each in parameters}, context)[0]
    if collection is Collection.PROFILES:
        found["visible"] = consent.visible_to_employers
    if collection is Collection.OFFERS:
        found["near home"] = place.near_home(lookups, 0, 100.0)
    if collection is Collection.SESSIONS:
        found["or remote"] = place.within_or_remote(lookups, 0, 100.0)
    return found


@pytest.mark.parametrize("collection", SEARCHED)
def test_every_public_filter_is_said_to_the_cluster_exactly(
    collection: Collection, both: dict[Collection, tuple[Shelf, Shelf]], country: Lookups
) -> None:
    exact, clustered = both[collection]
    written = exact.catalogue.view(np.arange(exact.catalogue.n_written))
    for name, condition in examples(collection, country).items():
        clause = clause_of([condition], codes_of(clustered))
        if name in NOT_SAID:
            assert clause == "", name
            continue
        expected = set(np.flatnonzero(condition(written)).tolist())
        assert (set() if clause == NOTHING else held(clustered, clause)) == expected, (name, clause)


def test_one_s_own_reach_is_said_by_bands(both: dict[Collection, tuple[Shelf, Shelf]], country: Lookups) -> None:
    """Kilometres of one column against kilometres between two places: the cluster cannot compare them."""
    exact, clustered = both[Collection.PROFILES]
    condition = place.in_own_reach(country, 0)
    written = exact.catalogue.view(np.arange(exact.catalogue.n_written))
    allowed = set(np.flatnonzero(condition(written)).tolist())
    found = held(clustered, clause_of([condition], codes_of(clustered)))
    assert allowed <= found
    assert len(found) < exact.catalogue.n_written / 2


def test_columns_that_filters_read_are_those_that_are_told(country: Lookups) -> None:
    for collection in SEARCHED:
        names = {column.name for column in SCHEMAS[collection]}
        assert set(FILTERED[collection]) <= names


def test_a_condition_on_two_columns_at_once_is_left_to_the_rows(both: dict[Collection, tuple[Shelf, Shelf]]) -> None:
    codes = codes_of(both[Collection.OFFERS][1])
    unheard: list[Condition] = [
        lambda view: view.column("contract") == view.column("working_time"),
        lambda view: view.column("shown") > 3,
        lambda view: view.column("words")[:, 0] > 3,
        lambda view: view.keys() > 0,
        lambda view: np.ones(len(view), dtype=np.bool_),
    ]
    for condition in unheard:
        assert clause_of([condition], codes) == ""


def test_places_name_the_parts_of_the_country(both: dict[Collection, tuple[Shelf, Shelf]], country: Lookups) -> None:
    clause = clause_of([place.within(country, [0], 30.0)], codes_of(both[Collection.OFFERS][1]))
    assert clause.startswith("region in [")
    everywhere = clause_of([place.within(country, [0], 2000.0)], codes_of(both[Collection.OFFERS][1]))
    assert "region" not in everywhere or everywhere.count(",") > 10
