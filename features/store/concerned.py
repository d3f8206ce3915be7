"""Whom a record is about: the ids of the profiles that it names."""

from collections.abc import Container
from typing import TypeVar

import msgspec

from features.records import (
    ContactRequest,
    Event,
    Identity,
    Profile,
    ProtectedStatus,
    Record,
    Subscription,
    TalentPool,
    TalentPoolState,
)

R = TypeVar("R", bound=Record)


def people_of(record: Record) -> tuple[str, ...]:
    """The people that a record names, in its order; empty for what is about nobody."""
    match record:
        case Profile() | Identity() | ProtectedStatus():
            return (record.id,)
        case Event() | Subscription() | ContactRequest():
            return (record.profile_id,)
        case TalentPool():
            return record.profile_ids
        case TalentPoolState():
            return (*record.present_ids, *(move.profile_id for move in record.moves))
    return ()


def is_about(record: Record, people: Container[str]) -> bool:
    """Whether a record is about one of these people; a talent pool names some and is about nobody."""
    return not isinstance(record, TalentPool | TalentPoolState) and any(each in people for each in people_of(record))


def without(record: R, people: Container[str]) -> R:
    """A talent pool, or what its refreshes found, without these people; any other record as it is."""
    if isinstance(record, TalentPool):
        kept = tuple([key for key in record.profile_ids if key not in people])
        return msgspec.structs.replace(record, profile_ids=kept)
    if isinstance(record, TalentPoolState):
        present = tuple([key for key in record.present_ids if key not in people])
        moves = tuple([move for move in record.moves if move.profile_id not in people])
        return msgspec.structs.replace(record, present_ids=present, moves=moves)
    return record
