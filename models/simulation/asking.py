"""Weeks in which lists of a shelf are shown, people act on them, and answers come: what a ranking table tells of.

The same attention as for offers (`attention.py`): who looks goes down the list by a chance of their own, opens by a
glimpse, and applies, contacts or calls by what is then seen, within what they have time for in a week. An answer takes
a week or two, its outcome a week more. Draws are hashes (`chances.py`): every order meets the same luck.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ranking.outcomes import Outcome
from models.ranking.table import RankingTable, Segment
from models.simulation.attention import (
    APPLYING,
    GLIMPSE_NOISE,
    OPENING,
    PUTTING_ASIDE,
    SAVING,
    TRUST,
    WORN,
    examined_of,
    within_budget,
)
from models.simulation.chances import Purpose, normal, uniform
from models.simulation.hidden import sigmoid
from models.simulation.hidden_list import HiddenList
from models.simulation.hiring import rank_within
from models.simulation.lists import top_lists
from models.simulation.market import Ints, Rows, as_floats
from models.simulation.shelf import Shelf

NEVER: Final = -1
LONGEST_ANSWER: Final = 2
"""Weeks."""

Scorer = Callable[[NDArray[np.int64], int], NDArray[np.floating]]
"""Candidates (n,) and the week -> scores (n,), higher first."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Asked:
    """n shown results, in order of week, asker and position."""

    asker: Ints
    candidate: NDArray[np.int64]
    week: Rows
    position: NDArray[np.int16]
    deed: NDArray[np.int8]
    """`Outcome` up to APPLIED: what was done with it in its week."""
    answered_week: Rows
    """`NEVER`, or the week of a good answer."""
    succeeded_week: Rows

    def __len__(self) -> int:
        return len(self.asker)

    def outcome(self, known_at: int) -> NDArray[np.int8]:
        """(n,) `Outcome` as known at the beginning of a week."""
        found = self.deed.copy()
        for weeks, outcome in ((self.answered_week, Outcome.INTERVIEWED), (self.succeeded_week, Outcome.HIRED)):
            found[(weeks != NEVER) & (weeks < known_at)] = outcome
        return found


class Asking:
    """The weeks of one shelf. The same shelf, truth, seed and orders give the same weeks."""

    def __init__(self, shelf: Shelf, hidden: HiddenList, seed: int) -> None:
        self.shelf = shelf
        self.week = 0
        """The week that comes next."""
        self._hidden = hidden
        self._seed = seed
        self._wants = hidden.wants.copy()
        self._places = hidden.places.copy()
        self._seen = np.zeros(shelf.n_candidates, dtype=np.uint8)
        self._gone = np.zeros(shelf.n_candidates, dtype=np.bool_)
        self._parts: list[Asked] = []
        self._n = 0
        self._answers: list[tuple[NDArray[np.int64], NDArray[np.int64], int]] = []
        """Numbers of shown results and their candidates that are answered in a week."""
        self._ends: list[tuple[NDArray[np.int64], NDArray[np.int64], int]] = []

    def visitors(self) -> Ints:
        """Askers who look in the week that comes next, ascending."""
        shelf, askers = self.shelf, np.arange(len(self.shelf.askers))
        here = (self._wants > 0) & (shelf.asks_from <= self.week) & (self.week < shelf.asks_until)
        comes = uniform(self._seed, Purpose.VISIT, askers, self.week) < self._hidden.visits
        return np.flatnonzero(here & comes).astype(np.int32)

    def may_show(self, candidates: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) whose item is open, has room, and was neither put aside nor asked for."""
        shelf, item = self.shelf, self.shelf.item[candidates]
        is_open = (shelf.opens[item] <= self.week) & (self.week < shelf.closes[item]) & (self._places[item] > 0)
        may: NDArray[np.bool_] = is_open & ~self._gone[candidates]
        return may

    def show(self, scorer: Scorer, k: int) -> None:
        """Let a week go by: answers come, then each visitor is shown the k best by `scorer` of what may be shown."""
        self._settle()
        week = self.week
        lists = top_lists(
            self.shelf, self.visitors(), self.may_show, lambda rows: as_floats(np.asarray(scorer(rows, week))), k
        )
        deed = self._react(lists.person, lists.candidate, lists.position)
        never = np.full(len(lists), NEVER, dtype=np.int16)
        self._parts.append(
            Asked(
                asker=lists.person,
                candidate=lists.candidate,
                week=np.full(len(lists), week, dtype=np.int16),
                position=lists.position,
                deed=deed,
                answered_week=never,
                succeeded_week=never.copy(),
            )
        )
        self._ask(self._n + np.flatnonzero(deed == Outcome.APPLIED), lists.candidate[deed == Outcome.APPLIED])
        self._n += len(lists)
        self.week += 1

    def rest(self) -> None:
        """Let a week go by in which nothing is shown and answers come."""
        self._settle()
        self.week += 1

    def told(self) -> Asked:
        """Everything shown so far, and what came of it."""
        parts = self._parts
        joined = {
            name: np.concatenate([np.empty(0, dtype), *(getattr(part, name) for part in parts)])
            for name, dtype in _DTYPES.items()
        }
        for name, happened in (("answered_week", self._answers), ("succeeded_week", self._ends)):
            for numbers, _, week in happened:
                if week < self.week:
                    joined[name][numbers] = week
        return Asked(**joined)

    def _react(self, asker: Ints, candidate: NDArray[np.int64], position: NDArray[np.int16]) -> NDArray[np.int8]:
        hidden, seed, week = self._hidden, self._seed, self.week
        item = self.shelf.item[candidate]

        def happens(purpose: Purpose, logits: NDArray[np.floating]) -> NDArray[np.bool_]:
            drawn: NDArray[np.bool_] = uniform(seed, purpose, asker, item, week) < sigmoid(as_floats(logits))
            return drawn

        examined = examined_of(hidden.depth[asker], asker, position, week, seed)
        worn = np.float32(WORN) * np.minimum(self._seen[candidate], 3)
        appeal = hidden.glimpse[candidate] + GLIMPSE_NOISE * normal(seed, Purpose.GLIMPSE, asker, item) - worn
        worth = hidden.worth[candidate]
        opened = examined & happens(Purpose.OPEN, 1.2 * appeal + OPENING + TRUST / (1 + position.astype(np.float32)))
        applied = opened & happens(Purpose.APPLY, 1.5 * worth + APPLYING)
        applied = within_budget(applied, asker, worth, hidden.budget)
        saved = opened & ~applied & happens(Purpose.SAVE, worth + SAVING)
        felt = np.where(opened, worth, appeal)
        aside = examined & ~applied & ~saved & happens(Purpose.DISMISS, PUTTING_ASIDE - 0.9 * felt)
        self._seen[candidate[examined]] = np.minimum(self._seen[candidate[examined]] + 1, 200)
        self._gone[candidate[applied | aside]] = True
        deed = np.full(len(asker), Outcome.SHOWN, dtype=np.int8)
        for mask, outcome in (
            (opened, Outcome.OPENED),
            (saved, Outcome.SAVED),
            (aside, Outcome.DISMISSED),
            (applied, Outcome.APPLIED),
        ):
            deed[mask] = outcome
        return deed

    def _ask(self, numbers: NDArray[np.int64], candidates: NDArray[np.int64]) -> None:
        """Which of what was asked for will be answered well, and when."""
        asker, item = self.shelf.asker[candidates], self.shelf.item[candidates]
        drawn = uniform(self._seed, Purpose.ANSWER, asker, item)
        delay = 1 + np.floor(LONGEST_ANSWER * uniform(self._seed, Purpose.QUEUE, asker, item)).astype(np.int64)
        for weeks in range(1, LONGEST_ANSWER + 1):
            rows = (delay == weeks) & (drawn < self._hidden.answers[candidates])
            self._answers.append((numbers[rows], candidates[rows], self.week + weeks))

    def _settle(self) -> None:
        """The successes of good answers of the week before, as far as there is room."""
        for numbers, candidates, week in [each for each in self._answers if each[2] == self.week - 1]:
            asker, item = self.shelf.asker[candidates], self.shelf.item[candidates]
            lot = uniform(self._seed, Purpose.RIVALRY, asker, item)
            ends = uniform(self._seed, Purpose.HIRE, asker, item) < self._hidden.succeeds[candidates]
            order = np.where(ends, lot, np.float32(np.inf))
            ends &= (rank_within(item, order) < self._places[item]) & (rank_within(asker, order) < self._wants[asker])
            np.subtract.at(self._places, item[ends], 1)
            np.subtract.at(self._wants, asker[ends], 1)
            self._ends.append((numbers[ends], candidates[ends], week + 1))


def ranking_table(asked: Asked, shelf: Shelf, known_at: int) -> RankingTable:
    """What was shown before a week, with its features of that moment, and the outcomes as they are known at its
    beginning."""
    rows = np.flatnonzero(asked.week < known_at)
    week, candidate = asked.week[rows], asked.candidate[rows]
    features = np.empty((len(rows), len(shelf.names)), dtype=np.float32)
    for each in np.unique(week).tolist():
        of_week = week == each
        features[of_week] = shelf.features_in(candidate[of_week], each)
    person = asked.asker[rows].astype(np.int32)
    new = (np.diff(person, prepend=-1) != 0) | (np.diff(week, prepend=np.int16(-1)) != 0)
    return RankingTable(
        names=shelf.names,
        features=features,
        person=person,
        item=shelf.item[candidate],
        list_id=(np.cumsum(new) - 1).astype(np.int32),
        week=week,
        position=asked.position[rows],
        outcome=asked.outcome(known_at)[rows],
        segments={"urbain_rural": Segment(("rural", "urbain"), shelf.urban[person].astype(np.int16))},
    )


_DTYPES: Final = {
    "asker": np.int32,
    "candidate": np.int64,
    "week": np.int16,
    "position": np.int16,
    "deed": np.int8,
    "answered_week": np.int16,
    "succeeded_week": np.int16,
}
