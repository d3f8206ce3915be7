"""Accounts whose way of looking at people was remarked: one line an account, a pattern and a day."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b

import sqlalchemy as sa

from features.store.batches import batches
from features.store.store import Store
from features.store.tables import account_flag


@dataclass(frozen=True, slots=True)
class Flag:
    """One remark. It tells of an account, never of the people that were looked at."""

    account: str
    role: str
    siret: str | None
    pattern: str
    at: str
    """ISO 8601, UTC: when it was first remarked that day."""
    people_today: int
    """Different people that had been shown by then."""

    @property
    def id(self) -> str:
        """The same for a pattern of an account all day long."""
        return blake2b(f"{self.account}\n{self.pattern}\n{self.at[:10]}".encode(), digest_size=16).hexdigest()


def put(store: Store, flag: Flag) -> bool:
    """Keep a flag unless the day has it; whether it is new."""
    columns = ("id", "account", "role", "siret", "pattern", "at", "people_today")
    row = {name: getattr(flag, name) for name in columns}
    with store.writing() as writer:
        known = writer.connection.scalar(sa.select(account_flag.c.id).where(account_flag.c.id == flag.id))
        if known is None:
            writer.connection.execute(sa.insert(account_flag).values(row))
    return known is None


def page(store: Store, first: int, size: int, account: str | None = None) -> tuple[list[Flag], int]:
    """The flags, of one account or of all, the latest first, and how many there are."""
    mine = sa.true() if account is None else account_flag.c.account == account
    ordered = sa.select(account_flag).where(mine).order_by(account_flag.c.at.desc(), account_flag.c.id)
    with store.engine.connect() as connection:
        rows = connection.execute(ordered.offset(first).limit(size)).all()
        total = connection.scalar(sa.select(sa.func.count()).select_from(account_flag).where(mine)) or 0
    return [Flag(row.account, row.role, row.siret, row.pattern, row.at, row.people_today) for row in rows], total


def ids_before(store: Store, day: dt.date) -> list[str]:
    """The ids of the flags of before `day`, in order."""
    old = sa.select(account_flag.c.id).where(account_flag.c.at < day.isoformat()).order_by(account_flag.c.id)
    with store.engine.connect() as connection:
        return list(connection.scalars(old))


def delete(store: Store, ids: Collection[str]) -> None:
    for batch in batches(ids):
        with store.writing() as writer:
            writer.connection.execute(sa.delete(account_flag).where(account_flag.c.id.in_(batch)))
