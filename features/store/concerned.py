"""Whom a record is about: the ids of the profiles that it names."""

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
