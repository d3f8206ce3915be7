"""Engines: SQLite in WAL mode with full synchronisation, or PostgreSQL by URL."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

WRITE = {"vivier_write": True}
"""Execution options of a connection that will write: SQLite takes its lock at BEGIN, not half-way."""


def open_engine(url: str) -> sa.Engine:
    """An engine for `url` (`sqlite:///path` or `postgresql+psycopg://…`); SQLite's folder is made if missing.

    Its errors do not show the values of a statement, which are of people: errors go to logs.
    Raises ValueError for another database, naming it, and for PostgreSQL without its driver, naming the extra.
    """
    parsed = sa.make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database is not None and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, connect_args={"timeout": 60}, hide_parameters=True)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if backend == "postgresql":
        try:
            return sa.create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        except ModuleNotFoundError as error:
            raise ValueError(f"PostgreSQL needs {error.name}: pip install 'vivier[postgres]'") from error
    raise ValueError(f"database {backend!r} is not supported: use sqlite:///path or postgresql+psycopg://…")


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy, not the driver, says when a transaction begins
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("vivier_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
