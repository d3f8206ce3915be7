"""Candidate graphs for the tests of allocation, and the exact answers of others to compare with."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from matching.allocation.graph import CandidateGraph


def graph_of(rows: list[dict[int, float]], n_items: int) -> CandidateGraph:
    """One dict {item: score} a person."""
    return CandidateGraph(
        np.cumsum([0, *map(len, rows)]).astype(np.int64),
        np.array([item for row in rows for item in row], dtype=np.int32),
        np.array([score for row in rows for score in row.values()], dtype=np.float32),
        n_items,
    )


def dense(scores: NDArray[np.float64]) -> CandidateGraph:
    """Every item a candidate of every person."""
    n_persons, n_items = scores.shape
    return CandidateGraph(
        np.arange(n_persons + 1, dtype=np.int64) * n_items,
        np.tile(np.arange(n_items, dtype=np.int32), n_persons),
        scores.astype(np.float32).ravel(),
        n_items,
    )


def crowded(n_persons: int, n_items: int, degree: int, seed: int) -> CandidateGraph:
    """Random candidates, a few items of which nearly everyone likes best."""
    random = np.random.default_rng(seed)
    item = random.permuted(np.tile(np.arange(n_items), (n_persons, 1)), axis=1)[:, :degree]
    popular = random.exponential(0.2, n_items)
    score = random.random((n_persons, degree)) + popular[item]
    return CandidateGraph(
        np.arange(n_persons + 1, dtype=np.int64) * degree,
        item.astype(np.int32).ravel(),
        score.astype(np.float32).ravel(),
        n_items,
    )


def score_sum(graph: CandidateGraph, lists: NDArray[np.int32]) -> float:
    """Sum of the scores of what is in the lists, all of which must be candidates."""
    score = {
        (person, item): float(score)
        for person, item, score in zip(
            np.repeat(np.arange(graph.n_persons), graph.degrees).tolist(),
            graph.item.tolist(),
            graph.score.tolist(),
            strict=True,
        )
    }
    return sum(score[person, item] for person, row in enumerate(lists.tolist()) for item in row if item >= 0)


def best_possible(graph: CandidateGraph, k: int, room: NDArray[np.float64]) -> float | None:
    """The largest score sum with min(k, candidates) items for everyone and every item within its room (HiGHS); None
    when that is not possible."""
    edges = np.arange(len(graph.item))
    ones = np.ones(len(edges))
    of_person = np.repeat(np.arange(graph.n_persons), graph.degrees)
    found = linprog(
        -graph.score.astype(np.float64),
        A_ub=csr_array((ones, (graph.item, edges)), shape=(graph.n_items, len(edges))),
        b_ub=room,
        A_eq=csr_array((ones, (of_person, edges)), shape=(graph.n_persons, len(edges))),
        b_eq=np.minimum(graph.degrees, k),
        bounds=(0, 1),
    )
    return -float(found.fun) if found.status == 0 else None


@st.composite
def graphs(draw: st.DrawFn) -> CandidateGraph:
    """Small graphs of any shape, with equal scores among them."""
    n_items = draw(st.integers(1, 6))
    row = st.dictionaries(st.integers(0, n_items - 1), st.sampled_from([-1.0, 0.0, 0.25, 0.5, 0.75, 1.0]))
    return graph_of(draw(st.lists(row, max_size=8)), n_items)
