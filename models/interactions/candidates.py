"""The items that any of several recommenders puts forward, and how strongly each does."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.interactions.dataset import Matrix
from models.interactions.top import Recommender, Rows, TopLists


@dataclass(frozen=True, eq=False)
class Candidates:
    """Candidates of a block of users: those of a user follow each other, in increasing order of column."""

    indptr: NDArray[np.int64]
    """(n_users + 1,)"""
    items: NDArray[np.int32]
    """(n,)"""
    features: NDArray[np.float32]
    """(n, 2 × recommenders + 2): for each recommender its score as a share of the user's range and 1 / log2(1 + rank),
    0 where it does not list the item; then the logarithms of the item's and of the user's numbers of pairs."""

    @property
    def owner(self) -> NDArray[np.int64]:
        """(n,) position of each candidate's user in the block."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def best(self, scores: NDArray[np.floating], depth: int) -> TopLists:
        """The `depth` best candidates of each user by these scores (n,); of equal ones the lower column."""
        owner = self.owner
        order = np.lexsort((-scores, owner))
        place = np.arange(len(order)) - self.indptr[:-1][owner]
        kept = place < depth
        items = np.full((len(self.indptr) - 1, depth), -1, dtype=np.int32)
        best = np.full(items.shape, -np.inf, dtype=np.float32)
        at = owner[kept], place[kept]
        items[at] = self.items[order][kept]
        best[at] = scores[order][kept]
        return TopLists(items, best)


def candidates(recommenders: Sequence[Recommender], known: Matrix, users: Rows, depth: int) -> Candidates:
    """What the first `depth` of each recommender's list hold together, for these users."""
    n_items = known.shape[1]
    lists = [recommender.top(users, depth) for recommender in recommenders]
    rows = np.arange(len(users))[:, None]
    keys = [np.where(each.items >= 0, rows * n_items + each.items, -1) for each in lists]
    union = np.unique(np.concatenate([key.ravel() for key in keys])) if keys else np.zeros(0, dtype=np.int64)
    union = union[union >= 0]
    owner, items = union // n_items, (union % n_items).astype(np.int32)
    features = np.zeros((len(union), 2 * len(lists) + 2), dtype=np.float32)
    for column, (key, each) in enumerate(zip(keys, lists, strict=True)):
        listed = key >= 0
        at = np.searchsorted(union, key[listed])
        features[at, 2 * column] = _share_of_range(each)[listed]
        features[at, 2 * column + 1] = np.broadcast_to(1 / np.log2(2 + np.arange(depth)), key.shape)[listed]
    counts = np.bincount(known.indices, minlength=n_items)
    features[:, -2] = np.log1p(counts[items])
    features[:, -1] = np.log1p(np.diff(known.indptr)[users[owner]])
    indptr = np.searchsorted(owner, np.arange(len(users) + 1)).astype(np.int64)
    return Candidates(indptr, items, features)


def _share_of_range(lists: TopLists) -> NDArray[np.float32]:
    """Scores brought to 1 at the user's best and 0 at the last one listed, or at 0 for a list with empty places."""
    full = lists.items[:, -1:] >= 0
    listed = lists.items >= 0
    last = np.where(
        full, lists.scores[:, -1:], np.minimum(0, np.where(listed, lists.scores, 0).min(axis=1, keepdims=True))
    )
    width = lists.scores[:, :1] - last
    with np.errstate(invalid="ignore"):
        share = np.where(listed & (width > 0), (lists.scores - last) / np.where(width > 0, width, 1), 0)
    return share.astype(np.float32)
