"""The kinds of record the store keeps: one line each, and the store, the API and the importers know it."""

from enum import StrEnum

from features.records import (
    Contact,
    ContactRequest,
    Establishment,
    Event,
    Identity,
    Offer,
    Profile,
    ProtectedStatus,
    Record,
    Subscription,
    TalentPool,
    TalentPoolState,
    Training,
    TrainingSession,
)


class Kind(StrEnum):
    """A kind of record; its value names its table and its place in the change log."""

    PROFILE = "profile"
    IDENTITY = "identity"
    PROTECTED = "protected_status"
    OFFER = "offer"
    TRAINING = "training"
    SESSION = "training_session"
    ESTABLISHMENT = "establishment"
    EVENT = "event"
    CONTACT = "contact"
    SUBSCRIPTION = "subscription"
    TALENT_POOL = "talent_pool"
    TALENT_POOL_STATE = "talent_pool_state"
    CONTACT_REQUEST = "contact_request"


RECORD_TYPES: dict[Kind, type[Record]] = {
    Kind.PROFILE: Profile,
    Kind.IDENTITY: Identity,
    Kind.PROTECTED: ProtectedStatus,
    Kind.OFFER: Offer,
    Kind.TRAINING: Training,
    Kind.SESSION: TrainingSession,
    Kind.ESTABLISHMENT: Establishment,
    Kind.EVENT: Event,
    Kind.CONTACT: Contact,
    Kind.SUBSCRIPTION: Subscription,
    Kind.TALENT_POOL: TalentPool,
    Kind.TALENT_POOL_STATE: TalentPoolState,
    Kind.CONTACT_REQUEST: ContactRequest,
}

DERIVED: frozenset[Kind] = frozenset({Kind.TALENT_POOL_STATE, Kind.CONTACT_REQUEST})
"""Kinds that have routes of their own: nobody sends, replaces or lists their records."""

KIND_OF: dict[type[Record], Kind] = {record_type: kind for kind, record_type in RECORD_TYPES.items()}
