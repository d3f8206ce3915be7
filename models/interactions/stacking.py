"""How candidates of several recommenders are put in one order, learned on held-out pairs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.interactions.candidates import Candidates
from models.interactions.top import best_of_dense
from models.metrics.judged import Judged
from models.metrics.ndcg import NDCG

Features = NDArray[np.float32]
STEPS: Final = 25
ENOUGH: Final = 3
MOST_ROWS: Final = 600_000
TREES_SHARE: Final = 0.25
"""A logarithm of odds goes through some four units where a sum goes from 0 to 1."""


class Stacker(Protocol):
    def scores(self, features: Features) -> NDArray[np.float64]:
        """(n,) higher is better, to compare the candidates of one user."""
        ...


@dataclass(frozen=True, eq=False)
class Lesson:
    """Candidates of users whose held-out pairs are known."""

    candidates: Candidates
    truth: sparse.csr_array
    """(n_users, n_items)"""
    k: int

    def values(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """(n_users,) nDCG at k when candidates are put in this order."""
        grid = np.full(self._gains.shape, -np.inf, dtype=np.float32)
        grid[self._cells] = scores
        columns = best_of_dense(grid, self.k).items
        found = np.take_along_axis(self._gains, np.maximum(columns, 0).astype(np.int64), axis=1)
        sizes = np.diff(self.truth.indptr)
        ideal = (np.arange(self.k)[None, :] < sizes[:, None]).astype(np.float64)
        return NDCG.compute(Judged(np.where(columns >= 0, found, 0.0), ideal, sizes.astype(np.int64)), self.k)

    @cached_property
    def _cells(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Row and column of each candidate where users' candidates stand side by side."""
        owner = self.candidates.owner
        return owner, np.arange(len(owner)) - self.candidates.indptr[:-1][owner]

    @cached_property
    def _gains(self) -> NDArray[np.float64]:
        gains = np.zeros((self.truth.shape[0], max(1, int(np.diff(self.candidates.indptr).max(initial=0)))))
        gains[self._cells] = self.right
        return gains

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(n,) whether the candidate is a held-out pair."""
        n_items = self.truth.shape[1]
        owner = np.repeat(np.arange(self.truth.shape[0]), np.diff(self.truth.indptr))
        wanted = owner * n_items + self.truth.indices
        return np.isin(self.candidates.owner * n_items + self.candidates.items, wanted)

    def of(self, users: NDArray[np.int64]) -> "Lesson":
        """The lesson of some of the users, in their order."""
        made = self.candidates
        sizes = np.diff(made.indptr)[users]
        indptr = np.concatenate(([0], np.cumsum(sizes)))
        rows = np.arange(indptr[-1]) - np.repeat(indptr[:-1], sizes) + np.repeat(made.indptr[users], sizes)
        part = Candidates(indptr, made.items[rows], made.features[rows])
        return Lesson(part, self.truth[users], self.k)


@dataclass(frozen=True, eq=False)
class Sum:
    """A weighted sum of what the recommenders say."""

    weights: NDArray[np.float64]
    """(n_features,) adding up to 1; 0 for the last two, which say nothing of a preference by themselves."""

    def scores(self, features: Features) -> NDArray[np.float64]:
        return np.asarray(features @ self.weights, dtype=np.float64)

    @classmethod
    def learn(cls, lesson: Lesson) -> "Sum":
        """Features are added one at a time, again where it helps, each the one with which nDCG is best (ensemble
        selection: Caruana et al., ICML 2004); it ends when ENOUGH steps have brought nothing."""
        features = lesson.candidates.features
        usable = features.shape[1] - 2
        total = np.zeros(len(features))
        counts = np.zeros(features.shape[1])
        best_counts, best_value = counts, -1.0
        since = 0
        for _ in range(STEPS):
            found = [lesson.values(total + features[:, column]).mean() for column in range(usable)]
            column = int(np.argmax(found))
            total = total + features[:, column]
            counts = counts.copy()
            counts[column] += 1
            if found[column] > best_value + 1e-5:
                best_counts, best_value, since = counts, float(found[column]), 0
            else:
                since += 1
                if since == ENOUGH:
                    break
        return cls(best_counts / best_counts.sum())


@dataclass(frozen=True, eq=False)
class Trees:
    """Chance that a candidate is the one, by boosted trees over all features."""

    model: Any
    """A fitted HistGradientBoostingClassifier."""

    def scores(self, features: Features) -> NDArray[np.float64]:
        return np.asarray(self.model.decision_function(features), dtype=np.float64)

    @classmethod
    def learn(cls, lesson: Lesson, seed: int) -> "Trees | None":
        """From the held-out pairs and at most MOST_ROWS of the other candidates. None without 50 right candidates."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        right = lesson.right
        if right.sum() < 50:
            return None
        wrong = np.random.default_rng(seed).permutation(np.flatnonzero(~right))[:MOST_ROWS]
        rows = np.sort(np.concatenate((np.flatnonzero(right), wrong)))
        model = HistGradientBoostingClassifier(
            max_iter=120,
            learning_rate=0.07,
            max_leaf_nodes=12,
            min_samples_leaf=40,
            l2_regularization=5.0,
            early_stopping=False,
            random_state=seed,
        )
        model.fit(lesson.candidates.features[rows], right[rows])
        return cls(model)


@dataclass(frozen=True, eq=False)
class Mixed:
    """The sum and the trees together: the sum is steady, the trees see popularity and how much is known of the user."""

    total: Sum
    trees: Trees

    def scores(self, features: Features) -> NDArray[np.float64]:
        return self.total.scores(features) + TREES_SHARE * self.trees.scores(features)
