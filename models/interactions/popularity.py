"""Popularity: what most users have."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.interactions.dataset import Matrix
from models.interactions.top import NONE, Rows, TopLists, filled


@dataclass(frozen=True, eq=False)
class Popularity:
    seen: Matrix
    counts: NDArray[np.float32]
    """(n_items,) users who have it."""
    order: NDArray[np.int64]
    """(n_items,) columns, the most popular first; of equal ones the lower column."""

    @classmethod
    def fit(cls, known: Matrix) -> "Popularity":
        counts = np.bincount(known.indices, minlength=known.shape[1]).astype(np.float32)
        return cls(known, counts, np.argsort(-counts, kind="stable"))

    def top(self, users: Rows, depth: int) -> TopLists:
        items = filled(np.full((len(users), depth), NONE, dtype=np.int32), users, self.seen, self.order)
        return TopLists(items, np.where(items == NONE, -np.inf, self.counts[items]).astype(np.float32))
