"""The store: SQL, the only truth. `Store` reads and writes records; every write appends to the change log."""

from features.store import owners
from features.store.kinds import KIND_OF, RECORD_TYPES, Kind
from features.store.sealing import SEALED, KeyMissing
from features.store.store import (
    Along,
    Change,
    Operation,
    PersonErased,
    Store,
    WriteCounts,
    Writer,
    about_profile,
    along,
    record_id,
)

__all__ = [
    "KIND_OF",
    "RECORD_TYPES",
    "SEALED",
    "Along",
    "Change",
    "KeyMissing",
    "Kind",
    "Operation",
    "PersonErased",
    "Store",
    "WriteCounts",
    "Writer",
    "about_profile",
    "along",
    "owners",
    "record_id",
]
