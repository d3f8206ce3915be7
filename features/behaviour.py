"""What people did, kept as a few fading numbers: interest in occupation families, crowding, answers of firms, tastes
that go together.

Pure functions on arrays, the same in serving, at a build and in the simulation. A number fades by half every so many
days and is brought up to date only when it is touched or read: a value is stored with the day it stood at (forward
decay: G. Cormode et al., "Forward decay", ICDE 2009). Days count from any origin, the same throughout. Events are
folded in the order they are given, one after the other, so that any cut into batches gives the same bits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import DismissReason, EventKind

Floats = NDArray[np.float32]
Rows = NDArray[np.integer]

INTEREST_HALF_LIFE: Final = 28.0
SHOWN_HALF_LIFE: Final = 14.0
"""Days."""

FAMILIES_KEPT: Final = 4
"""Families kept a person, those of the strongest interest."""

MOST_POINTS: Final = 50.0
"""Bound of what `interest_of` and `collaborative_of` give, either way."""

LEAST_POINTS: Final = 1e-4
"""What is less is the rounding of what was taken back."""

POINTS: Final[dict[EventKind, float]] = {
    EventKind.OPENED: 1.0,
    EventKind.SAVED: 2.0,
    EventKind.APPLIED: 4.0,
    EventKind.INTERVIEWED: 4.0,
    EventKind.HIRED: 4.0,
}
"""Interest in the occupation's family that an event shows; any other shows none."""
DISMISSED_POINTS: Final[dict[DismissReason | None, float]] = {DismissReason.NOT_MY_JOB: -4.0, None: -1.0}
"""Of an offer put aside, by the reason: "too far" or "badly paid" tells nothing of the occupation."""

PRIOR_ANSWERED: Final = 1.0
PRIOR_APPLIED: Final = 4.0
"""A firm is taken to have answered one application of four before its first: the mean of Beta(1, 3)."""


def points_of(kind: EventKind, reason: DismissReason | None) -> float:
    """Interest that an event shows in the family of the offer it is about; 0 for none."""
    if kind is EventKind.DISMISSED:
        return DISMISSED_POINTS.get(reason, 0.0)
    return POINTS.get(kind, 0.0)


def decayed(values: Floats, days: Rows, at_day: Rows | int, half_life: float) -> Floats:
    """What `values`, that stood so at `days`, are worth on `at_day`; unchanged for a day before."""
    age = np.maximum(np.subtract(at_day, days, dtype=np.float64), 0)
    return (values * np.exp2(-age / half_life)).astype(np.float32)


def decayed_add(
    values: Floats, days: Rows, at_day: Rows | int, amounts: Floats | float, half_life: float
) -> tuple[Floats, NDArray[np.int32]]:
    """`values` of `days` and `amounts` of `at_day` together, and the later day of each, at which they stand.

    An amount of the past is added as it would be worth by now. Start from value 0 at any day, 0 for one.
    """
    latest = np.maximum(days, at_day).astype(np.int32)
    kept = decayed(values, days, latest, half_life)
    return kept + decayed(np.asarray(amounts, dtype=np.float32), np.asarray(at_day), latest, half_life), latest


def tally(
    values: Floats, days: Rows, items: Rows, at_days: Rows, amounts: Floats, half_life: float
) -> tuple[Floats, NDArray[np.int32]]:
    """`decayed_add` of m events to the values of n items: `items` (m,) rows of `values`, `at_days` and `amounts` beside
    them. New arrays; no event changes nothing."""
    totals, stood = values.astype(np.float32), days.astype(np.int32)
    for events in in_turn(items):
        rows = items[events]
        totals[rows], stood[rows] = decayed_add(totals[rows], stood[rows], at_days[events], amounts[events], half_life)
    return totals, stood


@dataclass(frozen=True, eq=False)
class Interests:
    """The interests of n people."""

    families: NDArray[np.int16]
    """(n, FAMILIES_KEPT) rows of `Rome.families`, -1 for a free place."""
    points: Floats
    """(n, FAMILIES_KEPT) as they stood on `days`; below 0: put aside."""
    days: NDArray[np.int32]
    """(n,)"""

    @classmethod
    def none(cls, n: int) -> "Interests":
        """Of n people who have not done anything."""
        shape = (n, FAMILIES_KEPT)
        return cls(np.full(shape, -1, np.int16), np.zeros(shape, np.float32), np.zeros(n, np.int32))

    def points_on(self, day: Rows | int) -> Floats:
        """(n, FAMILIES_KEPT) points as they stand on a day."""
        return decayed(self.points, self.days[:, None], day, INTEREST_HALF_LIFE)

    def after(self, people: Rows, families: Rows, points: Floats, at_days: Rows) -> "Interests":
        """With m events: rows of people, rows of families (-1: told nothing), points and days, in order.

        A family without a place takes a free one, else that of the weakest interest if its own is stronger.
        """
        told = np.flatnonzero((families >= 0) & (points != 0))
        whole = Interests(self.families.copy(), self.points.astype(np.float32), self.days.astype(np.int32))
        for turn in in_turn(people[told]):
            events = told[turn]
            whole._put(people[events], families[events], points[events], at_days[events])
        return whole

    def without(self, people: Rows, families: Rows, points: Floats, at_days: Rows) -> "Interests":
        """As if m events that `after` counted had not happened. A family of which nothing is left gives its place back;
        one that has lost its place already has nothing to give."""
        held = (self.families[people] == np.asarray(families)[:, None]).any(axis=1)
        told = np.flatnonzero(held & (np.asarray(families) >= 0))
        found = self.after(people[told], families[told], -points[told], at_days[told])
        touched = np.unique(people[told])
        nothing = (found.families[touched] >= 0) & (np.abs(found.points[touched]) < LEAST_POINTS)
        found.families[touched] = np.where(nothing, -1, found.families[touched])
        found.points[touched] = np.where(nothing, np.float32(0), found.points[touched])
        return found

    def _put(self, people: Rows, families: Rows, points: Floats, at_days: Rows) -> None:
        """One event each of different people, in place."""
        latest = np.maximum(self.days[people], at_days).astype(np.int32)
        kept = decayed(self.points[people], self.days[people][:, None], latest[:, None], INTEREST_HALF_LIFE)
        brought = decayed(points.astype(np.float32), at_days, latest, INTEREST_HALF_LIFE)
        held = self.families[people]
        same = held == families[:, None]
        strength = np.where(held < 0, np.float32(-1), np.abs(kept))
        place = np.where(same.any(axis=1), same.argmax(axis=1), strength.argmin(axis=1))
        each = np.arange(len(people))
        counted = same[each, place] | (np.abs(brought) > strength[each, place])
        before = np.where(same[each, place], kept[each, place], np.float32(0))
        kept[each, place] = np.where(counted, before + brought, kept[each, place])
        held[each, place] = np.where(counted, families, held[each, place])
        self.families[people], self.points[people], self.days[people] = held, kept, latest


def in_turn(keys: Rows) -> Iterator[NDArray[np.intp]]:
    """Positions of `keys`, in groups where no key comes twice: each key's first position, then its second, ..."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(keys) else np.empty(0, np.intp)
    turn = np.arange(len(keys)) - np.repeat(starts, np.diff(np.append(starts, len(keys))))
    by_turn = np.argsort(turn, kind="stable")
    ends = np.cumsum(np.bincount(turn)) if len(keys) else np.empty(0, np.intp)
    for first, last in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=False):
        yield np.sort(order[by_turn[first:last]])


def interest_of(families: NDArray[np.int16], points: Floats, family: Rows) -> Floats:
    """(n,) points of each person, as they stand, for a family: `families` and `points` (n or 1, FAMILIES_KEPT),
    `family` (n or 1,). 0 for a family that their history leaves out, NaN without a history or a known family."""
    found = np.vecdot((families == family[:, None]).astype(np.float32), points)
    known = (families >= 0).any(axis=1) & (family >= 0)
    return np.where(known, _bounded(found), np.float32(np.nan)).astype(np.float32)


def collaborative_of(families: NDArray[np.int16], points: Floats, family: Rows, matrix: Floats) -> Floats:
    """(n,) points that a person's history lends to a family they may never have looked at: the sum over their families
    of points x `matrix` (n_families, n_families; from, to), learned from what people like them look at (EASE:
    H. Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019).

    NaN without a history, a known family or a matrix (one of shape (0, 0)).
    """
    known = (families >= 0).any(axis=1) & (family >= 0)
    if matrix.size == 0:
        return np.full(known.shape, np.nan, dtype=np.float32)
    weights = np.where(families >= 0, points, np.float32(0))
    lent = (weights * matrix[families, family[:, None]]).sum(axis=1)
    return np.where(known, _bounded(lent), np.float32(np.nan)).astype(np.float32)


def crowding(shown: Floats, posts: Rows) -> Floats:
    """Times that an offer was shown lately, for each of its posts; an unknown number of posts (0) counts as one."""
    return (shown / np.maximum(posts, 1)).astype(np.float32)


def responsiveness(applied: NDArray[np.number], answered: NDArray[np.number]) -> Floats:
    """Share of a firm's applications that led to an interview, smoothed: the mean of Beta(1 + answered, 3 + applied -
    answered). NaN where nobody applied; at most 1 where interviews are more than applications."""
    smoothed = (answered + PRIOR_ANSWERED) / (applied + PRIOR_APPLIED)
    return np.where(applied > 0, np.minimum(smoothed, 1), np.nan).astype(np.float32)


def _bounded(points: Floats) -> Floats:
    return np.clip(points, -MOST_POINTS, MOST_POINTS)
