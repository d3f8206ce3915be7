"""A simulated market as a benchmark of rankers meets it: months that were logged, and a month that is held out.

A ranker in force shows lists, explored; every person, offer and firm leaves traces, as in a deployment. Rankers learn
from the months before; the lists that they would make in the month after are judged by the hidden truth, for people
that none has learned from.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.sample_market import sample_market
from models.ranking.splits import held_out_people
from models.ranking.table import RankingTable
from models.simulation.hidden import HiddenTruth
from models.simulation.lists import lists_of
from models.simulation.log import Log
from models.simulation.market import Floats, Market
from models.simulation.moment import Moment
from models.simulation.policies import Scorer as PolicyScorer
from models.simulation.policies import as_served, by_score, explored
from models.simulation.replay import play
from models.simulation.stream import Stream
from models.simulation.synthetic import Sizes, synthetic_market
from models.simulation.table import ranking_table
from models.training.from_events import tastes_of

MONTH: Final = 4
"""Weeks that are held out."""
ANSWERS: Final = 5
"""Weeks after the month in which nothing is shown and employers answer what waits."""
SHOWN: Final = 20
"""Results of a logged list."""
K: Final = 10
SPREAD: Final = 0.06
"""Exploration of the logged lists: Gumbel noise on scores from 0 to 1."""
HELD_OUT: Final = 0.25
"""Share of the people that nothing is learned from."""
APART: Final = 1000
"""Added to the seed of that draw, so that it is not the one by which training holds out people of its own."""
TASTES_WEEKS: Final = 4
"""First weeks, which tastes that go together are learned from, and nothing else."""
LEAST: Final = 12
"""Candidates from which a list is judged: with fewer, ten are shown whatever the order."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a market is, and where it comes from."""

    persons: int
    offers: int
    weeks: int
    """Logged weeks."""
    through_engine: bool
    """Records, retrieval and features of the sample world; else drawn by `models.simulation.synthetic`."""


@dataclass(frozen=True, eq=False)
class Asked:
    """Candidates of lists of the month held out: n rows."""

    candidate: NDArray[np.int64]
    features: Floats
    """(n, n_names) as of the beginning of the week."""
    week: NDArray[np.int16]
    list_id: NDArray[np.int64]
    person: NDArray[np.int32]
    surplus: Floats
    """True expected surplus: what a list is judged by."""
    unknown_person: NDArray[np.bool_]
    """Nobody who did anything yet."""
    unknown_offer: NDArray[np.bool_]
    """An offer that nobody opened yet."""


@dataclass(frozen=True, eq=False)
class Played:
    """A market after its logged weeks."""

    market: Market
    truth: HiddenTruth
    seed: int
    table: RankingTable
    """Of the people that may be learned from, as known when the month begins."""
    opened: NDArray[np.int64]
    """(n_offers,) times that each was opened before the month."""
    asked: Asked
    _at_month: Stream

    def hires(self, scorer: PolicyScorer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(n_persons,) results shown and hires that came of them, when `scorer` makes the month's lists of all."""
        market, truth = self.market, self.truth
        stream = deepcopy(self._at_month, {id(market): market, id(truth): truth})
        first = stream.week + 1
        lister, nothing = by_score(scorer, K), lists_of(np.empty(0, np.int32), np.empty(0, np.int64))
        for week in range(MONTH + ANSWERS):
            moment = stream.begin_week()
            stream.show(moment, lister(moment) if week < MONTH else nothing)
        log = stream.log()
        rows = log.week >= first
        n = len(market.persons)
        hired = np.bincount(log.person[rows & (log.hired_week >= 0)], minlength=n)
        return np.bincount(log.person[rows], minlength=n).astype(np.int64), hired.astype(np.int64)


def played(size: Size, seed: int, progress: Callable[[str], None] = lambda _: None) -> Played:
    """Make a market, let its logged weeks go by, and ask for the lists of the month after."""
    weeks = size.weeks + MONTH
    if size.through_engine:
        market = sample_market(size.persons, size.offers, weeks + 1, seed)
    else:
        sizes = Sizes(persons=size.persons, offers=size.offers, candidates=600, weeks=weeks, occupations=60)
        market = synthetic_market(sizes, seed)
    progress(f"{len(market.persons)} people, {len(market.offers)} offers, {market.n_candidates} candidates")
    truth = HiddenTruth(market, seed + 1)
    lister = by_score(explored(as_served, SPREAD, seed), SHOWN)
    first = play(market, truth, lister, TASTES_WEEKS, seed, keep_features=False)
    tastes = tastes_of(market, first, before_week=TASTES_WEEKS)
    stream = Stream(market, truth, seed, learned=tastes)
    for _ in range(size.weeks):
        moment = stream.begin_week()
        stream.show(moment, lister(moment))
    before = deepcopy(stream, {id(market): market, id(truth): truth})
    log = stream.log()
    held_out = held_out_people(np.arange(len(market.persons)), HELD_OUT, seed + APART)
    table = ranking_table(log, market, known_at=size.weeks)
    learned = ~held_out[table.person] & (table.week >= TASTES_WEEKS)
    parts = []
    for _ in range(MONTH):
        moment = stream.begin_week()
        parts.append(_asked(moment, truth, held_out, stream.log()))
        stream.show(moment, lister(moment))
    opened = np.bincount(market.offer[log.candidate[log.opened]], minlength=len(market.offers))
    return Played(market, truth, seed, table.take(learned), opened.astype(np.int64), _joined(parts), before)


def _asked(moment: Moment, truth: HiddenTruth, held_out: NDArray[np.bool_], log: Log) -> Asked:
    """The candidates of the people held out who come in that week."""
    market, week = moment.market, moment.week
    people = np.zeros(len(market.persons), dtype=np.bool_)
    people[moment.visitors] = held_out[moment.visitors]
    candidates = np.flatnonzero(people[market.person])
    candidates = candidates[moment.may_show(candidates)]
    person = market.person[candidates]
    enough = np.bincount(person, minlength=len(people)) >= LEAST
    candidates, person = candidates[enough[person]], person[enough[person]]
    did = np.zeros(len(people), dtype=np.bool_)
    did[log.person[log.opened | (log.reason >= 0)]] = True
    known = np.zeros(len(market.offers), dtype=np.bool_)
    known[market.offer[log.candidate[log.opened]]] = True
    return Asked(
        candidate=candidates,
        features=moment.features(candidates),
        week=np.full(len(candidates), week, dtype=np.int16),
        list_id=week * len(people) + person.astype(np.int64),
        person=person,
        surplus=truth.surplus(candidates, week),
        unknown_person=~did[person],
        unknown_offer=~known[market.offer[candidates]],
    )


def _joined(parts: list[Asked]) -> Asked:
    return Asked(*(np.concatenate([getattr(part, name) for part in parts]) for name in Asked.__dataclass_fields__))
