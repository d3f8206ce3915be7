import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from models.interactions.top import (
    NONE,
    DenseProduct,
    SparseProduct,
    best_of_dense,
    best_of_rows,
    blocks_by_cost,
    filled,
)
from tests.models.interactions.made import drawn, matrix

small = st.integers(0, 2**32 - 1)


def sorted_rows(scores: NDArray[np.float32], depth: int) -> NDArray[np.int32]:
    """What a stable sort gives, -1 for what has no score."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :depth]
    return np.where(np.isneginf(np.take_along_axis(scores, order, axis=1)), NONE, order)


@given(small, st.integers(1, 7))
@settings(max_examples=40)
def test_the_best_of_dense_rows_are_those_of_a_stable_sort(seed: int, depth: int) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.integers(-2, 3, (5, 7)).astype(np.float32)
    scores[draw.random((5, 7)) < 0.3] = -np.inf
    lists = best_of_dense(scores, depth)
    assert lists.items.tolist() == sorted_rows(scores, depth).tolist()
    assert np.array_equal(np.isneginf(lists.scores), lists.items == NONE)


def test_lists_are_padded_beyond_the_last_item() -> None:
    lists = best_of_dense(np.array([[1, 2]], dtype=np.float32), 4)
    assert lists.items.tolist() == [[1, 0, NONE, NONE]]
    assert best_of_dense(np.zeros((0, 3), dtype=np.float32), 2).items.shape == (0, 2)


@given(small, st.sampled_from([3, 200]), st.integers(1, 5))
@settings(max_examples=40)
def test_the_best_of_sparse_rows(seed: int, width: int, n: int) -> None:
    """Narrow rows go through the dense way, wide ones through the sparse way."""
    draw = np.random.default_rng(seed)
    dense = draw.integers(-1, 4, (4, width)) * (draw.random((4, width)) < 3 / width)
    best = best_of_rows(sparse.csr_array(dense.astype(np.float32)), n)
    for row in range(4):
        values = dense[row].astype(np.float32)
        expected = [column for column in np.argsort(-values, kind="stable").tolist() if values[column] > 0][:n]
        assert best.indices[best.indptr[row] : best.indptr[row + 1]].tolist() == expected


@given(small, st.integers(1, 12))
@settings(max_examples=25)
def test_sparse_and_dense_products_list_the_same(seed: int, depth: int) -> None:
    draw = np.random.default_rng(seed)
    seen = drawn(6, 10, 0.3, seed)
    weights = (draw.random((10, 10)) * (draw.random((10, 10)) < 0.4)).astype(np.float32)
    users = np.array([4, 0, 5], dtype=np.int64)
    thin = SparseProduct(seen, sparse.csr_array(weights), seen).top(users, depth)
    thick = DenseProduct(seen, weights, seen).top(users, depth)
    positive = thin.items != NONE
    assert np.array_equal(thin.items[positive], thick.items[positive])
    assert np.all(thick.scores[~positive] <= 0)


def test_what_a_user_has_is_never_listed() -> None:
    seen = matrix("11..", "1111")
    lists = DenseProduct(seen, np.ones((4, 4), dtype=np.float32), seen).top(np.array([0, 1]), 3)
    assert lists.items.tolist() == [[2, 3, NONE], [NONE, NONE, NONE]]
    assert SparseProduct(seen, sparse.csr_array(np.ones((4, 4), dtype=np.float32)), seen).top(
        np.array([1]), 2
    ).items.tolist() == [[NONE, NONE]]


def test_empty_places_are_filled_in_order_without_repeats() -> None:
    seen = matrix("1....", ".....", "1111.")
    lists = np.array([[3, NONE, NONE], [NONE, NONE, NONE], [NONE, NONE, NONE]], dtype=np.int32)
    complete = filled(lists, np.array([0, 1, 2]), seen, np.array([0, 3, 1, 2, 4]))
    assert complete.tolist() == [[3, 1, 2], [0, 3, 1], [4, NONE, NONE]]


def test_nobody_asked() -> None:
    seen = matrix("1.")
    nobody = np.zeros(0, dtype=np.int64)
    assert DenseProduct(seen, np.ones((2, 2), dtype=np.float32), seen).top(nobody, 2).items.shape == (0, 2)
    assert best_of_rows(sparse.csr_array((0, 5), dtype=np.float32), 2).shape == (0, 5)
    assert SparseProduct(seen, sparse.csr_array((2, 2)), seen).top(nobody, 2).items.shape == (0, 2)


@given(st.lists(st.floats(0, 9), max_size=20), st.floats(0.5, 20))
def test_blocks_cover_all_rows_once(costs: list[float], most: float) -> None:
    blocks = list(blocks_by_cost(np.array(costs), most))
    assert [row for block in blocks for row in range(block.start, block.stop)] == list(range(len(costs)))
