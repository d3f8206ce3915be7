"""`Store`: records in, records out, and a change log written in the same transaction.

The database is the truth; the indexes are a cache that follows the log. A reader that knows
`watermark()` and replays `changes(after=…)` ends up with exactly the store's content.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Final, Self, TypeVar

import msgspec
import sqlalchemy as sa

from features.privacy.keyring import Keyring
from features.privacy.tombstones import Tombstones
from features.records import Event, Record
from features.store.batches import CHUNK, batches
from features.store.changes import Change, Operation, as_of
from features.store.concerned import is_about
from features.store.engine import WRITE, availability_of, open_engine
from features.store.kinds import KIND_OF, Kind
from features.store.migrate import upgrade
from features.store.sealing import Sealing
from features.store.tables import change_log, event_before, offer_group, record_tables, store_identity
from features.store.writer import WriteCounts, Writer, along, mentioning

R = TypeVar("R", bound=Record)

ADVISORY_LOCK: Final = 0x56495649
"""PostgreSQL: writers take turns at the log, so that sequence numbers become visible in order."""
CHANNEL: Final = "vivier_log"
"""PostgreSQL: who listens there (LISTEN) is told of each transaction that appended to the log, once it is committed."""


def utc_today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


class Store:
    """The records of a deployment, in one database. Safe to share between threads."""

    def __init__(
        self,
        engine: sa.Engine,
        keyring: Keyring | None = None,
        erased: Tombstones | None = None,
        clock: Callable[[], dt.date] = utc_today,
    ) -> None:
        self.engine = engine
        self.availability = availability_of(engine)
        self.sealing = Sealing(keyring)
        self.erased = erased
        self.clock = clock

    @classmethod
    def open(
        cls,
        url: str,
        keyring: Keyring | None = None,
        erased: Tombstones | None = None,
        patience_s: float | None = None,
    ) -> Self:
        """The store at `url`, its schema created or brought up to date. Without a keyring, what identifies people can
        be neither read nor written; `erased` are those whose ids may not come back. `patience_s`: see `open_engine`."""
        engine = open_engine(url)
        try:
            upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
        if patience_s is not None:  # a migration may last; what a service asks may not
            engine.dispose()
            engine = open_engine(url, patience_s)
        return cls(engine, keyring, erased)

    def close(self) -> None:
        self.engine.dispose()

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writer]:
        """One transaction: all of it is kept, with its log lines and what goes `along`, or none of it."""
        beside = along.get()
        with self.engine.connect().execution_options(**WRITE) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            touched: list[tuple[Kind, str]] | None = None if beside is None or not beside.wants_touched else []
            writer = Writer(connection, self.sealing, self.erased, self.clock(), touched)
            yield writer
            if beside is not None:
                beside.before_commit(writer)
            if writer.n_changed and connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_notify(CHANNEL, "")))
        if beside is not None:
            beside.after_commit()

    def upsert(self, records: Iterable[Record], source: str) -> WriteCounts:
        """`Writer.upsert` in a transaction of its own."""
        with self.writing() as writer:
            return writer.upsert(records, source)

    def delete(self, kind: Kind, ids: Collection[str]) -> int:
        """`Writer.delete` in a transaction of its own."""
        with self.writing() as writer:
            return writer.delete(kind, ids)

    def get(self, record_type: type[R], key: str) -> R | None:
        """The record with that id, or None."""
        return self.get_many(record_type, [key]).get(key)

    def get_many(self, record_type: type[R], ids: Collection[str]) -> dict[str, R]:
        """The records with those ids, by id; absent ids are absent from the answer."""
        table = record_tables[KIND_OF[record_type]]
        found: dict[str, R] = {}
        with self.engine.connect() as connection:
            for batch in batches(ids):
                for row in connection.execute(sa.select(table.c.id, table.c.body).where(table.c.id.in_(batch))):
                    found[row.id] = self.sealing.take(record_type, row.id, row.body)
        return found

    def scan(self, record_type: type[R], after: str | None = None, batch_size: int = CHUNK) -> Iterator[list[R]]:
        """All records in order of id, in batches, with flat memory; `after` is an exclusive lower bound."""
        table = record_tables[KIND_OF[record_type]]
        while True:
            statement = sa.select(table.c.id, table.c.body).order_by(table.c.id).limit(batch_size)
            if after is not None:
                statement = statement.where(table.c.id > after)
            with self.engine.connect() as connection:
                rows = connection.execute(statement).all()
            if rows:
                yield self._records(record_type, rows)
            if len(rows) < batch_size:
                return
            after = rows[-1].id

    def of_source(self, record_type: type[R], source: str) -> list[R]:
        """The records that a source gave, in order of id."""
        table = record_tables[KIND_OF[record_type]]
        statement = sa.select(table.c.id, table.c.body).where(table.c.source == source).order_by(table.c.id)
        with self.engine.connect() as connection:
            return self._records(record_type, connection.execute(statement).all())

    def of_prefix(self, record_type: type[R], prefix: str) -> list[R]:
        """The records whose id begins with `prefix`, in order of id; `prefix` ends in an ASCII character but "\x7f"."""
        table = record_tables[KIND_OF[record_type]]
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        within = (table.c.id >= prefix, table.c.id < after)
        statement = sa.select(table.c.id, table.c.body).where(*within).order_by(table.c.id)
        with self.engine.connect() as connection:
            return self._records(record_type, connection.execute(statement).all())

    def page(self, record_type: type[R], first: int, size: int) -> list[R]:
        """The records at positions `first` to `first + size - 1` in order of id; fewer, or none, past the end."""
        table = record_tables[KIND_OF[record_type]]
        statement = sa.select(table.c.id, table.c.body).order_by(table.c.id).offset(first).limit(size)
        with self.engine.connect() as connection:
            return self._records(record_type, connection.execute(statement).all())

    def _records(self, record_type: type[R], rows: Sequence[Any]) -> list[R]:
        return [self.sealing.take(record_type, row.id, row.body) for row in rows]

    def events_of(self, profile_id: str) -> list[Event]:
        """What a person did, as the store tells it today, by id."""
        table = record_tables[Kind.EVENT]
        statement = sa.select(table.c.id, table.c.body).where(table.c.person == profile_id).order_by(table.c.id)
        with self.engine.connect() as connection:
            return self._records(Event, connection.execute(statement).all())

    def count(self, kind: Kind) -> int:
        table = record_tables[kind]
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0

    def mentioning(self, record_type: type[R], text: str) -> list[tuple[R, str]]:
        """The records of a kind that stands in clear whose JSON has a text in it, with their sources."""
        with self.engine.connect() as connection:
            return mentioning(connection, self.sealing, record_type, text)

    def is_about_erased(self, record: Record) -> bool:
        """Whether a record is about a person who was erased, and whose id may not come back yet."""
        return self.erased is not None and is_about(record, self.erased)

    def has_any(self, kind: Kind) -> bool:
        """Whether there is a record of that kind."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(record_tables[kind].c.id).limit(1)) is not None

    def source_of(self, kind: Kind, key: str) -> str | None:
        """The source that gave the record, or None if there is no such record."""
        table = record_tables[kind]
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(table.c.source).where(table.c.id == key))

    def canonical_offers(self, ids: Collection[str]) -> dict[str, str]:
        """Offer id -> id of the offer that stands for its group; ids without a group are absent."""
        found: dict[str, str] = {}
        with self.engine.connect() as connection:
            for batch in batches(ids):
                statement = sa.select(offer_group.c.offer_id, offer_group.c.canonical_id)
                for row in connection.execute(statement.where(offer_group.c.offer_id.in_(batch))):
                    found[row.offer_id] = row.canonical_id
        return found

    def duplicates_of(self, canonical_ids: Collection[str]) -> dict[str, list[str]]:
        """Canonical offer id -> ids of its whole group, itself included, sorted."""
        groups: dict[str, list[str]] = {}
        with self.engine.connect() as connection:
            for batch in batches(canonical_ids):
                statement = sa.select(offer_group.c.offer_id, offer_group.c.canonical_id)
                statement = statement.where(offer_group.c.canonical_id.in_(batch)).order_by(offer_group.c.offer_id)
                for row in connection.execute(statement):
                    groups.setdefault(row.canonical_id, []).append(row.offer_id)
        return groups

    def identity(self) -> str:
        """What tells this store from any other: drawn once, when its schema was made."""
        with self.engine.connect() as connection:
            found: str = connection.scalars(sa.select(store_identity.c.id)).one()
        return found

    def watermark(self) -> int:
        """The last sequence number of the change log; 0 when nothing was ever written."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(change_log.c.seq))) or 0

    def events_logged(self, upto: int, batch_size: int = CHUNK) -> Iterator[list[Event]]:
        """The events that are there, each once, in the order of their last change up to the sequence number `upto` and
        as they stood at it, in batches."""
        table = record_tables[Kind.EVENT]
        decoder = msgspec.json.Decoder(Event)
        after = 0
        while True:
            statement = (
                sa.select(change_log.c.seq, table.c.id, table.c.body)
                .join(table, table.c.id == change_log.c.record_id)
                .where(
                    change_log.c.seq > after,
                    change_log.c.seq <= upto,
                    change_log.c.kind == Kind.EVENT.value,
                    change_log.c.operation == Operation.UPSERT.value,
                )
                .order_by(change_log.c.seq)
                .limit(batch_size)
            )
            with self.engine.connect() as connection:
                rows = connection.execute(statement).all()
            before = self.events_before({row.id for row in rows})  # read after what they say now: see `as_of`
            last = [row for row in rows if not any(row.seq < seq <= upto for seq, _ in before.get(row.id, ()))]
            if last:
                yield [as_of(upto, decoder.decode(row.body), before.get(row.id, ())) for row in last]
            if len(rows) < batch_size:
                return
            after = rows[-1].seq

    def events_before(self, ids: Collection[str]) -> dict[str, list[tuple[int, Event]]]:
        """Of events that were corrected: the sequence number of each correction, in order, and what it replaced."""
        found: dict[str, list[tuple[int, Event]]] = {}
        with self.engine.connect() as connection:
            for batch in batches(ids):
                statement = sa.select(event_before).where(event_before.c.record_id.in_(batch))
                for row in connection.execute(statement.order_by(event_before.c.seq)):
                    event = msgspec.json.decode(row.body, type=Event)
                    found.setdefault(row.record_id, []).append((row.seq, event))
        return found

    def changes(self, after: int, limit: int = 10_000) -> list[Change]:
        """The changes with a sequence number above `after`, in order, at most `limit`."""
        statement = sa.select(change_log).where(change_log.c.seq > after).order_by(change_log.c.seq).limit(limit)
        with self.engine.connect() as connection:
            return [
                Change(row.seq, Kind(row.kind), row.record_id, Operation(row.operation))
                for row in connection.execute(statement)
            ]
