"""Rates by group with bootstrap intervals, and how far the least is from the most.

A rate is a ratio of two sums over rows: who was selected over who could have been, exposure over relevance, the sum of
a quantity over how often it is known. Whole clusters of rows (the lists of one person, the candidates of one offer) are
drawn with replacement, so that rows which stand or fall together stay together (Davison and Hinkley 1997, ch. 3.8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FOUR_FIFTHS: Final = 0.8
"""Least selection rate over the most, under which it counts as evidence of adverse impact (29 CFR 1607.4 D)."""
LEAST_PEOPLE: Final = 11
"""People under which a group is not told: the statistical secret of the French public services."""
DRAWS: Final = 1000
LEVEL: Final = 0.95

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure and the interval that holds it, 95 times in 100."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class GroupRate:
    """The rate of one group; None where it has fewer than `LEAST_PEOPLE`, or nothing to divide by."""

    label: str
    people: int
    rate: Estimate | None


@dataclass(frozen=True)
class Rates:
    """The rates of the groups of one axis."""

    groups: tuple[GroupRate, ...]
    ratio: Estimate | None
    """The least rate over the most; None with fewer than two groups to compare."""
    least: str | None = None
    most: str | None = None

    @property
    def below(self) -> bool:
        """Whether the ratio is under four fifths, beyond chance: its whole interval is."""
        return self.ratio is not None and self.ratio.high < FOUR_FIFTHS

    @property
    def watched(self) -> bool:
        """Whether the ratio is under four fifths, and chance may have done it."""
        return self.ratio is not None and self.ratio.value < FOUR_FIFTHS and not self.below


def rates(
    labels: Sequence[str],
    group: NDArray[np.integer],
    top: NDArray[np.generic],
    bottom: NDArray[np.generic],
    cluster: NDArray[np.integer],
    person: NDArray[np.integer],
    seed: int = 0,
    draws: int = DRAWS,
) -> Rates:
    """Sum of `top` over sum of `bottom` for each group. All arrays have a row each; `group` is a place in `labels`, -1
    where it is not known: those rows count nowhere. `person` says whose each row is: a group is told by its people.
    """
    known = group >= 0
    group = group[known]
    sums = by_cluster(labels, group, top[known].astype(np.float64), cluster[known])
    bases = by_cluster(labels, group, bottom[known].astype(np.float64), cluster[known])
    people = [len(np.unique(person[known][group == place])) for place in range(len(labels))]
    values = over(sums.sum(axis=0), bases.sum(axis=0))
    drawn = resampled(sums, bases, seed, draws)
    told = [n >= LEAST_PEOPLE and np.isfinite(value) for n, value in zip(people, values, strict=True)]
    groups = tuple(
        GroupRate(label, people[place], estimate(values[place], drawn[:, place]) if told[place] else None)
        for place, label in enumerate(labels)
    )
    shown = [place for place in range(len(labels)) if told[place]]
    if len(shown) < 2 or max(values[shown]) <= 0:
        return Rates(groups, None)
    least, most = min(shown, key=values.__getitem__), max(shown, key=values.__getitem__)
    ratio = estimate(values[least] / values[most], over(drawn[:, least], drawn[:, most]))
    return Rates(groups, ratio, labels[least], labels[most])


def by_cluster(
    labels: Sequence[str], group: NDArray[np.integer], values: Floats, cluster: NDArray[np.integer]
) -> Floats:
    """(n_clusters, n_labels) sums of rows; at least one cluster."""
    names, member_of = np.unique(cluster, return_inverse=True)
    n = max(len(names), 1)
    flat = np.bincount(member_of * len(labels) + group, weights=values, minlength=n * len(labels))
    return np.asarray(flat, dtype=np.float64).reshape(n, len(labels))


def resampled(sums: Floats, bases: Floats, seed: int, draws: int) -> Floats:
    """(draws, n_labels) the ratio of sums to bases when clusters are drawn anew; NaN where a base is 0."""
    generator = np.random.default_rng(seed)
    n = len(sums)
    found = np.empty((draws, sums.shape[1]))
    for first in range(0, draws, 100):  # a hundred draws at a time: memory stays flat
        times = generator.multinomial(n, np.full(n, 1 / n), size=min(100, draws - first))
        found[first : first + len(times)] = over(times @ sums, times @ bases)
    return found


def over(top: Floats, bottom: Floats) -> Floats:
    """Ratios, NaN where the lower one is 0."""
    found: Floats = np.divide(top, bottom, out=np.full(np.shape(top), np.nan), where=bottom != 0)
    return found


def estimate(value: float, drawn: Floats) -> Estimate:
    """A value with the middle 95 % of what was drawn of it; NaN bounds where nothing could be."""
    known = drawn[np.isfinite(drawn)]
    if len(known) == 0:
        return Estimate(float(value), float("nan"), float("nan"))
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(value), float(low), float(high))
