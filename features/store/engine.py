"""Engines: SQLite in WAL mode with full synchronisation, or PostgreSQL by URL."""

from functools import partial
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event

from features.store.availability import Availability, GuardedPool, WatchedPool, begin_write, pool_over, watch

WRITE = {"vivier_write": True}
"""Execution options of a connection that will write: SQLite takes its lock at BEGIN, not half-way."""
UNHURRIED_S: Final = 60.0
"""What a command waits for SQLite's lock; of PostgreSQL it waits for ever."""
NOTICED_DEAD: Final = "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"
"""How PostgreSQL looks after its end of a connection: a machine that was cut off in a transaction that writes holds the
lock of all writers for five seconds, not for two hours."""
_AVAILABILITY: Final[WeakKeyDictionary[sa.Engine, Availability]] = WeakKeyDictionary()


def open_engine(url: str, patience_s: float | None = None) -> sa.Engine:
    """An engine for `url` (`sqlite:///path` or `postgresql+psycopg://…`); SQLite's folder is made if missing.

    With `patience_s`, for a service: nothing that is asked of the database waits longer, and `availability_of` tells
    how it stands. Without, for commands: statements may last.

    Its errors do not show the values of a statement, which are of people: errors go to logs.
    Raises ValueError for another database, naming it, and for PostgreSQL without its driver, naming the extra.
    """
    parsed = sa.make_url(url)
    backend = parsed.get_backend_name()
    availability = Availability()
    if backend == "sqlite":
        options: dict[str, Any] = {}
        if parsed.database is not None and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            options = {} if patience_s is None else {"poolclass": pool_over(availability, WatchedPool)}
        waits_s = UNHURRIED_S if patience_s is None else patience_s
        engine = sa.create_engine(parsed, connect_args={"timeout": waits_s}, hide_parameters=True, **options)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", partial(_sqlite_begin, availability if options else None))
    elif backend == "postgresql":
        try:
            engine = _postgres(parsed, availability, patience_s)
        except ModuleNotFoundError as error:
            raise ValueError(f"PostgreSQL needs {error.name}: pip install 'vivier[postgres]'") from error
    else:
        raise ValueError(f"database {backend!r} is not supported: use sqlite:///path or postgresql+psycopg://…")
    watch(engine, availability)
    _AVAILABILITY[engine] = availability
    return engine


def availability_of(engine: sa.Engine) -> Availability:
    """How the database of an engine stands; of one that `open_engine` did not give, nothing is known."""
    return _AVAILABILITY.get(engine) or Availability()


def _postgres(url: sa.URL, availability: Availability, patience_s: float | None) -> sa.Engine:
    options: dict[str, Any] = {"pool_pre_ping": True, "hide_parameters": True}
    if "options" not in url.query:
        options["connect_args"] = {"options": NOTICED_DEAD}
    if patience_s is None:
        return sa.create_engine(url, **options)
    pool = pool_over(availability, GuardedPool)
    engine = sa.create_engine(url, poolclass=pool, pool_timeout=patience_s, **options)
    from features.store.patient_postgres import connect

    def connected(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> Any:
        return connect(patience_s, *arguments, **parameters)

    event.listen(engine, "do_connect", connected)
    return engine


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


def _sqlite_begin(availability: Availability | None, connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("vivier_write", False)
    if writes and availability is not None:
        begin_write(connection, availability, "BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
