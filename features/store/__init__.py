"""The store: SQL, the only truth. `Store` reads and writes records; every write appends to the change log."""

from features.store import owners
from features.store.kinds import KIND_OF, RECORD_TYPES, Kind
from features.store.sealing import SEALED, KeyMissing
from features.store.store import (
    Change,
    Operation,
    PersonErased,
    Store,
    WriteCounts,
    Writer,
    about_profile,
    record_id,
)

__all__ = [
    "KIND_OF",
    "RECORD_TYPES",
    "SEALED",
    "Change",
    "KeyMissing",
    "Kind",
    "Operation",
    "PersonErased",
    "Store",
    "WriteCounts",
    "Writer",
    "about_profile",
    "owners",
    "record_id",
]
