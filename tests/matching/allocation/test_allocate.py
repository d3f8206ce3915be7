"""Allocation: the knob, the targets, and prices that agree with exact transport."""

from itertools import pairwise

import numpy as np
import ot
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from matching.allocation.allocate import Allocation, allocate, least_of, room_of
from matching.allocation.graph import CandidateGraph, best_lists
from matching.allocation.prices import prices_of
from matching.allocation.targets import targets_of
from tests.matching.allocation.graphs import crowded, dense, graph_of, graphs


def allocated(graph: CandidateGraph, posts: list[int] | None, k: int, knob: float) -> Allocation:
    each = np.ones(graph.n_items) if posts is None else np.array(posts)
    return allocate(graph.indptr, graph.item, graph.score, each.astype(np.int32), k, knob)


@given(graphs(), st.integers(0, 4))
def test_knob_0_is_the_best_by_score(graph: CandidateGraph, k: int) -> None:
    found = allocated(graph, None, k, 0)
    assert_array_equal(found.lists, best_lists(graph, k))
    assert not found.prices.any()


@given(graphs(), st.integers(0, 4), st.floats(0, 1))
def test_everyone_gets_k_or_all_they_have(graph: CandidateGraph, k: int, knob: float) -> None:
    found = allocated(graph, None, k, knob)
    assert_array_equal((found.lists >= 0).sum(axis=1), np.minimum(graph.degrees, k))
    assert_array_equal(found.loads, np.bincount(found.lists[found.lists >= 0], minlength=graph.n_items))
    assert np.isfinite(found.prices).all()
    again = allocated(graph, None, k, knob)
    assert_array_equal(again.lists, found.lists)
    assert_array_equal(again.prices, found.prices)


def test_two_posts_draw_twice_as_many() -> None:
    """12 lists of one: 15 places with room to spare, 5 a post."""
    graph = dense(np.tile([0.9, 0.5], (12, 1)) + np.arange(12)[:, None] * [[0.01, -0.01]])
    found = allocated(graph, [2, 1], 1, 1)
    assert_allclose(found.targets, [10, 5])
    assert 8 <= found.loads[0] <= 10
    assert found.lists[0] == [1], "who likes the crowded one least goes elsewhere"
    assert found.prices[0] > 0 >= found.prices[1]


def test_an_offer_is_not_meant_for_more_than_it_suits() -> None:
    """Item 2 suits one person: of 1.25 x 4 places the others have 4, which is 2 a post."""
    graph = graph_of([{0: 0.5, 1: 0.5, 2: 0.5}, {0: 0.5, 1: 0.5}, {0: 0.5, 1: 0.5}, {0: 0.5, 1: 0.5}], 4)
    assert_allclose(targets_of(graph, np.array([1, 1, 3, 1], dtype=np.int32), 1), [2, 2, 1, 1])
    assert_allclose(targets_of(graph, np.array([1, 1, 3, 1], dtype=np.int32), 2), [4, 4, 1, 1])


def test_room_lies_between_load_and_target() -> None:
    loads, targets = np.array([400, 2, 0]), np.array([4.0, 4.0, 4.0])
    assert_allclose(room_of(loads, targets, 0), [400, 4, 4])
    assert_allclose(room_of(loads, targets, 0.5), [40, 4, 4])
    assert_allclose(room_of(loads, targets, 1), [4, 4, 4])


def test_what_is_starved_is_brought_to_those_whom_it_suits() -> None:
    """Item 3 is everybody's last: of 1.25 x 200 places it is meant for 62.5, and reaches half of them at knob 1."""
    random = np.random.default_rng(5)
    scores = random.random((200, 4)) + np.array([0.1, 0.1, 0.1, -1.0])
    found = {knob: allocated(dense(scores), None, 1, knob) for knob in (0, 0.5, 1)}
    assert found[0].loads[3] == 0
    assert_allclose(least_of(found[0].loads, found[0].targets, 1), [31.25] * 4)
    assert_allclose(least_of(found[0].loads, found[0].targets, 0.5)[3], np.sqrt(31.25 * 0.5))
    assert 1 <= found[0.5].loads[3] <= 8
    assert 18 <= found[1].loads[3] <= 40
    assert found[1].prices[3] < found[0.5].prices[3] < 0


@pytest.mark.parametrize("seed", range(3))
def test_the_higher_the_knob_the_less_is_oversent(seed: int) -> None:
    graph = crowded(600, 80, 30, seed)
    posts = np.random.default_rng(seed).integers(1, 4, graph.n_items).tolist()
    found = [allocated(graph, posts, 5, knob) for knob in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    most = [float((each.loads / each.targets).max()) for each in found]
    reached = [int((each.loads > 0).sum()) for each in found]
    assert all(after <= before * 1.05 for before, after in pairwise(most))
    assert most[-1] < 1.15 < most[0] / 3
    assert reached == sorted(reached)
    for knob, each in zip((0.2, 0.4, 0.6, 0.8, 1), found[1:], strict=True):
        room = room_of(found[0].loads, each.targets, knob)
        assert (each.loads <= 1.1 * room + 2).all()


@pytest.mark.parametrize("seed", range(3))
def test_prices_agree_with_exact_transport(seed: int) -> None:
    """Strong duality: best scores less price, plus room x price, make the optimum that POT finds."""
    random = np.random.default_rng(seed)
    scores = random.random((60, 8)) + random.random(8)
    room = random.integers(5, 12, 8).astype(np.float64)
    room[0] += max(0.0, 60 - room.sum())
    slack = room.sum() - 60
    plan = ot.emd(np.append(np.ones(60), slack), room, np.vstack([-scores, np.zeros(8)]))
    graph = dense(scores)
    prices = prices_of(graph, 1, room, ceiling=4, last=0.001, rounds=12)
    dual = (scores - prices).max(axis=1).sum() + (room * prices).sum()
    assert_allclose(dual, (plan[:60] * scores).sum(), rtol=2e-3)


def test_where_candidates_are_too_few_everyone_still_has_a_list() -> None:
    found = allocated(graph_of([{0: 0.1 * number, 1: 0.05} for number in range(8)], 2), [1, 1], 2, 1)
    assert found.loads.tolist() == [8, 8]
    assert found.targets.tolist() == [8, 8]


def test_what_is_alike_is_shared_by_lot() -> None:
    """A standard deviation is 8 persons."""
    equal = dense(np.full((300, 3), 0.5))
    assert allocated(equal, None, 1, 0).loads.tolist() == [300, 0, 0]
    found = allocated(equal, None, 1, 1)
    assert not found.prices.any()
    assert all(70 <= load <= 130 for load in found.loads.tolist())
    better = allocated(dense(np.tile([0.9, 0.5, 0.5], (300, 1))), None, 1, 1)
    assert_allclose(better.targets, [125, 125, 125])
    assert all(60 <= load <= 150 for load in better.loads.tolist())
    assert_allclose(better.prices, [0.4, 0, 0], atol=0.01)


def test_what_cannot_be_used_is_named() -> None:
    graph = graph_of([{0: 1.0}], 1)
    with pytest.raises(ValueError, match=r"the knob is 1\.5"):
        allocated(graph, None, 1, 1.5)
    with pytest.raises(ValueError, match="k is -1"):
        allocated(graph, None, -1, 0)
    with pytest.raises(ValueError, match="posts must be 1 numbers of 1 or more"):
        allocated(graph, [0], 1, 0)
