"""The events of a deployment's training lists as the ranking table that rankers learn from.

The shelf that `vivier candidates --list formations` wrote has the pairs of people and sessions and what was known of
them; the store has what was shown and what came of it.
"""

import datetime as dt
from collections.abc import Iterable

import numpy as np

from features.records import Event, EventKind
from models.ranking.outcomes import Outcome, further
from models.ranking.table import RankingTable, Segment
from models.simulation.market import DAYS_A_WEEK
from models.simulation.shelf import Shelf


def table_of_session_events(shelf: Shelf, events: Iterable[Event]) -> RankingTable:
    """What was shown of the shelf's candidates, week by week, and the furthest that each went.

    Events, in order of time, of a pair that is no candidate, of before the shelf's first day, or of a session that was
    never shown to the person are left out. Raises ValueError when nothing is left, or for a shelf without a calendar.
    """
    if not shelf.first_day:
        raise ValueError("the candidates have no first day: write them with `vivier candidates --list formations`")
    start = dt.date.fromisoformat(shelf.first_day)
    pairs = zip(shelf.askers[shelf.asker].tolist(), shelf.items[shelf.item].tolist(), strict=True)
    place = {pair: candidate for candidate, pair in enumerate(pairs)}
    shown: dict[tuple[int, int], list[int]] = {}
    """(week, candidate) -> rank, outcome."""
    latest: dict[int, tuple[int, int]] = {}
    for event in events:
        candidate = place.get((event.profile_id, event.session_id or ""), -1)
        week = (event.at.date() - start).days // DAYS_A_WEEK
        if candidate < 0 or week < 0:
            continue
        if event.kind is EventKind.SHOWN:
            key = latest[candidate] = (week, candidate)
            shown.setdefault(key, [event.rank or 0, Outcome.SHOWN])
        elif candidate in latest:
            impression = shown[latest[candidate]]
            impression[1] = further(Outcome(impression[1]), event.kind)
    if not shown:
        raise ValueError(
            "aucun événement ne concerne les candidats : refaire `vivier candidates --list formations`, avec plus de "
            "profils"
        )
    rows = sorted((week, int(shelf.asker[candidate]), *told, candidate) for (week, candidate), told in shown.items())
    weeks, person, position, outcome, candidates = (np.array(column) for column in zip(*rows, strict=True))
    features = np.empty((len(rows), len(shelf.names)), dtype=np.float32)
    for week in np.unique(weeks).tolist():
        features[weeks == week] = shelf.features_in(candidates[weeks == week], week)
    new = (np.diff(person, prepend=-1) != 0) | (np.diff(weeks, prepend=-1) != 0)
    return RankingTable(
        names=shelf.names,
        features=features,
        person=person.astype(np.int32),
        item=shelf.item[candidates],
        list_id=(np.cumsum(new) - 1).astype(np.int32),
        week=weeks.astype(np.int16),
        position=position.astype(np.int16),
        outcome=outcome.astype(np.int8),
        segments={"urbain_rural": Segment(("rural", "urbain"), shelf.urban[person].astype(np.int16))},
    )
