"""The best items of a block of users, seen ones masked, whatever the scores are made of.

Of equal scores the item of the lower column, the more popular one, comes first.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.interactions.dataset import Matrix

Rows = NDArray[np.int64]
CELLS: Final = 2**24
"""Scores held at a time: 64 MiB of float32."""
DENSE: Final = 0.05
"""Share of filled cells above which a sparse block is quicker to go through as a dense one."""
NONE: Final = -1
_HALF: Final = np.uint64(32)
_MOST: Final = np.uint64(2**32 - 1)


@dataclass(frozen=True, eq=False)
class TopLists:
    items: NDArray[np.int32]
    """(n_users, depth) columns, best first, -1 where there is no further item with a score."""
    scores: NDArray[np.float32]
    """(n_users, depth), -inf where there is no item."""


class Recommender(Protocol):
    def top(self, users: Rows, depth: int) -> TopLists:
        """The best unseen items of these users, in their order. Items without a reason are not listed."""
        ...


@dataclass(frozen=True, eq=False)
class SparseProduct:
    """Scores are `left @ right`, both sparse and not negative: a score of 0 is no reason, and not listed."""

    left: sparse.csr_array
    """(n_users, m)"""
    right: sparse.csr_array
    """(m, n_items)"""
    seen: Matrix

    def top(self, users: Rows, depth: int) -> TopLists:
        left = self.left[users]
        cost = np.asarray(left.astype(np.bool_).astype(np.float32) @ np.diff(self.right.indptr).astype(np.float32))
        parts = [self._block(users[block], left[block], depth) for block in blocks_by_cost(cost, CELLS)]
        return stacked(parts, depth)

    def _block(self, users: Rows, left: sparse.csr_array, depth: int) -> TopLists:
        scores = sparse.csr_array(left @ self.right)
        seen = self.seen[users]
        seen.data = np.full(seen.nnz, np.inf, dtype=np.float32)
        scores = sparse.csr_array(scores - seen)
        return padded(best_of_rows(scores, depth), depth)


@dataclass(frozen=True, eq=False)
class DenseProduct:
    """Scores are `left @ right`, right dense: every item has one."""

    left: sparse.csr_array | NDArray[np.float32]
    """(n_users, m)"""
    right: NDArray[np.float32]
    """(m, n_items)"""
    seen: Matrix

    def top(self, users: Rows, depth: int) -> TopLists:
        step = max(1, CELLS // max(1, self.right.shape[1]))
        parts = [self._block(users[start : start + step], depth) for start in range(0, len(users), step)]
        return stacked(parts, depth)

    def _block(self, users: Rows, depth: int) -> TopLists:
        scores = np.asarray(self.left[users] @ self.right, dtype=np.float32)
        seen = self.seen[users]
        scores[np.repeat(np.arange(len(users)), np.diff(seen.indptr)), seen.indices] = -np.inf
        return best_of_dense(scores, depth)


def best_of_dense(scores: NDArray[np.float32], depth: int) -> TopLists:
    """The best columns of each row of `scores` (n, n_items); -inf is never listed."""
    n, n_items = scores.shape
    width = min(depth, n_items)
    items = np.full((n, depth), NONE, dtype=np.int32)
    best = np.full((n, depth), -np.inf, dtype=np.float32)
    if n == 0 or width == 0:
        return TopLists(items, best)
    least = -np.partition(-scores, width - 1, axis=1)[:, width - 1 : width]
    kept = scores >= least
    tied = kept.sum(axis=1) > width
    if tied.any():
        above = scores[tied] > least[tied]
        last = scores[tied] == least[tied]
        room = width - above.sum(axis=1, keepdims=True)
        kept[tied] = above | (last & (np.cumsum(last, axis=1) <= room))
    columns = np.nonzero(kept)[1].reshape(n, width)
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1)
    items[:, :width] = np.where(np.isneginf(values), NONE, np.take_along_axis(columns, order, axis=1))
    best[:, :width] = values
    return TopLists(items, best)


def best_of_rows(scores: sparse.csr_array, n: int) -> sparse.csr_array:
    """The n largest positive values of each row, in decreasing order within the row; of equal ones the lower column."""
    if scores.nnz > DENSE * scores.shape[0] * scores.shape[1]:
        lists = best_of_dense(np.maximum(scores.toarray(), 0), n)
        listed = lists.scores > 0
        bounds = np.concatenate(([0], np.cumsum(listed.sum(axis=1))))
        return sparse.csr_array((lists.scores[listed], lists.items[listed], bounds), shape=scores.shape)
    column_bits = max(1, int(scores.shape[1] - 1).bit_length())
    step = 1 << max(1, 32 - column_bits)
    parts = [
        _sorted_rows(scores[start : start + step], n, column_bits) for start in range(0, max(1, scores.shape[0]), step)
    ]
    return parts[0] if len(parts) == 1 else sparse.csr_array(sparse.vstack(parts, format="csr"))


def _sorted_rows(scores: sparse.csr_array, n: int, column_bits: int) -> sparse.csr_array:
    """`best_of_rows` by one sort of whole numbers: row, then value from the largest (the bits of a positive float32
    rise with it), then column."""
    n_rows = scores.shape[0]
    positive = scores.data > 0
    owner = np.repeat(np.arange(n_rows, dtype=np.uint64), np.diff(scores.indptr))[positive]
    descending = _MOST - scores.data[positive].astype(np.float32).view(np.uint32).astype(np.uint64)
    shift = np.uint64(column_bits)
    keys = (((owner << _HALF) | descending) << shift) | scores.indices[positive].astype(np.uint64)
    keys.sort()
    ends = np.cumsum(np.bincount(owner.astype(np.int64), minlength=n_rows))
    row = np.repeat(np.arange(n_rows), np.diff(ends, prepend=0))
    kept = np.arange(len(keys)) - np.concatenate(([0], ends))[row] < n
    keys, row = keys[kept], row[kept]
    columns = (keys & ((np.uint64(1) << shift) - np.uint64(1))).astype(np.int32)
    values = (_MOST - ((keys >> shift) & _MOST)).astype(np.uint32).view(np.float32)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=n_rows))))
    return sparse.csr_array((values, columns, indptr), shape=scores.shape)


def padded(rows: sparse.csr_array, depth: int) -> TopLists:
    """Lists of a matrix whose rows are in order and have at most `depth` values."""
    sizes = np.diff(rows.indptr)
    items = np.full((len(sizes), depth), NONE, dtype=np.int32)
    scores = np.full((len(sizes), depth), -np.inf, dtype=np.float32)
    filled = np.arange(depth)[None, :] < sizes[:, None]
    items[filled], scores[filled] = rows.indices, rows.data
    return TopLists(items, scores)


def filled(lists: NDArray[np.int32], users: Rows, seen: Matrix, order: NDArray[np.integer]) -> NDArray[np.int32]:
    """`lists` with empty places taken by the first items of `order` that the user has not seen and the list has not.

    A place stays empty (-1) when the user has seen all others.
    """
    complete = lists.copy()
    k = lists.shape[1]
    for row in np.flatnonzero((lists == NONE).any(axis=1)):
        had = seen.indices[seen.indptr[users[row]] : seen.indptr[users[row] + 1]]
        own = lists[row][lists[row] != NONE]
        taken = np.concatenate((had, own))
        first = order[: k + len(taken)]
        more = first[~np.isin(first, taken)][: k - len(own)]
        complete[row] = NONE
        complete[row, : len(own) + len(more)] = np.concatenate((own, more))
    return complete


def blocks_by_cost(cost: NDArray[np.floating], most: float) -> Iterator[slice]:
    """Consecutive slices whose summed cost is about `most` each; one row is never split."""
    bounds = np.searchsorted(np.cumsum(cost, dtype=np.float64), np.arange(most, float(cost.sum()), most))
    edges = np.unique(np.concatenate(([0], bounds, [len(cost)])))
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        yield slice(start, end)


def stacked(parts: list[TopLists], depth: int) -> TopLists:
    """Blocks of lists one under the other; no block gives no list."""
    if not parts:
        return TopLists(np.zeros((0, depth), dtype=np.int32), np.zeros((0, depth), dtype=np.float32))
    return TopLists(np.concatenate([part.items for part in parts]), np.concatenate([part.scores for part in parts]))
