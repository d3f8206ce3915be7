"""The metrics of `models/metrics` for one answer to find, what a threshold gives, and means by group.

A ranking is judged by the rank of its first right answer (`first_right`): 1 for the best, inf where no right answer
was given. Each query needs one right answer, whichever of the accepted ones comes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.metrics.hit_rate import HIT_RATE
from models.metrics.judged import Judged
from models.metrics.mrr import reciprocal
from models.metrics.ndcg import NDCG

Ranks = NDArray[np.float64]


def first_right(scores: NDArray[np.floating], right: NDArray[np.bool_]) -> Ranks:
    """(queries,) rank of the best right column of `scores` (queries, answers), from 1; inf where it has no score.

    `-inf` marks an answer that was not given. Of equal scores the column on the left comes first, as in a stable sort.
    Empty input gives an empty array.
    """
    if scores.shape[1] == 0:
        return np.full(len(scores), np.inf)
    of_right = np.where(right, scores, -np.inf)
    column = np.argmax(of_right, axis=1)[:, None]
    best = np.take_along_axis(of_right, column, axis=1)
    earlier = np.arange(scores.shape[1])[None, :] < column
    before = (scores > best).sum(axis=1) + ((scores == best) & earlier).sum(axis=1)
    return np.where(np.isneginf(best[:, 0]), np.inf, 1.0 + before)


def accuracy_at(ranks: Ranks, k: int) -> float:
    """Share of queries whose right answer is among the first `k`; nan without a query."""
    return HIT_RATE.mean(Judged.of_ranks(ranks, k), k)


def mrr(ranks: Ranks) -> float:
    """Mean reciprocal rank over the whole depth; nan without a query."""
    return _mean(reciprocal(ranks))


def ndcg_at(ranks: Ranks, k: int = 10) -> float:
    """nDCG with one answer to find, whose ideal gain is 1; nan without a query."""
    return NDCG.mean(Judged.of_ranks(ranks, k), k)


@dataclass(frozen=True)
class Answered:
    """What is answered at or above a threshold."""

    threshold: float
    coverage: float
    """Share of the queries that are answered: ties at the threshold are all answered."""
    precision: float
    """Share of the answers that are right, nan when there is none."""


def answered_at(scores: NDArray[np.floating], right: NDArray[np.bool_], threshold: float) -> Answered:
    """What a threshold on the score of the first answer gives: answer when score >= threshold."""
    said = scores >= threshold
    return Answered(threshold, _mean(said), _mean(right[said]))


def answering(scores: NDArray[np.floating], right: NDArray[np.bool_], share: float = 0.8) -> Answered:
    """The highest threshold that answers at least `share` of the queries, and what it gives.

    Selective classification's coverage and precision (El-Yaniv and Wiener, JMLR 11, 2010). Raises ValueError without a
    query.
    """
    if len(scores) == 0:
        raise ValueError("a threshold needs at least one score, got none")
    wanted = max(1, int(np.ceil(share * len(scores) - 1e-9)))
    return answered_at(scores, right, float(np.sort(scores)[::-1][wanted - 1]))


@dataclass(frozen=True)
class GroupMean:
    size: int
    mean: float


def by_group(values: NDArray[np.generic], groups: Sequence[str]) -> Mapping[str, GroupMean]:
    """Size and mean of `values` for each group, in order of the groups' names."""
    names, member_of = np.unique(np.array(groups, dtype=np.str_), return_inverse=True)
    sizes = np.bincount(member_of, minlength=len(names))
    sums = np.bincount(member_of, weights=values.astype(np.float64), minlength=len(names))
    return {
        str(name): GroupMean(int(size), float(total / size))
        for name, size, total in zip(names, sizes, sums, strict=True)
    }


def macro_mean(groups: Mapping[str, GroupMean], at_least: int = 1) -> float:
    """Mean over the groups of their means, each group counting once; groups under `at_least` queries do not count."""
    return _mean(np.array([group.mean for group in groups.values() if group.size >= at_least]))


def worst(groups: Mapping[str, GroupMean], n: int = 10, at_least: int = 10) -> tuple[tuple[str, GroupMean], ...]:
    """The `n` groups of lowest mean among those of at least `at_least` queries, worst first, then by name."""
    large = [(name, group) for name, group in groups.items() if group.size >= at_least]
    return tuple(sorted(large, key=lambda item: (item[1].mean, item[0]))[:n])


def _mean(values: NDArray[np.generic]) -> float:
    return float(values.astype(np.float64).mean()) if len(values) else float("nan")
