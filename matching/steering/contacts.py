"""What requests to be put in touch came to: whether people answer, and whether employers follow up.

Counts of people are told by `Discretion`, and shares where they rest on enough people.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

from features.records import ContactRequest
from matching.discretion import Discretion, Told
from matching.introductions import Record, record_of

LEAST_FOR_A_SHARE: Final = 20
"""Requests that a share must rest on, so that it tells of nobody."""
MONTHS: Final = 6
"""That are told, this one included."""


@dataclass(frozen=True)
class Answers:
    """What the requests of some time came to."""

    sent: Told
    waiting: Told
    accepted: Told
    refused: Told
    lapsed: Told
    answered_share: float | None
    """Of those that people could still answer and that are settled, how many they did; None where too few are."""
    accepted_share: float | None
    """Of those that were answered."""
    followed_share: float | None
    """Of acceptances due for a sequel, how many had one."""
    median_days: float | None
    """Until people answered."""


@dataclass(frozen=True)
class Month:
    """Requests sent in a calendar month (UTC)."""

    first: dt.date
    answers: Answers


@dataclass(frozen=True)
class Contacts:
    """All requests of the last `MONTHS` months, this one included, and by month, the oldest first."""

    whole: Answers
    months: tuple[Month, ...]
    n_requests: int
    """Exact: to know whether there is anything to tell, not to be told."""


def contacts_of(requests: Iterable[ContactRequest], now: dt.datetime, discretion: Discretion) -> Contacts:
    """What those requests came to at `now`; those of other months are left out.

    What is asked of `discretion` is the month, whatever the day: asking daily averages nothing out.
    """
    this = now.year * 12 + now.month - 1
    by_month: dict[int, list[ContactRequest]] = {this - back: [] for back in reversed(range(MONTHS))}
    for each in requests:
        some = by_month.get(each.sent_at.year * 12 + each.sent_at.month - 1)
        if some is not None:
            some.append(each)
    months = []
    for number, some in by_month.items():
        first = dt.date(number // 12, number % 12 + 1, 1)
        months.append(Month(first, answers_of(some, now, discretion, f"demandes {first:%Y-%m}")))
    recent = [each for some in by_month.values() for each in some]
    return Contacts(answers_of(recent, now, discretion, "demandes"), tuple(months), len(recent))


def answers_of(requests: list[ContactRequest], now: dt.datetime, discretion: Discretion, question: str) -> Answers:
    """What requests came to, as it may be told to that question."""
    found: Record = record_of(requests, now)
    answered, due = found.accepted + found.refused, found.followed + found.late
    days = [(each.answered_at - each.sent_at) / dt.timedelta(days=1) for each in requests if each.answered_at]

    def told(count: int, which: str) -> Told:
        return discretion.told(count, f"{question} {which}")

    return Answers(
        sent=told(found.sent, "envoyées"),
        waiting=told(found.waiting, "en attente"),
        accepted=told(found.accepted, "acceptées"),
        refused=told(found.refused, "refusées"),
        lapsed=told(found.lapsed, "expirées"),
        answered_share=_share(answered, answered + found.lapsed),
        accepted_share=_share(found.accepted, answered),
        followed_share=_share(found.followed, due),
        median_days=median(days) if len(days) >= LEAST_FOR_A_SHARE else None,
    )


def _share(part: int, whole: int) -> float | None:
    """To the nearest twentieth, of at least `LEAST_FOR_A_SHARE`: one request more or less does not show."""
    return None if whole < LEAST_FOR_A_SHARE else round(part / whole * 20) / 20
