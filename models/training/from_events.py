"""The events of a deployment as the ranking table that rankers learn from.

A market that `vivier candidates` wrote has the pairs of people and offers and what was known of them; the store has
what was shown and what came of it. What hangs on behaviour is counted again week by week, by serving's own functions,
so that no row knows what came after it. The market draws its dates anew, so the age of an offer is left unknown.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.records import Event, EventKind
from models.interactions.ease import dense_weights
from models.ranking.outcomes import Outcome, further
from models.ranking.table import RankingTable
from models.simulation.attention import REASONS, Deeds
from models.simulation.behaviours import Behaviours
from models.simulation.lists import Lists
from models.simulation.log import NEVER, Log
from models.simulation.market import DAYS_A_WEEK, Floats, Market
from models.simulation.table import ranking_table

TASTES_SHARE: Final = 0.25
"""Share of the weeks, the first ones, that tastes that go together are learned from, and nothing else."""
PENALTY: Final = 200.0
"""Of EASE on people x families of occupations."""


@dataclass
class _Impression:
    """A shown result, as its events come in."""

    person: int
    candidate: int
    week: int
    rank: int
    outcome: Outcome = Outcome.SHOWN
    kinds: frozenset[EventKind] = frozenset()
    reason: int = -1
    interviewed_week: int = NEVER
    hired_week: int = NEVER


def table_of_events(market: Market, events: Iterable[Event]) -> tuple[RankingTable, Floats]:
    """The table, and the tastes (n_families, n_families) that its `collaborative` was computed with.

    Events, in order of time, of a pair that is no candidate of the market, of before its first day, or of a result
    that was never shown are left out. Raises ValueError when nothing is left.
    """
    impressions = _impressions(market, events)
    if not impressions:
        raise ValueError(
            "aucun événement ne concerne les candidats : refaire `vivier candidates`, avec plus de profils"
        )
    impressions.sort(key=lambda each: (each.week, each.person, each.rank))
    log = _log(impressions)
    first = int(np.ceil(TASTES_SHARE * log.weeks))
    tastes = tastes_of(market, log, before_week=first)
    table = ranking_table(_with_features(log, market, tastes), market)
    return table.take(table.week >= first), tastes


def tastes_of(market: Market, log: Log, before_week: int) -> Floats:
    """(n_families, n_families) EASE on who opened an offer of which family before a week."""
    rows = log.opened & (log.week < before_week)
    family = market.occupations.groups[:, -1].astype(np.int64)
    opened = family[market.offers.occupation[market.offer[log.candidate[rows]]]]
    shape = len(market.persons), int(family.max()) + 1
    known = sparse.csr_array((np.ones(len(opened), np.float32), (log.person[rows], opened)), shape=shape)
    known.data[:] = 1
    return dense_weights(known, PENALTY)


def _impressions(market: Market, events: Iterable[Event]) -> list[_Impression]:
    persons = {str(key): row for row, key in enumerate(market.persons.ids.tolist())}
    offers = {str(key): row for row, key in enumerate(market.offers.ids.tolist())}
    n_offers = len(offers)
    keys = market.person.astype(np.int64) * n_offers + market.offer
    place = {key: candidate for candidate, key in enumerate(keys.tolist())}
    start = dt.date.fromisoformat(market.first_day)
    found: list[_Impression] = []
    latest: dict[int, _Impression] = {}
    for event in events:
        person, offer = persons.get(event.profile_id, -1), offers.get(event.offer_id or "", -1)
        candidate = place.get(person * n_offers + offer, -1) if person >= 0 and offer >= 0 else -1
        week = (event.at.date() - start).days // DAYS_A_WEEK
        if candidate < 0 or week < 0:
            continue
        seen = latest.get(candidate)
        if event.kind is EventKind.SHOWN:
            if seen is None or seen.week != week:
                latest[candidate] = _Impression(person, candidate, week, event.rank or 0)
                found.append(latest[candidate])
        elif seen is not None:
            _reach(seen, event, week)
    return found


def _reach(seen: _Impression, event: Event, week: int) -> None:
    seen.outcome = further(seen.outcome, event.kind)
    seen.kinds |= {event.kind}
    if event.kind is EventKind.DISMISSED:
        seen.reason = REASONS.index(event.reason) if event.reason in REASONS else len(REASONS) - 2
    elif event.kind is EventKind.INTERVIEWED:
        seen.interviewed_week = week
    elif event.kind is EventKind.HIRED:
        seen.hired_week = week
        seen.interviewed_week = week if seen.interviewed_week == NEVER else seen.interviewed_week


def _log(impressions: list[_Impression]) -> Log:
    def of(kind: EventKind) -> NDArray[np.bool_]:
        return np.array([kind in each.kinds for each in impressions], dtype=np.bool_)

    last = max(max(each.week, each.interviewed_week, each.hired_week) for each in impressions)
    applied = of(EventKind.APPLIED) | of(EventKind.INTERVIEWED) | of(EventKind.HIRED)
    opened = of(EventKind.OPENED) | of(EventKind.SAVED) | applied
    reason = np.array([each.reason for each in impressions], dtype=np.int8)
    reason[applied] = -1
    person = np.array([each.person for each in impressions], dtype=np.int32)
    week = np.array([each.week for each in impressions], dtype=np.int16)
    return Log(
        weeks=last + 1,
        person=person,
        candidate=np.array([each.candidate for each in impressions], dtype=np.int64),
        week=week,
        position=np.array([each.rank for each in impressions], dtype=np.int16),
        examined=opened | (reason >= 0),
        opened=opened,
        saved=of(EventKind.SAVED) & ~applied,
        applied=applied,
        reason=reason,
        interviewed_week=np.array([each.interviewed_week for each in impressions], dtype=np.int16),
        hired_week=np.array([each.hired_week for each in impressions], dtype=np.int16),
        features=np.empty((len(impressions), 0), dtype=np.float32),
        names=(),
        posts_left=np.empty(0, dtype=np.int16),
    )


def _with_features(log: Log, market: Market, tastes: Floats) -> Log:
    """The log with the features of each row as they were at the beginning of its week."""
    matrix = market.features[log.candidate]
    behaviours = Behaviours.none(market, tastes)
    for week in range(log.weeks):
        day = DAYS_A_WEEK * week
        invited = log.candidate[log.interviewed_week == week]
        behaviours = behaviours.after_interviews(market, invited, day)
        rows = np.flatnonzero(log.week == week)
        values = behaviours.features(market, log.candidate[rows], day)
        for name in set(values) & set(market.names):
            matrix[rows, market.names.index(name)] = np.nan if name == "freshness" else values[name]
        lists = Lists(log.person[rows], log.candidate[rows], log.position[rows])
        deeds = Deeds(log.examined[rows], log.opened[rows], log.saved[rows], log.applied[rows], log.reason[rows])
        behaviours = behaviours.after(market, lists, deeds, day)
    return dataclasses.replace(log, features=matrix, names=market.names)
