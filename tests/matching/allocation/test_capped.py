"""The hard cap: exact whenever feasible, as full as possible else, and near the best score sum."""

import numpy as np
import ot
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from matching.allocation.capped import capped
from matching.allocation.graph import CandidateGraph, best_lists, loads_of
from tests.matching.allocation.graphs import best_possible, crowded, dense, graph_of, graphs, score_sum


def under_cap(graph: CandidateGraph, k: int, max_load: int) -> np.ndarray:
    return capped(graph.indptr, graph.item, graph.score, k, max_load)


def most_places(graph: CandidateGraph, k: int, max_load: int) -> int:
    """Places that any choice can fill, by maximum flow from nothing."""
    first, last = graph.n_persons + graph.n_items, graph.n_persons + graph.n_items + 1
    persons = np.repeat(np.arange(graph.n_persons), graph.degrees)
    tails = [*persons, *([first] * graph.n_persons), *range(graph.n_persons, first)]
    heads = [*(graph.n_persons + graph.item), *range(graph.n_persons), *([last] * graph.n_items)]
    sizes = [1] * len(persons) + [k] * graph.n_persons + [max_load] * graph.n_items
    network = csr_array((np.array(sizes, dtype=np.int32), (tails, heads)), shape=(last + 1, last + 1))
    return int(maximum_flow(network, first, last).flow_value)


@given(graphs(), st.integers(0, 4), st.integers(0, 5))
def test_lists_are_within_the_cap_and_as_full_as_possible(graph: CandidateGraph, k: int, max_load: int) -> None:
    lists = under_cap(graph, k, max_load)
    assert lists.shape == (graph.n_persons, k)
    assert lists.dtype == np.int32
    assert loads_of(lists, graph.n_items).max(initial=0) <= max_load
    assert (lists >= 0).sum() == most_places(graph, k, max_load)
    score_sum(graph, lists)  # candidates alone
    assert all(len(set(row)) == len(row) for row in [[item for item in row if item >= 0] for row in lists.tolist()])
    best = best_possible(graph, k, np.full(graph.n_items, float(max_load))) if len(graph.item) else None
    if best is not None:
        assert score_sum(graph, lists) >= best - 0.26 * graph.n_persons
    assert_array_equal(under_cap(graph, k, max_load), lists)


def test_a_cap_that_binds_nobody_changes_nothing() -> None:
    graph = crowded(200, 40, 15, 0)
    assert_array_equal(under_cap(graph, 5, 200), best_lists(graph, 5))


@pytest.mark.parametrize(("max_load", "lost"), [(50, 0.004), (55, 0.002), (100, 0.001)])
def test_the_score_sum_is_near_the_optimum(max_load: int, lost: float) -> None:
    """400 lists of 10 out of 80 items, 50 of each when the cap is met to the last place."""
    graph = crowded(400, 80, 40, 1)
    lists = under_cap(graph, 10, max_load)
    best = best_possible(graph, 10, np.full(80, float(max_load)))
    assert best is not None
    assert (lists >= 0).all()
    assert loads_of(lists, 80).max() == max_load
    assert best * (1 - lost) <= score_sum(graph, lists) <= best + 1e-3


def test_one_place_each_agrees_with_exact_transport() -> None:
    random = np.random.default_rng(4)
    scores = random.random((90, 30)) + random.random(30)
    plan = ot.emd(np.ones(90), np.full(30, 3.0), -scores)
    lists = under_cap(dense(scores), 1, 3)
    assert_array_equal(loads_of(lists, 30), np.full(30, 3))
    assert_allclose(score_sum(dense(scores), lists), (plan * scores).sum(), rtol=5e-3)


def test_who_has_nothing_else_goes_first() -> None:
    """Person 0 likes item 0 best, but person 1 has only that one."""
    lists = under_cap(graph_of([{0: 0.9, 1: 0.1}, {0: 0.2}], 2), 1, 1)
    assert lists.tolist() == [[1], [0]]


def test_a_chain_of_exchanges_is_found() -> None:
    """Each of five persons must move on by one, so that the last has a place."""
    rows = [{person: 1.0, person + 1: 0.5} for person in range(5)]
    lists = under_cap(graph_of([*rows, {0: 0.4}], 6), 1, 1)
    assert lists.ravel().tolist() == [1, 2, 3, 4, 5, 0]


def test_what_is_not_possible_is_left_empty() -> None:
    lists = under_cap(graph_of([{0: 0.9, 1: 0.5}, {0: 0.8}, {0: 0.7}], 2), 2, 1)
    assert loads_of(lists, 2).tolist() == [1, 1]
    assert (lists >= 0).sum() == 2


def test_equal_persons_share_what_there_is() -> None:
    lists = under_cap(dense(np.full((12, 4), 0.5)), 2, 6)
    assert loads_of(lists, 4).tolist() == [6, 6, 6, 6]
    assert (lists >= 0).all()


def test_numbers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="max_load=-1"):
        under_cap(graph_of([{0: 1.0}], 1), 1, -1)
