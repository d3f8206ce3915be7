"""Gaps of pay and distance between groups: in what is recommended, and in what people were hired for.

After Bied, Gaillac, Hoffmann, Caillou, Crépon, Nathan and Sebag, *Fairness in job recommendations: estimating,
explaining, and reducing gender gaps* (AEQUITAS at ECAI 2023): a recommender that learns from a market with gaps has
them too; what it must not do is widen them. A gap is also told between people who look for the same trade, for much of
the raw gap of pay between women and men is one of trades.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.fairness.rates import DRAWS, LEAST_PEOPLE, Estimate, Floats, by_cluster, estimate, resampled


@dataclass(frozen=True, eq=False)
class Quantity:
    """A quantity of n rows: what each is worth (NaN: not known), whose it is and of which trade."""

    values: NDArray[np.floating]
    person: NDArray[np.integer]
    trade: NDArray[np.integer]
    """Family of the occupation that the person looks for; -1 unknown."""

    def within_trades(self) -> "Quantity":
        """The same less the mean of its trade: what is left between people who look for the same."""
        known = np.isfinite(self.values)
        trades, place = np.unique(self.trade[known], return_inverse=True)
        means = np.bincount(place, weights=self.values[known]) / np.maximum(np.bincount(place), 1)
        left = np.full(len(self.values), np.nan)
        if len(trades):
            left[known] = self.values[known] - means[place]
        return Quantity(left, self.person, self.trade)


@dataclass(frozen=True)
class Gap:
    """Mean of a group less the mean of the group that it is held against."""

    label: str
    reference: str
    recommended: Estimate
    hired: Estimate | None
    """None: too few were hired."""
    widening: Estimate | None
    """How much wider the gap is in what is recommended than in what people were hired for: 0 or less is none."""

    @property
    def widened(self) -> bool:
        """Whether it is wider beyond chance."""
        return self.widening is not None and self.widening.low > 0


def gaps(
    labels: Sequence[str],
    group_of_person: NDArray[np.integer],
    recommended: Quantity,
    hired: Quantity | None,
    seed: int = 0,
    draws: int = DRAWS,
) -> list[Gap]:
    """Each group against the largest one. `group_of_person` (n_people,) is what the `person` of a row points into.
    Groups with fewer than `LEAST_PEOPLE` are left out, and so is everything where one group alone is left."""
    shown = _means(labels, group_of_person, recommended, seed, draws)
    known = [place for place, each in enumerate(shown.people) if each >= LEAST_PEOPLE]
    if len(known) < 2:
        return []
    reference = max(known, key=shown.people.__getitem__)
    taken = None if hired is None else _means(labels, group_of_person, hired, seed + 1, draws)
    found = []
    for place in known:
        if place == reference:
            continue
        ours, ours_drawn = shown.gap(place, reference)
        theirs = widening = None
        if taken is not None and min(taken.people[place], taken.people[reference]) >= LEAST_PEOPLE:
            value, drawn = taken.gap(place, reference)
            theirs = estimate(value, drawn)
            widening = estimate(abs(ours) - abs(value), np.abs(ours_drawn) - np.abs(drawn))
        found.append(Gap(labels[place], labels[reference], estimate(ours, ours_drawn), theirs, widening))
    return found


@dataclass(frozen=True, eq=False)
class _Means:
    people: list[int]
    values: Floats
    drawn: Floats

    def gap(self, place: int, reference: int) -> tuple[float, Floats]:
        return float(self.values[place] - self.values[reference]), self.drawn[:, place] - self.drawn[:, reference]


def _means(
    labels: Sequence[str], group_of_person: NDArray[np.integer], quantity: Quantity, seed: int, draws: int
) -> _Means:
    """Of each person the mean, and of each group the mean of its people: who is shown more counts no more."""
    group = group_of_person[quantity.person]
    rows = np.isfinite(quantity.values) & (group >= 0)
    people, place = np.unique(quantity.person[rows], return_inverse=True)
    own = np.bincount(place, weights=quantity.values[rows]) / np.maximum(np.bincount(place), 1)
    of_person = group_of_person[people]
    sums = by_cluster(labels, of_person, np.asarray(own, np.float64), people)
    bases = by_cluster(labels, of_person, np.ones(len(people)), people)
    totals = np.maximum(bases.sum(axis=0), 1)
    counts = np.bincount(of_person, minlength=len(labels)).tolist() if len(people) else [0] * len(labels)
    return _Means(counts, sums.sum(axis=0) / totals, resampled(sums, bases, seed, draws))
