"""The store: SQL, the only truth. `Store` reads and writes records; every write appends to the change log."""

from features.store import owners
from features.store.kinds import KIND_OF, RECORD_TYPES, Kind
from features.store.store import Change, Operation, Store, WriteCounts, Writer, about_profile, record_id

__all__ = [
    "KIND_OF",
    "RECORD_TYPES",
    "Change",
    "Kind",
    "Operation",
    "Store",
    "WriteCounts",
    "Writer",
    "about_profile",
    "owners",
    "record_id",
]
