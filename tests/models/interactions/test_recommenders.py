"""Each recommender against its formula computed by hand or in dense algebra."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from models.interactions.ease import MOST_DENSE_ITEMS, dense_weights, ease, sparse_weights
from models.interactions.families import BASELINES, DENOISED_EASE, MOST_USER_PRODUCTS, OTHERS, USER_KNN, others
from models.interactions.knn import item_knn, user_knn
from models.interactions.neighbours import item_weights, neighbours
from models.interactions.popularity import Popularity
from models.interactions.rp3beta import rp3beta
from models.interactions.search import Family
from models.interactions.spectral import Patterns, spectral
from models.interactions.top import NONE, DenseProduct, SparseProduct
from tests.models.interactions.made import drawn, matrix

KNOWN = matrix("111.", "11..", ".11.", "...1")


def test_popularity() -> None:
    found = Popularity.fit(KNOWN)
    assert found.counts.tolist() == [2, 3, 2, 1]
    lists = found.top(np.array([3, 2, 0]), 3)
    assert lists.items.tolist() == [[1, 0, 2], [0, 3, NONE], [3, NONE, NONE]]
    assert lists.scores[0].tolist() == [3, 2, 2]


def test_item_knn_by_hand() -> None:
    made = item_knn(KNOWN, n=5, shrinkage=1.0)
    expected = 2 / (np.sqrt(2 * 3) + 1)
    assert made.right.toarray()[0].tolist() == pytest.approx([0, expected, 1 / 3, 0])
    lists = made.top(np.array([2]), 2)
    assert lists.items.tolist() == [[0, NONE]]
    assert lists.scores[0, 0] == pytest.approx(expected + 1 / 3), "from items 1 and 2"


def test_only_the_nearest_count() -> None:
    weights = item_knn(KNOWN, n=1, shrinkage=0.0).right.toarray()
    assert np.count_nonzero(weights, axis=0).tolist() == [1, 1, 1, 0]
    assert weights[1, 0] == pytest.approx(2 / np.sqrt(6))


def test_user_knn_by_hand() -> None:
    lists = user_knn(KNOWN, n=5, through=0.0).top(np.array([1]), 2)
    assert lists.items.tolist() == [[2, NONE]]
    assert lists.scores[0, 0] == pytest.approx(2 / np.sqrt(2 * 3) + 1 / np.sqrt(2 * 2)), "users 0 and 2 have it"


def test_rp3beta_is_a_walk_of_three_steps() -> None:
    alpha, beta = 0.7, 0.4
    dense = KNOWN.toarray().astype(np.float64)
    to_item = (dense / dense.sum(axis=1, keepdims=True)) ** alpha
    to_user = (dense.T / dense.T.sum(axis=1, keepdims=True)) ** alpha
    walk = to_user @ to_item / dense.sum(axis=0)[None, :] ** beta
    np.fill_diagonal(walk, 0)
    assert rp3beta(KNOWN, 10, alpha, beta).right.toarray() == pytest.approx(walk)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_ease_is_a_ridge_regression_of_each_item_on_the_others(seed: int) -> None:
    known, penalty = drawn(12, 6, 0.4, seed), 2.0
    dense = known.toarray().astype(np.float64)
    weights = dense_weights(known, penalty)
    for item in range(6):
        rest = np.delete(dense, item, axis=1)
        by_hand = np.linalg.solve(rest.T @ rest + penalty * np.eye(5), rest.T @ dense[:, item])
        assert np.delete(weights[:, item], item) == pytest.approx(by_hand, abs=1e-5)
    assert not weights.diagonal().any()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_on_the_whole_neighbourhood_the_sparse_variant_is_that_regression_too(seed: int) -> None:
    known = drawn(12, 6, 0.7, seed)
    if np.any((known.T @ known).toarray() == 0):
        return
    exact = dense_weights(known, 2.0, dropout=0.3)
    assert sparse_weights(known, 2.0, dropout=0.3, support=6).toarray() == pytest.approx(np.maximum(exact, 0), abs=1e-5)


def test_dropout_adds_to_the_penalty_in_proportion() -> None:
    known = drawn(12, 6, 0.4)
    gram = (known.T @ known).toarray().astype(np.float64)
    inverse = np.linalg.inv(gram + np.diag(2.0 + gram.diagonal() * 0.25 / 0.75))
    expected = np.eye(6) - inverse / inverse.diagonal()[None, :]
    assert dense_weights(known, 2.0, dropout=0.25) == pytest.approx(expected, abs=1e-5)


def test_many_items_take_the_sparse_variant() -> None:
    assert isinstance(ease(KNOWN, 1.0, most_dense=4), DenseProduct)
    assert isinstance(ease(KNOWN, 1.0, most_dense=3), SparseProduct)


def test_an_item_without_neighbours_has_no_weights() -> None:
    assert not sparse_weights(KNOWN, 1.0).toarray()[:, 3].any()
    assert not neighbours(KNOWN, 3, source=0.5, through=0.0, target=0.5).toarray()[3].any()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_weights_in_dense_algebra(seed: int) -> None:
    known = drawn(9, 6, 0.4, seed)
    dense = known.toarray().astype(np.float64)
    users, items = np.maximum(dense.sum(axis=1), 1), np.maximum(dense.sum(axis=0), 1)
    expected = dense.T @ np.diag(users**-0.3) @ dense / (items[:, None] ** 0.2 * items[None, :] ** 0.6 + 1.5)
    np.fill_diagonal(expected, 0)
    found = item_weights(known, 10, source=0.2, through=0.3, target=0.6, shrinkage=1.5)
    assert found.toarray() == pytest.approx(expected, abs=1e-5)


def test_all_patterns_together_are_the_normalised_matrix() -> None:
    known = drawn(15, 6, 0.5)
    dense = known.toarray().astype(np.float64)
    users, items = np.maximum(dense.sum(axis=1), 1), np.maximum(dense.sum(axis=0), 1)
    patterns = Patterns.of(known, 99, seed=0)
    assert patterns.vectors.shape == (6, 6)
    normal = dense / np.sqrt(users[:, None] * items[None, :])
    assert np.abs(normal @ patterns.vectors @ patterns.vectors.T - normal).max() < 1e-4
    made = spectral(known, patterns, 2, 0.25)
    kept = patterns.vectors[:, :2]
    expected = dense / np.sqrt(items) @ kept @ kept.T * items**0.25
    assert np.asarray(made.left @ made.right) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("family", [*BASELINES, *OTHERS], ids=lambda family: family.name)
def test_every_family_lists_unseen_items_only(family: Family) -> None:
    known = drawn(30, 12, 0.3)
    for parameters in (family.grid[0], family.grid[-1]):
        lists = family.fit(known, **parameters).top(np.arange(30), 12)
        for user in range(30):
            listed = lists.items[user][lists.items[user] != NONE]
            assert len(set(listed.tolist())) == len(listed)
            assert not known.toarray()[user, listed].any()
        with np.errstate(invalid="ignore"):
            assert np.all(~(np.diff(lists.scores, axis=1) > 0))


def test_what_would_take_too_long_is_left_out() -> None:
    assert others(KNOWN) == OTHERS
    many = int(np.sqrt(MOST_USER_PRODUCTS)) + 1
    crowded = sparse.csr_array(np.ones((many, 1), dtype=np.float32))
    assert USER_KNN not in others(crowded)
    wide = sparse.csr_array((2, MOST_DENSE_ITEMS + 1), dtype=np.float32)
    assert DENOISED_EASE not in others(wide)
