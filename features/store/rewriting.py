"""Writing a database's files anew, so that nothing stays in them of rows that are gone.

SQLite overwrites what is deleted (`secure_delete`), but its journal keeps former pages, and a page that was split may
keep a former row in its gap: so the journal is emptied, and the file is written anew. PostgreSQL keeps dead rows until
VACUUM, and its journal for as long as its administrator says.
"""

import time
from typing import Final

import sqlalchemy as sa

from features.store.tables import metadata

TRIES: Final = 40
PAUSE_S: Final = 0.25
"""Readers of a former page keep the journal: each reads for milliseconds."""


class Busy(Exception):
    """Something reads or writes for so long that the journal cannot be emptied; the files are as they were."""


def rewrite(engine: sa.Engine) -> None:
    """Write the files anew. Writers wait meanwhile: seconds a gigabyte. Raises Busy."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in metadata.tables:
                connection.exec_driver_sql(f'VACUUM "{name}"')
        return
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA temp_store=FILE")  # all of it would not fit in memory
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA temp_store=MEMORY")
    finally:
        raw.close()
    empty_journal(engine)


def empty_journal(engine: sa.Engine) -> None:
    """Move SQLite's journal into its file and cut it to nothing; nothing to do elsewhere. Raises Busy."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        for _ in range(TRIES):
            busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            time.sleep(PAUSE_S)
    finally:
        raw.close()
    raise Busy("the database is being read without a pause: its journal could not be emptied")


def size_of(engine: sa.Engine) -> int:
    """Bytes of the database."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return int(connection.scalar(sa.text("select pg_database_size(current_database())")) or 0)
        pages, each = (connection.scalar(sa.text(f"pragma {name}")) or 0 for name in ("page_count", "page_size"))
        return int(pages) * int(each)
