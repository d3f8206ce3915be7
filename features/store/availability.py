"""Whether the database answers, as those who use it find it, and no long queue in front of one that does not.

A use asks here before it begins: of PostgreSQL each, of SQLite, whose readers wait for nobody, each that writes. Once
one has found the database silent, the others are told so at once, and one at a time tries again; so nobody but that one
waits. The first use that goes well ends it. Behind a database that is merely slow, `most` uses wait at a time: the
others are told to come back.
"""

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from features.disk_trouble import DiskTrouble, disk_trouble

RETRY_S: Final = 1.0
"""Between two attempts to use a database that was found silent."""
SLOW_S: Final = 1.0
"""A use that lasts longer is one that waits."""
MOST_WAITING: Final = 12
"""Uses that one process has wait for a slow database."""

_USE: Final = "vivier_use"


class DatabaseDown(Exception):
    """The database was found silent a moment ago, or too many wait for it: it was not asked."""


@dataclass(eq=False)
class Use:
    """One use of the database under way."""

    thread: int
    since: float
    failed: bool = False


class Availability:
    """One process's knowledge of one database. Safe to share between threads."""

    def __init__(self, most: int = MOST_WAITING, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._uses: list[Use] = []
        self._try_again_at = 0.0
        self._trying: int | None = None
        self.since: dt.datetime | None = None
        """Since when the database is silent, or takes no writes; None while it answers."""
        self.failure: str | None = None
        """Class of the error that was met last; None while it answers."""

    def enter(self) -> Use:
        """A use begins; it ends with `leave`. Raises DatabaseDown where it would only wait."""
        me, now = threading.get_ident(), self._clock()
        with self._lock:
            if self.since is not None and self._trying != me:
                if self._trying is not None or now < self._try_again_at:
                    raise DatabaseDown(f"the database does not answer ({self.failure})")
                self._trying = me
            if len(self._uses) >= self._most and now - self._uses[0].since > SLOW_S:
                raise DatabaseDown(f"{len(self._uses)} wait for the database already")
            use = Use(me, now)
            self._uses.append(use)
        return use

    def leave(self, use: Use) -> None:
        """A use is over: unless it met a failure, the database answers."""
        with self._lock:
            self._uses.remove(use)
            if not use.failed:
                self.since = self.failure = None
            if self._trying == use.thread and all(other.thread != use.thread for other in self._uses):
                self._trying = None

    def failed(self, failure: str) -> None:
        """A use by this thread found the database silent."""
        me = threading.get_ident()
        with self._lock:
            self.since = self.since or dt.datetime.now(dt.UTC)
            self.failure = failure
            self._try_again_at = self._clock() + RETRY_S
            for use in self._uses:
                use.failed |= use.thread == me


class WatchedPool(QueuePool):
    """A pool that tells `availability` of each connection that comes back, as the use that began with it."""

    availability: ClassVar[Availability]

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        use = (record.record_info or {}).pop(_USE, None)
        try:
            super()._do_return_conn(record)
        finally:
            if use is not None:
                self.availability.leave(use)


class GuardedPool(WatchedPool):
    """A pool where taking a connection is a use."""

    def connect(self) -> PoolProxiedConnection:
        use = self.availability.enter()
        try:
            given = super().connect()
        except BaseException as error:
            use.failed = use.failed or is_outage(error)
            self.availability.leave(use)
            raise
        _keep(given, use)
        return given


def pool_over(availability: Availability, base: type[WatchedPool]) -> type[WatchedPool]:
    """The pool of one engine, which makes another of the same class when it is disposed of. It logs as SQLAlchemy's."""
    return type("Pool", (base,), {"availability": availability, "__module__": QueuePool.__module__})


def begin_write(connection: sa.Connection, availability: Availability, statement: str) -> None:
    """Begin a transaction that writes with `statement`: a use, until its connection goes back to the pool."""
    use = availability.enter()
    try:
        connection.exec_driver_sql(statement)
    except BaseException:
        availability.leave(use)
        raise
    _keep(connection.connection, use)


def _keep(connection: PoolProxiedConnection, use: Use) -> None:
    info = connection.record_info
    if info is None:  # of a connection that left its pool; ours do not
        raise TypeError("a connection without a place in the pool")
    info[_USE] = use


def watch(engine: sa.Engine, availability: Availability) -> None:
    """Tell `availability` of the failures of `engine`."""

    def failed(context: Any) -> None:
        if context.is_disconnect or is_outage(context.sqlalchemy_exception):
            availability.failed(type(context.original_exception).__name__)

    event.listen(engine, "handle_error", failed)


def is_outage(error: BaseException) -> bool:
    """Whether an error says that the database cannot be used now, rather than that it was asked wrongly."""
    if isinstance(error, (DatabaseDown, sa.exc.TimeoutError)):
        return True
    trouble = disk_trouble(error)
    if trouble is not None:  # a disk that is full or fails says so at once: nobody waits for it
        return trouble is DiskTrouble.HELD
    if not isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError)):
        return False
    return any(kind.__module__.startswith("psycopg") for kind in type(error.orig).__mro__)
