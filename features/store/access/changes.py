"""The log of what changed about who may sign in: processes follow it, so that no request waits for the database.

A line is kept for `KEPT_S`, longer than any session lasts: whoever starts reads the lines that are there and knows of
everything that was taken away from a token that could still be good.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from features.store.tables import access_change

KEPT_S: Final = 24 * 3600


class Changed(StrEnum):
    CLIENT = "client"
    ACCOUNT = "account"
    SESSION = "session"
    """One that was ended."""


@dataclass(frozen=True, slots=True)
class AccessChange:
    """One line: what is to be read again."""

    seq: int
    kind: Changed
    key: str
    at: int


def log(connection: sa.Connection, kind: Changed, keys: Iterable[str]) -> None:
    """Append to the log, in the transaction of the change; lines that nobody needs any more go."""
    now = int(time.time())
    lines = [{"kind": kind.value, "key": key, "at": now} for key in keys]
    if not lines:
        return
    newest = sa.select(sa.func.max(access_change.c.seq)).scalar_subquery()
    old = sa.delete(access_change).where(access_change.c.at < now - KEPT_S, access_change.c.seq < newest)
    connection.execute(old)
    connection.execute(sa.insert(access_change), lines)


def since(connection: sa.Connection, seq: int) -> list[AccessChange]:
    """The lines after a sequence number, in order; all that are kept after 0."""
    statement = sa.select(access_change).where(access_change.c.seq > seq).order_by(access_change.c.seq)
    return [AccessChange(row.seq, Changed(row.kind), row.key, row.at) for row in connection.execute(statement)]
