"""Lots of people that one run holds: nobody else works for them meanwhile, and a process that is killed lets go.

On one machine they are bytes of a file (`fcntl`, POSIX record locks); over a PostgreSQL that several machines share,
its advisory locks, of the connection that took them.
"""

import contextlib
import fcntl
import os
from collections.abc import Collection, Iterator
from pathlib import Path

import sqlalchemy as sa


class Busy(Exception):
    """Another run works for some of the same people."""

    def __init__(self) -> None:
        super().__init__("another run works for some of the same people: wait until it ends")


@contextlib.contextmanager
def held_in_file(path: Path, lots: Collection[int], wait: bool = False) -> Iterator[None]:
    """Hold a lock on each of `lots`, bytes of a file that is opened here alone: closing it anywhere in this process
    would let all of them go. Raises Busy where another process holds one, unless it is to `wait`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for lot in sorted(lots):
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB, 1, lot)
            except BlockingIOError:
                raise Busy from None
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def held_in_database(engine: sa.Engine, what: int, lots: Collection[int]) -> Iterator[None]:
    """Hold PostgreSQL's advisory lock of each of `lots`, under the number of `what` is done. Raises Busy where another
    connection holds one."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            for lot in sorted(lots):
                if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(what, lot))).scalar_one():
                    raise Busy
            yield
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock_all()))
