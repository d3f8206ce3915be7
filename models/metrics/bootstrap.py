"""Bootstrap intervals: how far a mean may be from what it would be on other queries, users or groups of them.

Percentile intervals (Efron and Tibshirani, 1993, ch. 13). With `groups`, whole groups are drawn (the cluster bootstrap:
Davison and Hinkley, 1997, ch. 3.8), so that the lists of one person stay together.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
LEVEL = 0.95


class Interval(NamedTuple):
    low: float
    high: float


def interval(
    values: NDArray[np.generic],
    *,
    groups: NDArray[np.integer] | None = None,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """Interval of the mean of `values` (n,), drawn with replacement `draws` times, or group by group.

    `groups` (n,) says which values are drawn together. NaN values are not counted, as in the means of metrics. NaN
    bounds when no value is known. Raises ValueError for another number of groups than of values.
    """
    known: NDArray[np.float64] = values.astype(np.float64)
    if groups is not None and groups.shape != known.shape:
        raise ValueError(f"each value needs its group, got {len(known)} values and {len(groups)} groups")
    counted = ~np.isnan(known)
    known = known[counted]
    if len(known) == 0:
        return Interval(float("nan"), float("nan"))
    generator = np.random.default_rng(seed)
    if groups is None:
        means = [known[generator.integers(0, len(known), len(known))].mean() for _ in range(draws)]
    else:
        _, member_of = np.unique(groups[counted], return_inverse=True)
        sums, sizes = np.bincount(member_of, weights=known), np.bincount(member_of)
        drawn = (generator.integers(0, len(sums), len(sums)) for _ in range(draws))
        means = [sums[rows].sum() / sizes[rows].sum() for rows in drawn]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))


def paired_interval(
    ours: NDArray[np.generic],
    baseline: NDArray[np.generic],
    *,
    groups: NDArray[np.integer] | None = None,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """Interval of mean(ours - baseline), the two measured on the same queries.

    Queries are drawn with both systems' values together (Koehn, EMNLP 2004): clear of zero means that one is ahead.
    Otherwise as `interval`. Raises ValueError for arrays of different lengths.
    """
    if ours.shape != baseline.shape:
        raise ValueError(f"paired values must have one length, got {len(ours)} and {len(baseline)}")
    difference = ours.astype(np.float64) - baseline.astype(np.float64)
    return interval(difference, groups=groups, draws=draws, level=level, seed=seed)
