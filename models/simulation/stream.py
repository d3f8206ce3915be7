"""`Stream`: weeks on a market. Employers answer, people come and go, lists are shown, people act on them."""

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.attention import react
from models.simulation.behaviours import NAMES as BEHAVIOUR_NAMES
from models.simulation.behaviours import Behaviours
from models.simulation.chances import Purpose, uniform
from models.simulation.hidden import HiddenTruth
from models.simulation.hiring import PATIENCE_WEEKS, Waiting, answer, nothing_waits
from models.simulation.lists import Lists
from models.simulation.log import Log, Shown, assemble
from models.simulation.market import DAYS_A_WEEK, Floats, Market
from models.simulation.moment import Moment

OUTSIDE_A_WEEK: Final = 0.05
"""Chance a week that an open post is filled by somebody who never used the service."""
GIVE_UP_A_WEEK: Final = 0.01
"""Chance a week that a person leaves for another reason than a hire."""
ANSWERS_AFTER_WEEKS: Final = 2
"""Weeks after an offer closed in which its applications are still answered."""
GONE: Final = 128
"""Bit of `_seen` of a candidate that is no longer shown: put aside or applied to."""
AT_ONCE: Final = 1 << 19
"""Shown results that are acted on at once."""


class Stream:
    """The weeks of one market under one policy.

    A week is `begin_week()`, then lists for `moment`, then `show(lists)`. The same market, truth, seed and lists give
    the same weeks; under other lists, what does not depend on them stays the same (`chances`).
    """

    def __init__(
        self,
        market: Market,
        truth: HiddenTruth,
        seed: int,
        keep_features: bool = True,
        learned: Floats | None = None,
    ) -> None:
        """`keep_features`: the log tells the features of what was shown; `learned`: `Behaviours.learned`."""
        self.market = market
        self.seed = seed
        self._truth = truth
        self._keep_features = keep_features
        self._week = -1
        self._here = np.ones(len(market.persons), dtype=np.bool_)
        self._posts_left = market.offers.posts.copy()
        self._seen = np.zeros(market.n_candidates, dtype=np.uint8)
        self._waiting: Waiting = nothing_waits()
        self._behaviours = Behaviours.none(market, learned)
        self._follows = not set(BEHAVIOUR_NAMES).isdisjoint(market.names)
        self._shown: list[Shown] = []
        self._n_shown = 0
        self._interviewed: list[tuple[NDArray[np.int64], int]] = []
        self._hired: list[tuple[NDArray[np.int64], int]] = []

    @property
    def week(self) -> int:
        """The week that has begun; -1 before the first."""
        return self._week

    def begin_week(self) -> Moment:
        """Let employers answer what waits and people come and go; what a policy may then know."""
        self._week += 1
        week, market = self._week, self.market
        self._answer()
        offers, persons = np.arange(len(market.offers)), np.arange(len(market.persons))
        taken = (self._posts_left > 0) & (uniform(self.seed, Purpose.OUTSIDE, offers, week) < OUTSIDE_A_WEEK)
        self._posts_left -= taken & market.open_in(week)
        self._here &= ~(
            (market.persons.arrival_week < week)
            & (uniform(self.seed, Purpose.DISCOURAGED, persons, week) < GIVE_UP_A_WEEK)
        )
        visits = uniform(self.seed, Purpose.VISIT, persons, week) < self._truth.tastes.visits
        visitors = np.flatnonzero(visits & self._here & (market.persons.arrival_week <= week)).astype(np.int32)
        return Moment(market, week, visitors, self._posts_left.copy(), self._seen < GONE, self._behaviours)

    def show(self, moment: Moment, lists: Lists) -> None:
        """Show lists and let people act on them. Results that `moment` does not allow are left out, those that follow
        move up."""
        lists = lists.kept(moment.allows(lists))
        for rows in _portions(lists):
            self._act(moment, Lists(lists.person[rows], lists.candidate[rows], lists.position[rows]))

    def log(self) -> Log:
        """Everything shown so far."""
        names = self.market.names if self._keep_features else ()
        posts_left = self._posts_left.copy()
        return assemble(self._shown, self._interviewed, self._hired, names, self._week + 1, posts_left)

    def _answer(self) -> None:
        market, week, waiting = self.market, self._week, self._waiting
        offer = market.offer[waiting.candidate]
        alive = self._here[market.person[waiting.candidate]] & (self._posts_left[offer] > 0)
        still = market.offers.closing_day[offer] > DAYS_A_WEEK * (week - ANSWERS_AFTER_WEEKS)
        waiting = waiting.kept(alive & still)
        answers = answer(self._truth, waiting, self._posts_left, week, self.seed)
        self._interviewed.append((waiting.impression[answers.interviewed], week))
        self._hired.append((waiting.impression[answers.hired], week))
        if self._follows:
            invited = waiting.candidate[answers.interviewed]
            self._behaviours = self._behaviours.after_interviews(market, invited, DAYS_A_WEEK * week)
        candidates = waiting.candidate[answers.hired]
        np.subtract.at(self._posts_left, market.offer[candidates], 1)
        self._here[market.person[candidates]] = False
        self._waiting = waiting.kept(~answers.read & (week - waiting.week < PATIENCE_WEEKS))

    def _act(self, moment: Moment, lists: Lists) -> None:
        pairs = self._truth.pairs(lists.candidate)
        deeds = react(self._truth, lists, pairs, self._seen[lists.candidate], self._week, self.seed)
        features = moment.features(lists.candidate) if self._keep_features else np.empty((len(lists), 0), np.float32)
        seen = np.minimum(self._seen[lists.candidate] + 1, GONE - 1)
        gone = deeds.applied | (deeds.reason >= 0)
        self._seen[lists.candidate] = np.where(gone, GONE, seen)
        applied = np.flatnonzero(deeds.applied)
        week = np.full(len(applied), self._week, dtype=np.int16)
        self._waiting = self._waiting.and_then(Waiting(lists.candidate[applied], self._n_shown + applied, week))
        if self._follows:
            self._behaviours = self._behaviours.after(self.market, lists, deeds, DAYS_A_WEEK * self._week)
        self._shown.append(Shown(self._week, lists, deeds, features))
        self._n_shown += len(lists)


def _portions(lists: Lists) -> list[slice]:
    """Runs of about `AT_ONCE` results that part no person's list."""
    firsts = np.flatnonzero(lists.position == 0)
    starts = firsts[np.unique(np.searchsorted(firsts, np.arange(0, len(lists), AT_ONCE)).clip(max=len(firsts) - 1))]
    return [slice(int(start), int(stop)) for start, stop in pairwise([*starts, len(lists)])]
