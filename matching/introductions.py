"""Putting an employer and a person in touch: asked, accepted or refused or lapsed, and then followed up or not.

What an employer does with those who accepted tells how it treats candidates: an acceptance counts as an application to
the firm, a sequel as its answer (`features.behaviour.responsiveness`), so that a firm that lets people wait is ranked
lower where rankers read it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from features.records import ContactRequest, Event, EventKind, Sequel

LAPSE_DAYS: Final = 14
"""Days that a person has to answer."""
SEQUEL_DAYS: Final = 14
"""Days after an acceptance from which an employer that did nothing is reminded."""
MOST_WAITING: Final = 50
"""Requests of one firm that may wait for an answer at a time."""


class State(StrEnum):
    """Where a request stands; the value is the code that the API gives."""

    WAITING = "en_attente"
    ACCEPTED = "acceptee"
    REFUSED = "refusee"
    LAPSED = "expiree"


@dataclass(frozen=True)
class Record:
    """What a firm's requests came to."""

    sent: int
    waiting: int
    accepted: int
    refused: int
    lapsed: int
    followed: int
    """Acceptances that had a sequel, "sans suite" included: the person was told."""
    late: int
    """Acceptances older than `SEQUEL_DAYS` without any."""

    @property
    def answer_rate(self) -> float | None:
        """Share of acceptances due for a sequel that had one; None where none is due."""
        due = self.followed + self.late
        return self.followed / due if due else None


def state_of(request: ContactRequest, now: dt.datetime) -> State:
    """Where a request stands at `now`."""
    if request.accepted is not None:
        return State.ACCEPTED if request.accepted else State.REFUSED
    return State.WAITING if now < request.lapses_at else State.LAPSED


def answered(request: ContactRequest, accepted: bool, now: dt.datetime) -> tuple[ContactRequest, tuple[Event, ...]]:
    """A waiting request with the person's answer, and what it tells of the firm."""
    told = msgspec.structs.replace(request, accepted=accepted, answered_at=now)
    return told, (_event(request, EventKind.APPLIED, now),) if accepted else ()


def followed(request: ContactRequest, sequel: Sequel, now: dt.datetime) -> tuple[ContactRequest, tuple[Event, ...]]:
    """An accepted request with what the employer did, and what it tells of the firm; a sequel may be changed, and tells
    once."""
    told = msgspec.structs.replace(request, sequel=sequel, sequel_at=now)
    return told, (_event(request, EventKind.INTERVIEWED, now),) if request.sequel is None else ()


def record_of(requests: Sequence[ContactRequest], now: dt.datetime) -> Record:
    """What the requests of one firm came to."""
    states = [state_of(request, now) for request in requests]
    accepted = [request for request, state in zip(requests, states, strict=True) if state is State.ACCEPTED]
    done = sum(request.sequel is not None for request in accepted)
    late = sum(_is_late(request, now) for request in accepted)
    return Record(
        len(requests),
        states.count(State.WAITING),
        len(accepted),
        states.count(State.REFUSED),
        states.count(State.LAPSED),
        done,
        late,
    )


def _is_late(request: ContactRequest, now: dt.datetime) -> bool:
    answered_at = request.answered_at
    return request.sequel is None and answered_at is not None and now - answered_at >= dt.timedelta(days=SEQUEL_DAYS)


def _event(request: ContactRequest, kind: EventKind, now: dt.datetime) -> Event:
    """What counts for the firm alone: the offer is left out, so that nobody's interests are read in it."""
    return Event(id=f"{request.id}-{kind.value}", kind=kind, at=now, profile_id=request.profile_id, siret=request.siret)
