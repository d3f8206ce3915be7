"""What a metric is, and the shapes that metrics read.

Three kinds: of lists (one value a list), of exposure (one value for all lists together: who is shown, how often), of
probabilities (one value for all answers).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.metrics.judged import Judged

Values = NDArray[np.float64]


@dataclass(frozen=True)
class ListMetric:
    """A measure of each list: higher is better."""

    name: str
    compute: Callable[[Judged, int], Values]
    """(judged, k) -> (n_lists,) in [0, 1]; NaN for a list without a relevant answer, which no mean counts."""

    def mean(self, judged: Judged, k: int) -> float:
        """Mean over the lists that have a relevant answer; NaN when none has."""
        return mean_known(self.compute(judged, k))


@dataclass(frozen=True, eq=False)
class Exposure:
    """How often each item is shown."""

    loads: NDArray[np.int64]
    """(n_items,) times shown, 0 for an item that no list has."""

    @classmethod
    def of(cls, lists: NDArray[np.integer], n_items: int) -> "Exposure":
        """Of top lists of item rows (n_lists, k), -1 for an empty place. Raises ValueError for another row."""
        shown = lists[lists >= 0]
        if np.any(lists < -1) or np.any(shown >= n_items):
            wrong = lists[(lists < -1) | (lists >= n_items)].flat[0]
            raise ValueError(f"an item's row must be within 0..{n_items - 1}, or -1 for an empty place; got {wrong}")
        return cls(np.bincount(shown, minlength=n_items).astype(np.int64))


@dataclass(frozen=True)
class ExposureMetric:
    """A measure of who is shown."""

    name: str
    compute: Callable[[Exposure], float]
    higher_is_better: bool


@dataclass(frozen=True, eq=False)
class Probabilities:
    """Answers with what was promised of each and whether it held."""

    scores: NDArray[np.floating]
    """(n,) in [0, 1]."""
    right: NDArray[np.bool_]
    """(n,)"""


@dataclass(frozen=True)
class ProbabilityMetric:
    """A measure of probabilities: an error, so lower is better."""

    name: str
    compute: Callable[[Probabilities], float]


def mean_known(values: NDArray[np.floating]) -> float:
    """Mean of the values that are not NaN; NaN when there is none."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def per_relevant(sums: NDArray[np.floating], relevant: NDArray[np.integer]) -> Values:
    """(n_lists,) `sums` divided by the number of relevant answers, NaN where there is none."""
    some = relevant > 0
    return np.where(some, sums / np.where(some, relevant, 1), np.nan)
