"""The learned ranker: what makes its contributions add up to a score, and one tree by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from matching.learned import LearnedRanker, sigmoid, slope
from models.oblivious import ObliviousTrees


def trees(seed: int, n_features: int = 3, n_trees: int = 5, depth: int = 3) -> ObliviousTrees:
    rng = np.random.default_rng(seed)
    return ObliviousTrees(
        tuple("abcdef"[:n_features]),
        rng.integers(-1, n_features, size=(n_trees, depth)).astype(np.int16),
        rng.normal(size=(n_trees, depth)).astype(np.float32),
        rng.random(n_features) < 0.5,
        rng.normal(size=(n_trees, 2**depth)),
        rng.integers(1, 50, size=(n_trees, 2**depth)).astype(np.float32),
        float(rng.normal()),
    )


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_base_and_contributions_add_up_to_the_score(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    ranker = LearnedRanker(trees(seed))
    matrix = rng.normal(size=(n, 3)).astype(np.float32)
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    scores, contributions = ranker.scores(matrix), ranker.contributions(matrix)
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    assert not np.isnan(contributions).any()
    assert_allclose(ranker.base + contributions.sum(axis=1), scores, atol=1e-6)
    assert (np.abs(contributions) <= ranker.weights + 1e-6).all()


def test_a_tree_of_one_question_by_hand() -> None:
    """Leaves -1 (3 pairs of 4) and 3: expected -1 x .75 + 3 x .25 = 0; a pair above the border brings 3 - 0."""
    one = ObliviousTrees(
        ("a",),
        np.zeros((1, 1), np.int16),
        np.zeros((1, 1), np.float32),
        np.zeros(1, np.bool_),
        np.array([[-1.0, 3]]),
        np.array([[3, 1]], np.float32),
        0.0,
    )
    ranker = LearnedRanker(one)
    assert ranker.base == 0.5
    found = ranker.contributions(np.array([[1.0], [-1]], dtype=np.float32))
    assert_allclose(found[:, 0], [1 / (1 + np.exp(-3)) - 0.5, 1 / (1 + np.exp(1)) - 0.5])
    assert_allclose(ranker.weights, [0.75])


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
    with pytest.raises(ValueError, match="'c'"):
        LearnedRanker(trees(2), ["a", "b"])


def test_far_margins_and_margins_at_the_base() -> None:
    margins = np.array([-1e4, -1.0, 0.0, 1.0, 1e4])
    assert_allclose(sigmoid(margins), [0, 1 / (1 + np.e), 0.5, 1 / (1 + 1 / np.e), 1], atol=1e-12)
    assert_allclose(slope(0.0, np.array([0.0, 1e-12])), [0.25, 0.25])
    assert slope(0.0, np.array([2.0]))[0] == pytest.approx((1 / (1 + np.exp(-2)) - 0.5) / 2)
