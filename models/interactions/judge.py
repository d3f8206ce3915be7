"""How good a recommender's lists are on held-out pairs, to choose by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.interactions.dataset import Matrix
from models.interactions.popularity import Popularity
from models.interactions.top import Recommender, Rows, filled
from models.metrics.judged import Judged
from models.metrics.ndcg import NDCG


@dataclass(frozen=True, eq=False)
class Judge:
    """Held-out pairs of users who have known ones, and the measure by which everything is chosen: nDCG at k."""

    users: Rows
    known: Matrix
    truth: sparse.csr_array
    """(len(users), n_items)"""
    popular: NDArray[np.int64]
    k: int

    @classmethod
    def of(cls, known: Matrix, held: Matrix, k: int, seed: int, most_users: int = 5000) -> "Judge":
        """At most `most_users` users drawn from those with both known and held-out pairs.

        Raises ValueError when there is none.
        """
        able = np.flatnonzero((np.diff(known.indptr) > 0) & (np.diff(held.indptr) > 0))
        if len(able) == 0:
            raise ValueError("no user of the validation part has a pair in training: nothing can be chosen on it")
        users = np.sort(np.random.default_rng(seed).permutation(able)[:most_users])
        return cls(users, known, held[users], Popularity.fit(known).order, k)

    def lists(self, recommender: Recommender) -> NDArray[np.int32]:
        """(len(users), k) the lists as they would be shown."""
        return filled(recommender.top(self.users, self.k).items, self.users, self.known, self.popular)

    def values(self, lists: NDArray[np.int32]) -> NDArray[np.float64]:
        """(len(users),) nDCG at k of each list."""
        return NDCG.compute(Judged.of_lists(lists, self.truth), self.k)

    def score(self, recommender: Recommender) -> float:
        return float(self.values(self.lists(recommender)).mean())
