"""A log as the ranking table that rankers learn from, with the segments in which they are judged apart."""

import numpy as np
from numpy.typing import NDArray

from models.ranking.table import RankingTable, Segment
from models.simulation.groups import SimulatedGroups
from models.simulation.log import Log
from models.simulation.market import Market, Rows


def ranking_table(
    log: Log, market: Market, known_at: int | None = None, groups: SimulatedGroups | None = None
) -> RankingTable:
    """What was shown, with its features of that moment, and the outcomes as they are known at the beginning of a week
    (None: at the end of the log).

    Shown results of that week and later are left out: a table for training ends where the weeks held out begin, and
    knows nothing of them. With `groups` those of the people are segments, for the gate; a training table has none.
    """
    past = np.ones(len(log), dtype=np.bool_) if known_at is None else log.week < known_at
    whole = RankingTable(
        names=log.names,
        features=log.features,
        person=log.person,
        item=market.offer[log.candidate],
        list_id=log.list_id(),
        week=log.week,
        position=log.position,
        outcome=log.outcome(known_at),
        segments=_segments(log, market) | _group_segments(log, groups),
    )
    return whole if past.all() else whole.take(past)


def _group_segments(log: Log, groups: SimulatedGroups | None) -> dict[str, Segment]:
    if groups is None:
        return {}
    return {axis.name: Segment(axis.labels, axis.of_person[log.person].astype(np.int16)) for axis in groups.axes}


def _segments(log: Log, market: Market) -> dict[str, Segment]:
    """Where the person lives, the grand domain of their first project, whether the person, and the offer, had any
    history when it was shown."""
    person, offer = log.person, market.offer[log.candidate]
    domain = market.occupations.groups[market.persons.targets[person, 0], 0]
    labels = tuple(f"domaine {row}" for row in range(int(market.occupations.groups[:, 0].max(initial=0)) + 1))
    urban = market.persons.urban[person].astype(np.int16)
    return {
        "urbain_rural": Segment(("rural", "urbain"), urban),
        "secteur": Segment(labels, domain),
        "sans_historique": Segment(("avec", "sans"), _without_past(person, log.week, log.opened | (log.reason >= 0))),
        "offre_nouvelle": Segment(("connue", "nouvelle"), _without_past(offer, log.week, log.opened)),
    }


def _without_past(key: NDArray[np.integer], week: Rows, deed: NDArray[np.bool_]) -> Rows:
    """(n,) 1 where no row of the same key and of an earlier week has the deed."""
    first = np.full(int(key.max(initial=-1)) + 1, np.iinfo(np.int16).max, dtype=np.int16)
    np.minimum.at(first, key[deed], week[deed])
    without: Rows = (week <= first[key]).astype(np.int16)
    return without
