"""The learned ranker against Shapley values counted over all orders, on trees small enough for it."""

from dataclasses import dataclass
from itertools import product
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from matching.learned import LearnedRanker, most, sigmoid, slope

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class SmallTrees:
    """Oblivious trees whose Shapley values are counted set by set of features, as they are defined."""

    names: tuple[str, ...]
    features: NDArray[np.int16]
    borders: NDArray[np.float32]
    leaves: Doubles
    covers: Doubles
    bias: float

    @property
    def expected(self) -> float:
        return self.bias + float(sum(self._given(tree, None, ()) for tree in range(len(self.leaves))))

    def margins(self, matrix: NDArray[np.float32]) -> Doubles:
        everything = tuple(range(len(self.names)))
        trees = range(len(self.leaves))
        return np.array([self.bias + sum(self._given(tree, row, everything) for tree in trees) for row in matrix])

    def contributions(self, matrix: NDArray[np.float32]) -> Doubles:
        n = len(self.names)
        found = np.zeros((len(matrix), n))
        for row, feature, tree in product(range(len(matrix)), range(n), range(len(self.leaves))):
            others = [other for other in range(n) if other != feature]
            for chosen in product([False, True], repeat=n - 1):
                known = tuple(other for other, is_known in zip(others, chosen, strict=True) if is_known)
                share = factorial(len(known)) * factorial(n - len(known) - 1) / factorial(n)
                more = self._given(tree, matrix[row], (*known, feature)) - self._given(tree, matrix[row], known)
                found[row, feature] += share * more
        return found

    def _given(self, tree: int, row: NDArray[np.float32] | None, known: tuple[int, ...]) -> float:
        """Mean leaf over those that the known features leave open, by cover."""
        leaves = np.arange(self.leaves.shape[1])
        open_to = np.ones(len(leaves), dtype=np.bool_)
        for level, feature in enumerate(self.features[tree].tolist()):
            if feature in known and row is not None:
                open_to &= (leaves >> level & 1) == int(row[feature] > self.borders[tree, level])
        return float(np.average(self.leaves[tree][open_to], weights=self.covers[tree][open_to]))


def trees(seed: int, n_features: int = 3, n_trees: int = 4, depth: int = 2) -> SmallTrees:
    rng = np.random.default_rng(seed)
    return SmallTrees(
        tuple("abcdef"[:n_features]),
        np.array([rng.permutation(n_features)[:depth] for _ in range(n_trees)], dtype=np.int16),
        rng.normal(size=(n_trees, depth)).astype(np.float32),
        rng.normal(size=(n_trees, 2**depth)),
        rng.integers(1, 50, size=(n_trees, 2**depth)).astype(np.float64),
        float(rng.normal()),
    )


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_base_and_contributions_add_up_to_the_score(seed: int, n: int) -> None:
    ranker = LearnedRanker(trees(seed))
    matrix = np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)
    scores, contributions = ranker.scores(matrix), ranker.contributions(matrix)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    assert_allclose(ranker.base + contributions.sum(axis=1), scores, atol=1e-6)
    assert (np.abs(contributions) <= ranker.weights + 1e-6).all()


def test_a_tree_of_one_question_by_hand() -> None:
    """Leaves -1 (3 pairs of 4) and 3: expected -1 x .75 + 3 x .25 = 0; a pair above the border brings 3 - 0."""
    one = SmallTrees(
        ("a",), np.zeros((1, 1), np.int16), np.zeros((1, 1), np.float32), np.array([[-1.0, 3]]), np.array([[3.0, 1]]), 0
    )
    ranker = LearnedRanker(one)
    assert ranker.base == 0.5
    found = ranker.contributions(np.array([[1.0], [-1]], dtype=np.float32))
    assert_allclose(found[:, 0], [1 / (1 + np.exp(-3)) - 0.5, 1 / (1 + np.exp(1)) - 0.5])
    assert_allclose(most(one), [4])
    assert_allclose(ranker.weights, [1])


def test_columns_that_no_tree_reads_bring_nothing() -> None:
    asked = trees(1)
    ranker, alone = LearnedRanker(asked, ["x", "c", "a", "b"]), LearnedRanker(asked)
    rows = np.array([[9, 3, 1, 2], [9, -1, 0, 1]], dtype=np.float32)
    assert ranker.names == ("x", "c", "a", "b")
    assert_allclose(ranker.scores(rows), alone.scores(rows[:, [2, 3, 1]]))
    found = ranker.contributions(rows)
    assert (found[:, 0] == 0).all()
    assert ranker.weights[0] == 0
    assert_allclose(found[:, [2, 3, 1]], alone.contributions(rows[:, [2, 3, 1]]))


def test_trees_and_features_go_together() -> None:
    with pytest.raises(ValueError, match=r"trees read \['c'\]"):
        LearnedRanker(trees(1), ["a", "b"])


def test_far_margins_and_margins_at_the_base() -> None:
    margins = np.array([-1e4, -1.0, 0.0, 1.0, 1e4])
    assert_allclose(sigmoid(margins), [0, 1 / (1 + np.e), 0.5, 1 / (1 + 1 / np.e), 1], atol=1e-12)
    assert_allclose(slope(0.0, np.array([0.0, 1e-12])), [0.25, 0.25])
    assert slope(0.0, np.array([2.0]))[0] == pytest.approx((1 / (1 + np.exp(-2)) - 0.5) / 2)
