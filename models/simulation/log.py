"""`Log`: everything that was shown, and what came of it, with the week in which each thing became known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.ranking.outcomes import Outcome
from models.simulation.attention import Deeds
from models.simulation.lists import Lists
from models.simulation.market import Floats, Ints, Rows

NEVER: Final = -1


@dataclass(frozen=True, eq=False, kw_only=True)
class Log:
    """n shown results, in order of week, person and position."""

    weeks: int
    """Weeks that were played: 0 .. weeks - 1."""
    person: Ints
    candidate: NDArray[np.int64]
    week: Rows
    position: NDArray[np.int16]
    examined: NDArray[np.bool_]
    """Whether the person looked that far: no deployment knows this; for tests and for propensities' honest check."""
    opened: NDArray[np.bool_]
    saved: NDArray[np.bool_]
    applied: NDArray[np.bool_]
    reason: NDArray[np.int8]
    """Number in `attention.REASONS` of a result put aside, -1 for others."""
    interviewed_week: Rows
    """`NEVER` or the week of the interview that an application led to."""
    hired_week: Rows
    features: Floats
    """(n, n_names) the product's features as of the moment it was shown; (n, 0) when they were not kept."""
    names: tuple[str, ...]
    posts_left: Rows
    """(n_offers,) after the last week."""

    def __len__(self) -> int:
        return len(self.person)

    def outcome(self, known_at: int | None = None) -> NDArray[np.int8]:
        """(n,) the furthest that each went, `Outcome`, as known at the beginning of a week: interviews
        and hires of that week and later are not known yet. None: at the end."""
        horizon = self.weeks if known_at is None else known_at
        found = np.full(len(self), Outcome.SHOWN, dtype=np.int8)
        for mask, outcome in (
            (self.opened, Outcome.OPENED),
            (self.saved, Outcome.SAVED),
            (self.reason >= 0, Outcome.DISMISSED),
            (self.applied, Outcome.APPLIED),
            (_known(self.interviewed_week, horizon), Outcome.INTERVIEWED),
            (_known(self.hired_week, horizon), Outcome.HIRED),
        ):
            found[mask] = outcome
        return found

    def list_id(self) -> Ints:
        """(n,) number of the list that each was shown in, ascending: one a person and week."""
        new = (np.diff(self.person, prepend=-1) != 0) | (np.diff(self.week, prepend=np.int16(-1)) != 0)
        return (np.cumsum(new) - 1).astype(np.int32)

    def hires_per_thousand(self) -> float:
        """Hires per 1,000 shown results; 0 when nothing was shown."""
        return 1000 * float((self.hired_week >= 0).sum()) / max(len(self), 1)


def _known(weeks: Rows, horizon: int) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = (weeks != NEVER) & (weeks < horizon)
    return known


@dataclass(frozen=True, eq=False)
class Shown:
    """Results shown in a week, what people did, and the features of that moment."""

    week: int
    lists: Lists
    deeds: Deeds
    features: Floats


def assemble(
    shown: Sequence[Shown],
    interviewed: Sequence[tuple[NDArray[np.int64], int]],
    hired: Sequence[tuple[NDArray[np.int64], int]],
    names: tuple[str, ...],
    weeks: int,
    posts_left: Rows,
) -> Log:
    """The log of what was shown in so many weeks; `interviewed` and `hired` give numbers of shown results and the week
    in which it happened."""
    n = sum(len(part.lists) for part in shown)
    deeds = [part.deeds for part in shown]
    return Log(
        weeks=weeks,
        person=_joined([part.lists.person for part in shown], np.int32),
        candidate=_joined([part.lists.candidate for part in shown], np.int64),
        week=np.repeat([part.week for part in shown], [len(part.lists) for part in shown]).astype(np.int16),
        position=_joined([part.lists.position for part in shown], np.int16),
        examined=_joined([part.examined for part in deeds], np.bool_),
        opened=_joined([part.opened for part in deeds], np.bool_),
        saved=_joined([part.saved for part in deeds], np.bool_),
        applied=_joined([part.applied for part in deeds], np.bool_),
        reason=_joined([part.reason for part in deeds], np.int8),
        interviewed_week=_weeks_of(interviewed, n),
        hired_week=_weeks_of(hired, n),
        features=np.concatenate([np.empty((0, len(names)), np.float32), *(part.features for part in shown)]),
        names=names,
        posts_left=posts_left,
    )


def _joined(parts: Sequence[NDArray[Any]], dtype: type) -> NDArray[Any]:
    return np.concatenate([np.empty(0, dtype), *parts])


def _weeks_of(happened: Sequence[tuple[NDArray[np.int64], int]], n: int) -> Rows:
    weeks = np.full(n, NEVER, dtype=np.int16)
    for impressions, week in happened:
        weeks[impressions] = week
    return weeks
