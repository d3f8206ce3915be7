"""A log as the events that a deployment would have sent: the same records, in order of time."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import Event, EventKind
from models.simulation.attention import REASONS
from models.simulation.chances import Purpose, uniform
from models.simulation.log import Log
from models.simulation.market import DAYS_A_WEEK, Market

MORNING_S, EVENING_S = 7 * 3600, 21 * 3600
"""People come in between these hours, UTC, from Wednesday to Sunday; employers write on Monday and Tuesday."""
FIRST_VISIT_DAY: Final = 2
SECONDS_A_DAY: Final = 86_400
OPENING_S, SAVING_S, DISMISSING_S, APPLYING_S = 20, 60, 75, 240
"""Seconds after the person looks at it."""
A_RESULT_S: Final = 300
"""Seconds that a person gives to a result before the next one: the deeds of a list stand one after the other."""

_KINDS: Final = (
    EventKind.SHOWN,
    EventKind.OPENED,
    EventKind.SAVED,
    EventKind.DISMISSED,
    EventKind.APPLIED,
    EventKind.INTERVIEWED,
    EventKind.HIRED,
)


def events(log: Log, market: Market, seed: int) -> Iterator[Event]:
    """Every event of the log, in order of time, numbered in that order; the same for the same log, market and seed."""
    start = dt.datetime.combine(dt.date.fromisoformat(market.first_day), dt.time(), tzinfo=dt.UTC)
    number = 0
    for week in range(log.weeks):
        row, kind, second = _of_week(log, week, seed)
        persons, candidates = log.person[row], log.candidate[row]
        offers = market.offer[candidates]
        firms = market.offers.firm[offers].tolist()
        positions, reasons = log.position[row].tolist(), log.reason[row].tolist()
        for i, (profile_id, offer_id) in enumerate(
            zip(market.persons.ids[persons].tolist(), market.offers.ids[offers].tolist(), strict=True)
        ):
            number += 1
            what = _KINDS[kind[i]]
            yield Event(
                id=f"simulation-{seed}-{number:09d}",
                kind=what,
                at=start + dt.timedelta(seconds=int(second[i])),
                profile_id=profile_id,
                offer_id=offer_id,
                siret=None if firms[i] < 0 else str(market.firm_ids[firms[i]]),
                rank=positions[i] if what is EventKind.SHOWN else None,
                reason=REASONS[reasons[i]] if what is EventKind.DISMISSED else None,
            )


def _of_week(log: Log, week: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]:
    """Row of the log, number in `_KINDS` and second since the market's start of each event of a week, in order."""
    parts: list[tuple[NDArray[np.int64], int, NDArray[np.int64]]] = []
    monday = week * DAYS_A_WEEK * SECONDS_A_DAY
    shown = np.flatnonzero(log.week == week)
    visit = monday + FIRST_VISIT_DAY * SECONDS_A_DAY + _moment(seed, log.person[shown], week)
    looking = visit + A_RESULT_S * log.position[shown].astype(np.int64)
    parts.append((shown, 0, visit))
    for kind, mask, after in (
        (1, log.opened[shown], OPENING_S),
        (2, log.saved[shown], SAVING_S),
        (3, log.reason[shown] >= 0, DISMISSING_S),
        (4, log.applied[shown], APPLYING_S),
    ):
        parts.append((shown[mask], kind, (looking + after)[mask]))
    for kind, weeks, days in ((5, log.interviewed_week, 0), (6, log.hired_week, 1)):
        rows = np.flatnonzero(weeks == week)
        at = monday + days * SECONDS_A_DAY + _office_hour(seed, log.candidate[rows])
        parts.append((rows, kind, at))
    row = np.concatenate([part[0] for part in parts])
    kinds = np.concatenate([np.full(len(part[0]), part[1], np.int8) for part in parts])
    second = np.concatenate([part[2] for part in parts])
    order = np.lexsort((log.position[row], kinds, log.person[row], second))
    return row[order], kinds[order], second[order]


def _moment(seed: int, person: NDArray[np.integer], week: int) -> NDArray[np.int64]:
    """Seconds after Wednesday's midnight at which each person comes in that week."""
    day, hour = np.divmod(uniform(seed, Purpose.MOMENT, person, week).astype(np.float64) * 5, 1)
    seconds = np.floor(day * SECONDS_A_DAY + MORNING_S + hour * (EVENING_S - MORNING_S))
    return np.asarray(seconds, dtype=np.int64)


def _office_hour(seed: int, candidate: NDArray[np.integer]) -> NDArray[np.int64]:
    """Seconds after midnight, between 8 and 17 h."""
    hours = 8 + 9 * uniform(seed, Purpose.MOMENT, candidate).astype(np.float64)
    return np.floor(3600 * hours).astype(np.int64)
