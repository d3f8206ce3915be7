"""The store: SQL, the only truth. `Store` reads and writes records; every write appends to the change log."""

from features.store import owners
from features.store.availability import DatabaseDown, is_outage
from features.store.changes import Change, Operation
from features.store.kinds import KIND_OF, RECORD_TYPES, Kind
from features.store.sealing import SEALED, KeyMissing
from features.store.store import Store
from features.store.writer import Along, PersonErased, WriteCounts, Writer, about_profile, along, record_id

__all__ = [
    "KIND_OF",
    "RECORD_TYPES",
    "SEALED",
    "Along",
    "Change",
    "DatabaseDown",
    "KeyMissing",
    "Kind",
    "Operation",
    "PersonErased",
    "Store",
    "WriteCounts",
    "Writer",
    "about_profile",
    "along",
    "is_outage",
    "owners",
    "record_id",
]
