"""The sections, in the order of the archive: one line each. A table of people that none of them tells fails a test."""

from typing import Final

from api.archive import access, declared, happened, inferred, models
from api.archive.base import Section

SECTIONS: Final[tuple[Section, ...]] = (
    declared.PROFILE,
    declared.IDENTITY,
    declared.PROTECTED,
    inferred.INFERRED,
    inferred.FIGURES,
    inferred.BEHAVIOUR,
    happened.EVENTS,
    happened.SUBSCRIPTIONS,
    happened.DIGESTS,
    happened.LEDGER,
    happened.INTRODUCTIONS,
    happened.POOLS,
    happened.MENTIONS,
    happened.LOG,
    access.ACCOUNTS,
    access.GROUPS,
    access.SEEN,
    models.MODELS,
    models.KEPT,
)
