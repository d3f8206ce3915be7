"""A copy of a store in one SQLite file, whatever its database, and a store made from such a copy.

SQLite is copied by its own online backup, PostgreSQL table by table in one snapshot: writers go on meanwhile, and the
copy says what was said at one instant. What is sealed stays sealed: a copy without the keys tells no identity.
"""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from features.store.engine import open_engine
from features.store.migrate import HEAD, current_revision, upgrade
from features.store.tables import change_log, metadata

ROWS: Final = 2_000


class NotEmpty(Exception):
    """A store that is to be restored holds records already."""


def copy_store(engine: sa.Engine, target: Path) -> None:
    """Write a copy to `target`, which must not be there; whole or not at all."""
    work = target.with_name(f".{target.name}.writing")
    work.unlink(missing_ok=True)
    try:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(engine, work)
        else:
            fresh = open_engine(f"sqlite:///{work}")
            try:
                upgrade(fresh)
                with engine.connect().execution_options(isolation_level="REPEATABLE READ") as source:
                    _copy_tables(source, fresh)
                _settle(fresh)
            finally:
                fresh.dispose()
        work.rename(target)
    finally:
        for leftover in (work, *(work.with_name(work.name + end) for end in ("-wal", "-shm", "-journal"))):
            leftover.unlink(missing_ok=True)


def restore_store(copy: Path, engine: sa.Engine, replace: bool) -> None:
    """Fill an empty database from a copy; with `replace` what it holds goes first. Raises NotEmpty."""
    if current_revision(engine) is not None:
        with engine.connect() as connection:
            held = connection.scalar(sa.select(sa.func.max(change_log.c.seq)))
        if held and not replace:
            raise NotEmpty(f"the store holds records (up to sequence {held}): they would be lost")
    if engine.dialect.name == "sqlite":
        with contextlib.closing(sqlite3.connect(copy)) as source:
            raw = engine.raw_connection()
            try:
                source.backup(raw.driver_connection)  # type: ignore[arg-type]
            finally:
                raw.close()
        engine.dispose()
        upgrade(engine)
        return
    upgrade(engine)
    with _level(copy) as source_engine, source_engine.connect() as connection:
        _copy_tables(connection, engine)


@contextlib.contextmanager
def _level(copy: Path) -> Iterator[sa.Engine]:
    """A copy with the schema of today, to be read; the file itself stays as it is, byte for byte."""
    address = f"{copy.absolute().as_uri()}?mode=ro&immutable=1"
    engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True))
    try:
        if current_revision(engine) == HEAD:
            yield engine
            return
    finally:
        engine.dispose()
    with tempfile.TemporaryDirectory(prefix="vivier-restore-") as folder:
        engine = open_engine(f"sqlite:///{shutil.copy(copy, folder)}")
        try:
            upgrade(engine)
            yield engine
        finally:
            engine.dispose()


def _copy_sqlite(engine: sa.Engine, target: Path) -> None:
    raw = engine.raw_connection()
    try:
        with contextlib.closing(sqlite3.connect(target)) as copy:
            raw.driver_connection.backup(copy, pages=4096)  # type: ignore[union-attr]
            copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        raw.close()


def _settle(engine: sa.Engine) -> None:
    """One file, without a journal beside it."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=DELETE")
    finally:
        raw.close()


def _copy_tables(source: sa.Connection, target: sa.Engine) -> None:
    """Every row, in place of those that are there, in one transaction."""
    with target.begin() as writing:
        for table in metadata.sorted_tables:
            writing.execute(sa.delete(table))
            rows = source.execution_options(yield_per=ROWS).execute(sa.select(table))
            for part in rows.mappings().partitions(ROWS):
                values: list[dict[str, Any]] = [dict(row) for row in part]
                writing.execute(sa.insert(table), values)
        if target.dialect.name == "postgresql":
            last = sa.select(sa.func.coalesce(sa.func.max(change_log.c.seq), 1)).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence("change_log", "seq")
            writing.execute(sa.select(sa.func.setval(sequence, last)))
