"""How an order is judged against the truth, for offers and for the other lists alike."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Report
from models.metrics import Interval, Judged

K = 10
BEST = 0.1
"""Share of a list's candidates that are relevant for recall: the best by true surplus, at least one."""

Values = NDArray[np.float64]


def judged(scores: Values, gains: NDArray[np.floating], lists: NDArray[np.int64], seed: int) -> Judged:
    return Judged.of_groups(scores, gains, lists, K, seed=seed)


def best_tenth(surplus: NDArray[np.floating], list_id: NDArray[np.int64]) -> Values:
    """(n,) 1 for the best tenth of each list by true surplus, at least one."""
    order = np.lexsort((-surplus, list_id))
    _, firsts, sizes = np.unique(list_id[order], return_index=True, return_counts=True)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(firsts, sizes)
    size_of = np.empty(len(order), dtype=np.int64)
    size_of[order] = np.repeat(sizes, sizes)
    best: Values = (rank < np.maximum(np.rint(BEST * size_of), 1)).astype(np.float64)
    return best


def rate_of(shown: NDArray[np.int64], hired: NDArray[np.int64]) -> float:
    """Per 1,000 shown."""
    return float(1000 * hired.sum() / max(shown.sum(), 1))


def rate_interval(shown: NDArray[np.int64], hired: NDArray[np.int64]) -> Interval:
    """Of `rate_of`, over those who looked."""
    generator = np.random.default_rng(0)
    drawn = (generator.integers(0, len(shown), len(shown)) for _ in range(400))
    rates = [rate_of(shown[rows], hired[rows]) for rows in drawn]
    low, high = np.quantile(rates, [0.025, 0.975])
    return Interval(float(low), float(high))


def with_interval(report: Report, name: str, value: float, bounds: Interval) -> None:
    report.figure(name, value)
    report.figure(f"{name}_low", bounds.low)
    report.figure(f"{name}_high", bounds.high)
