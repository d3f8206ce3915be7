"""What a section of an archive is, and what it may ask."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from features.days import EPOCH
from features.records import TalentPool, TalentPoolState
from features.store import Kind
from features.store.tables import record_tables

if TYPE_CHECKING:
    from api.service import Service

Item = dict[str, object]


@dataclass(frozen=True)
class Asked:
    """Whose archive, and where to read it."""

    service: "Service"
    profile_id: str
    now: dt.datetime
    pools: Sequence[tuple[TalentPool, TalentPoolState | None]] = ()
    """Every pool and what its last refresh found."""

    def written(self, kind: Kind, keys: Iterable[str]) -> dict[str, Item]:
        """Where the records of a kind came from and since when they say what they say, by id."""
        table = record_tables[kind].c
        found: dict[str, Item] = {}
        with self.service.store.engine.connect() as connection:
            for key in keys:
                row = connection.execute(sa.select(table.source, table.written_on).where(table.id == key)).one_or_none()
                if row is not None:
                    day = None if row.written_on is None else (EPOCH + dt.timedelta(days=row.written_on)).isoformat()
                    found[key] = {"source": row.source, **({} if day is None else {"ecritLe": day})}
        return found


@dataclass(frozen=True)
class Section:
    """A part of the archive: its name in the JSON, what it tells in a sentence, and its items."""

    name: str
    about: str
    read: Callable[[Asked], Iterator[Item]]
    tables: frozenset[str] = frozenset()
    """The tables of the store whose rows about the person are all in it."""
    live: bool = False
    """Whether it reads the engine: then on the thread that answers questions, and at once."""
