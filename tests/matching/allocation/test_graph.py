"""Candidate graphs: what makes one, and the best k of each person."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.allocation import graph as module
from matching.allocation.graph import CandidateGraph, best_lists, loads_of
from tests.matching.allocation.graphs import graph_of, graphs


def test_the_best_come_first_and_equal_ones_by_item() -> None:
    graph = graph_of([{2: 0.5, 0: 0.5, 1: 0.9}, {}, {1: -0.5}, {2: 0.0, 0: -0.0}], 3)
    lists = best_lists(graph, 2)
    assert lists.dtype == np.int32
    assert lists.tolist() == [[1, 0], [-1, -1], [1, -1], [0, 2]]
    assert loads_of(lists, 4).tolist() == [2, 2, 1, 0]


def test_charges_are_taken_off_the_scores() -> None:
    graph = graph_of([{0: 0.9, 1: 0.8, 2: 0.1}], 3)
    assert best_lists(graph, 2, np.array([0.2, 0, 0], dtype=np.float32)).tolist() == [[1, 0]]


@given(graphs(), st.integers(0, 4))
def test_lists_are_those_of_sorting(graph: CandidateGraph, k: int) -> None:
    lists = best_lists(graph, k)
    assert lists.shape == (graph.n_persons, k)
    for person, row in enumerate(lists.tolist()):
        own = slice(graph.indptr[person], graph.indptr[person + 1])
        ranked = sorted(zip((-graph.score[own]).tolist(), graph.item[own].tolist(), strict=True))
        assert [item for item in row if item >= 0] == [item for _, item in ranked[:k]]


@given(graphs())
def test_blocks_hold_every_candidate_once(graph: CandidateGraph) -> None:
    held = [
        (person, item, score)
        for block in graph.blocks
        for person, items, scores in zip(
            block.persons.tolist(), block.items.tolist(), block.scores.tolist(), strict=True
        )
        for item, score in zip(items, scores, strict=True)
        if item < graph.n_items
    ]
    persons = np.repeat(np.arange(graph.n_persons), graph.degrees).tolist()
    assert sorted(held) == sorted(zip(persons, graph.item.tolist(), graph.score.tolist(), strict=True))


def test_many_blocks_are_as_good_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{item: float(item * 7 % 5) for item in range(person % 6)} for person in range(50)]
    expected = best_lists(graph_of(rows, 6), 3)
    monkeypatch.setattr(module, "CELLS_AT_ONCE", 16)
    graph = graph_of(rows, 6)
    assert len(graph.blocks) > 5
    assert best_lists(graph, 3).tolist() == expected.tolist()


def test_the_unit_is_what_scores_differ_by_for_one_person() -> None:
    assert graph_of([{0: 0.0, 1: 1.0}, {0: 5.0}, {0: 2.0, 1: 4.0}, {1: 9.0, 0: 6.0}], 2).unit == 2.0
    assert graph_of([{0: 0.0}, {1: 3.0}], 2).unit == 3.0
    assert graph_of([{0: 1.0, 1: 1.0}], 2).unit == 1.0
    assert graph_of([], 0).unit == 1.0


@pytest.mark.parametrize(
    ("indptr", "item", "score", "said"),
    [
        ([0, 1], [0, 1], [1.0, 1.0], "indptr"),
        ([0, 2, 1, 2], [0, 1], [1.0, 1.0], "indptr"),
        ([], [], [], "indptr"),
        ([0, 2], [0, 1], [1.0], "one score a candidate"),
        ([0, 2], [0, 3], [1.0, 1.0], "items from 0 to 3, but there are 3"),
        ([0, 2], [-1, 2], [1.0, 1.0], "items from -1"),
        ([0, 2], [0, 1], [1.0, np.nan], "finite"),
        ([0, 1, 3], [0, 1, 1], [1.0, 1.0, 0.5], "person 1 has an item twice"),
    ],
)
def test_arrays_that_make_no_graph_are_named(indptr: list[int], item: list[int], score: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CandidateGraph(
            np.array(indptr, dtype=np.int64), np.array(item, dtype=np.int32), np.array(score, dtype=np.float32), 3
        )
