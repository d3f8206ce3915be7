"""Forgetting a person, from the first row to the last file.

forget   the rows of the store and its log, in one transaction; the files beside it; who was erased is remembered
         (`tombstones`). Every process that serves follows the log: the person is gone from it within a second.
finish   the files of the indexes and of the database, written anew without what was erased. Another process does
         it, at once; where the database is large, at night (`vivier retention run`).
"""

import contextlib
import datetime as dt
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from api.service import CANNOT_OPEN, Service
from api.settings import Settings
from api.storing import open_store
from features.artifacts import ArtifactError, current_id, load_current
from features.privacy.side_files import Swept, sweep
from features.store import Store
from features.store.erasure import erase
from features.store.erasure_log import drop_lines_of_the_gone, last_seq, note_rewritten, to_rewrite
from features.store.rewriting import Busy, rewrite, size_of
from matching.errors import ClusterUnreachable
from matching.forgetting import forget_generations, forget_in_indexes

REWRITTEN_AT_ONCE_BYTES: Final = 1 << 30
"""A larger database is written anew at night: its writers wait for seconds a gigabyte."""
LOCK: Final = ".merging"


@dataclass(frozen=True)
class Forgotten:
    """What there was of a person."""

    rows: dict[str, int]
    """By table of the store."""
    swept: Swept
    """In the files beside it."""
    remembered: bool
    """Whether the id is known as erased from now on: not where there are no keys."""

    @property
    def anything(self) -> bool:
        return bool(self.rows) or self.swept != Swept()


@dataclass(frozen=True)
class Finished:
    """What was written anew, and what could not be."""

    indexes: bool
    database: bool
    waits: str | None = None
    """Why something is left for later; None: nothing is."""


def forget(store: Store, settings: Settings, profile_id: str) -> Forgotten:
    """Leave nothing of a person in the store and in the files beside it; what the files of the indexes and of the
    database still hold goes with `finish`."""
    erased = erase(store, profile_id)
    swept = sweep(settings.data_dir, erased.held.names, [*database_files(store), settings.tombstones_path])
    return Forgotten(erased.held.rows, swept, store.erased is not None)


def finish(settings: Settings, wait: bool, database: bool = False) -> Finished | None:
    """Write anew what still holds people who were erased; None when another process does, or merges, and it is not to
    be waited for. `database`: however large it is."""
    with merging_lock(settings.indexes_dir, wait) as alone:
        if not alone:
            return None
        with contextlib.closing(open_store(settings)) as store:
            erased_upto = last_seq(store)
            indexes, indexes_wait = _indexes(settings, erased_upto)
            rewritten, database_waits = False, None
            if to_rewrite(store):
                drop_lines_of_the_gone(store, taken_in(settings, store))
                rewritten, database_waits = _database(store, erased_upto, database)
        waits = "; ".join(filter(None, [database_waits, indexes_wait])) or None
        return Finished(indexes, rewritten, waits)


def _indexes(settings: Settings, erased_upto: int) -> tuple[bool, str | None]:
    """Whether a generation had to be written, and why one that had to could not be."""
    if current_id(settings.indexes_dir) is None:
        return False, None
    try:
        stale = int(load_current(settings.indexes_dir).meta["watermark"]) < erased_upto
    except ArtifactError as error:
        return False, f"{error}: run vivier index build"
    if not stale:
        forget_generations(settings.data_dir, erased_upto, settings.index_backend, settings.cluster)
        return False, None
    try:
        service = Service.open(settings)
    except CANNOT_OPEN as error:
        return False, f"the indexes still hold people who were erased: {error}"
    with contextlib.closing(service.store):
        try:
            return forget_in_indexes(service.engine, dt.datetime.now(dt.UTC)), None
        except ClusterUnreachable as error:
            return False, f"the vector cluster at {error.uri} still holds people who were erased: {error.reason}"


def taken_in(settings: Settings, store: Store) -> int:
    """The number of the log up to which no index is behind: all of it where there is none."""
    if current_id(settings.indexes_dir) is None:
        return store.watermark()
    try:
        return int(load_current(settings.indexes_dir).meta["watermark"])
    except ArtifactError:
        return 0


def _database(store: Store, erased_upto: int, whatever_size: bool) -> tuple[bool, str | None]:
    """Whether the database's files were written anew, and why not."""
    if not whatever_size and size_of(store.engine) > REWRITTEN_AT_ONCE_BYTES:
        return False, "the database is large: `vivier retention run` writes it anew"
    try:
        rewrite(store.engine)
    except Busy as error:
        return False, str(error)
    note_rewritten(store, erased_upto)
    return True, None


@contextlib.contextmanager
def merging_lock(indexes: Path, wait: bool) -> Iterator[bool]:
    """One process at a time writes the live rows as a new generation; False where another does and it is not to be
    waited for."""
    indexes.mkdir(parents=True, exist_ok=True)
    with (indexes / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def database_files(store: Store) -> list[Path]:
    """The files of a SQLite database; none of another."""
    url: sa.URL = store.engine.url
    if url.get_backend_name() != "sqlite" or url.database in (None, ":memory:"):
        return []
    return [Path(f"{url.database}{ending}") for ending in ("", "-wal", "-shm", "-journal")]
