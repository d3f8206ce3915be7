"""The lines of the change log, and what it tells of events that were corrected since."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from features.records import Event
from features.store.kinds import Kind


class Operation(StrEnum):
    UPSERT = "upsert"
    DELETE = "delete"
    ERASE = "erase"
    """Of a profile, which `record_id` tells by its number alone (`features.store.erasure_log`)."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log."""

    seq: int
    kind: Kind
    record_id: str
    operation: Operation


def as_of(seq: int, now: Event, before: Sequence[tuple[int, Event]]) -> Event:
    """What an event said at a sequence number, of what it says `now` and what each correction replaced. `before` is to
    be read after `now`: of a correction that comes in between, either tells the same."""
    return next((said for corrected, said in before if corrected > seq), now)
