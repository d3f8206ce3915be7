"""`Store`: records in, records out, and a change log written in the same transaction.

The database is the truth; the indexes are a cache that follows the log. A reader that knows
`watermark()` and replays `changes(after=…)` ends up with exactly the store's content.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol, Self, TypeVar

import msgspec
import sqlalchemy as sa

from features.days import day_number
from features.privacy.keyring import Keyring
from features.privacy.tombstones import Tombstones
from features.records import Event, Record, Subscription, TalentPool, TalentPoolState
from features.store import owners
from features.store.access import accounts
from features.store.concerned import is_about, people_of, without
from features.store.engine import WRITE, availability_of, open_engine
from features.store.kinds import KIND_OF, Kind
from features.store.migrate import upgrade
from features.store.sealing import Sealing
from features.store.tables import change_log, event_before, offer_group, record_tables, store_identity

R = TypeVar("R", bound=Record)
T = TypeVar("T")

CHUNK = 1000
"""Rows per statement: under SQLite's limit of bound values, large enough to amortise a round trip."""

ADVISORY_LOCK = 0x56495649
"""PostgreSQL: writers take turns at the log, so that sequence numbers become visible in order."""


CHANNEL = "vivier_log"
"""PostgreSQL: who listens there (LISTEN) is told of each transaction that appended to the log, once it is committed."""


class Operation(StrEnum):
    UPSERT = "upsert"
    DELETE = "delete"
    ERASE = "erase"
    """Of a profile, which `record_id` tells by its number alone (`features.store.erasure`)."""


class PersonErased(Exception):
    """A record is about a person who was erased, and whose id may not come back yet. Names nobody."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log."""

    seq: int
    kind: Kind
    record_id: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class WriteCounts:
    """What a write did, in records."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0

    def __add__(self, other: Self) -> "WriteCounts":
        return WriteCounts(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.deleted + other.deleted,
        )

    @property
    def changed(self) -> int:
        return self.inserted + self.updated + self.deleted


def about_profile(profile_id: str) -> str:
    """The source of what is kept about a person and goes when their profile goes."""
    return f"profil:{profile_id}"


def record_id(record: Record) -> str:
    """The record's id; every kind names it `id`."""
    value: str = record.id  # type: ignore[attr-defined]
    return value


def batches(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items, so many at a time: as many as one statement takes."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def utc_today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


class Writer:
    """The writes of one transaction; made by `Store.writing()`, which commits or rolls back."""

    def __init__(
        self,
        connection: sa.Connection,
        sealing: Sealing,
        erased: Tombstones | None,
        today: dt.date,
        touched: list[tuple[Kind, str]] | None = None,
    ) -> None:
        self.connection = connection
        self._sealing, self._erased, self._today = sealing, erased, day_number(today)
        self.n_changed = 0
        """Lines that went to the change log."""
        self.touched = touched
        """What they were about, where somebody wants to know (`Along`)."""

    def upsert(self, records: Iterable[Record], source: str) -> WriteCounts:
        """Insert or replace records of one kind, under `source`.

        A record whose bytes are already there is left alone and not logged. Of two records with one id
        the last wins. Empty input writes nothing. Whoever was erased is left out of talent pools. Raises PersonErased
        when a record is about such a person, and KeyMissing for kinds that are sealed, without keys.
        """
        counts = WriteCounts()
        for batch in batches(records):
            counts += self._upsert_batch(batch, source)
        return counts

    def _upsert_batch(self, batch: list[Record], source: str) -> WriteCounts:
        kind = KIND_OF[type(batch[0])]
        table = record_tables[kind]
        rows: dict[str, dict[str, object]] = {}
        for given in batch:
            if KIND_OF[type(given)] is not kind:
                raise TypeError(f"one kind a call: got {type(given).__name__} among {kind.value}")
            if self._erased is not None and is_about(given, self._erased):
                raise PersonErased(f"a {kind.value} record is about a person who was erased")
            record = given if self._erased is None else without(given, self._erased)
            digest, body = self._sealing.put(kind, record_id(record), record)
            rows[record_id(record)] = {
                "id": record_id(record),
                "source": source,
                "digest": digest,
                "body": body,
                "written_on": self._today,
            }
            if kind is Kind.EVENT:
                rows[record_id(record)]["person"] = people_of(record)[0]
        known: dict[str, tuple[bytes, str]] = {
            row.id: (bytes(row.digest), row.source)
            for row in self.connection.execute(
                sa.select(table.c.id, table.c.digest, table.c.source).where(table.c.id.in_(list(rows)))
            )
        }
        before = self._bodies(known) if kind is Kind.EVENT else {}
        inserts = [row for row_id, row in rows.items() if row_id not in known]
        updates = [
            row for row_id, row in rows.items() if row_id in known and known[row_id] != (row["digest"], row["source"])
        ]
        if inserts:
            self.connection.execute(sa.insert(table), inserts)
        if updates:
            names = [name for name in updates[0] if name != "id"]
            statement = sa.update(table).where(table.c.id == sa.bindparam("key"))
            self.connection.execute(
                statement.values({name: sa.bindparam(f"new_{name}") for name in names}),
                [{"key": row["id"], **{f"new_{name}": row[name] for name in names}} for row in updates],
            )
        self.log(kind, [str(row["id"]) for row in inserts], Operation.UPSERT)
        changed = [str(row["id"]) for row in updates]
        self.log(kind, changed, Operation.UPSERT, {key: before[key] for key in changed if key in before})
        if kind is Kind.SUBSCRIPTION:
            owners.put(self.connection, [record for record in batch if isinstance(record, Subscription)])
        return WriteCounts(len(inserts), len(updates), len(rows) - len(inserts) - len(updates), 0)

    def _bodies(self, ids: Collection[str]) -> dict[str, str]:
        """What events that are there say, as JSON by id."""
        table = record_tables[Kind.EVENT]
        found = self.connection.execute(sa.select(table.c.id, table.c.body).where(table.c.id.in_(list(ids))))
        return {row.id: row.body for row in found}

    def delete(self, kind: Kind, ids: Collection[str]) -> int:
        """Delete records by id; returns how many were there. A profile takes its identity, its RQTH, its subscriptions,
        all that it was sent, its requests and the accounts linked to it with it, and leaves the talent pools; a talent
        pool takes what its refreshes found."""
        deleted = 0
        for batch in batches(ids):
            table = record_tables[kind]
            present = list(self.connection.scalars(sa.select(table.c.id).where(table.c.id.in_(batch))))
            if not present:
                continue
            self.connection.execute(sa.delete(table).where(table.c.id.in_(present)))
            if kind is Kind.EVENT:
                self.connection.execute(sa.delete(event_before).where(event_before.c.record_id.in_(present)))
            if kind is Kind.OFFER:
                self.log(Kind.OFFER, self._standing_for(present), Operation.UPSERT)
                self.connection.execute(sa.delete(offer_group).where(offer_group.c.offer_id.in_(present)))
            if kind is Kind.SUBSCRIPTION:
                owners.stop(self.connection, present)
            self.log(kind, present, Operation.DELETE)
            deleted += len(present)
        if kind is Kind.PROFILE:
            self.delete(Kind.IDENTITY, ids)
            self.delete(Kind.PROTECTED, ids)
            for batch in batches(ids):
                self.delete(Kind.SUBSCRIPTION, owners.subscriptions_of(self.connection, batch))
                owners.forget(self.connection, batch)
                accounts.forget(self.connection, batch)
            for batch in batches([about_profile(key) for key in ids]):
                requests = record_tables[Kind.CONTACT_REQUEST]
                found = self.connection.scalars(sa.select(requests.c.id).where(requests.c.source.in_(batch)))
                self.delete(Kind.CONTACT_REQUEST, list(found))
            self.leave_pools(frozenset(ids))
        if kind is Kind.TALENT_POOL:
            self.delete(Kind.TALENT_POOL_STATE, ids)
        return deleted

    def leave_pools(self, profile_ids: frozenset[str]) -> None:
        """Take people out of the talent pools that they were put into, and out of what refreshes found."""
        for record_type in (TalentPool, TalentPoolState):
            for record, source in self._all(record_type):
                kept = without(record, profile_ids)
                if kept != record:
                    self.upsert([kept], source)

    def _all(self, record_type: type[R]) -> list[tuple[R, str]]:
        """The records of a kind and their sources, as this transaction sees them."""
        table = record_tables[KIND_OF[record_type]]
        rows = self.connection.execute(sa.select(table.c.id, table.c.body, table.c.source)).all()
        return [(self._sealing.take(record_type, row.id, row.body), row.source) for row in rows]

    def mentioning(self, record_type: type[R], text: str) -> list[tuple[R, str]]:
        """`Store.mentioning`, as this transaction sees it."""
        return _mentioning(self.connection, self._sealing, record_type, text)

    def _standing_for(self, offer_ids: list[str]) -> list[str]:
        """The offers still there that are shown in place of some of these: they name one source fewer from now on."""
        offers = record_tables[Kind.OFFER]
        statement = sa.select(offer_group.c.canonical_id).where(
            offer_group.c.offer_id.in_(offer_ids),
            offer_group.c.canonical_id.not_in(offer_ids),
            sa.exists().where(offers.c.id == offer_group.c.canonical_id),
        )
        return list(self.connection.scalars(statement.distinct().order_by(offer_group.c.canonical_id)))

    def delete_absent(self, kind: Kind, source: str, keep: Collection[str]) -> int:
        """Delete what `source` gave before and no longer gives: a complete feed's deletions."""
        table = record_tables[kind]
        present = set(self.connection.scalars(sa.select(table.c.id).where(table.c.source == source)))
        return self.delete(kind, sorted(present - set(keep)))

    def held(self, record_type: type[R], key: str) -> tuple[R | None, str | None]:
        """The record with that id and the source that gave it, as this transaction sees them; None and None."""
        table = record_tables[KIND_OF[record_type]]
        row = self.connection.execute(sa.select(table.c.body, table.c.source).where(table.c.id == key)).one_or_none()
        return (None, None) if row is None else (self._sealing.take(record_type, key, row.body), row.source)

    def sources_of(self, kind: Kind, ids: Collection[str]) -> dict[str, str]:
        """Which source gave each of these records, as this transaction sees it; absent ids are absent."""
        table = record_tables[kind]
        found: dict[str, str] = {}
        for batch in batches(ids):
            statement = sa.select(table.c.id, table.c.source).where(table.c.id.in_(batch))
            found |= {row.id: row.source for row in self.connection.execute(statement)}
        return found

    def exists(self, kind: Kind, key: str) -> bool:
        """Whether the record is there, as this transaction sees it."""
        table = record_tables[kind]
        return self.connection.scalar(sa.select(table.c.id).where(table.c.id == key)) is not None

    def log(
        self, kind: Kind, ids: Collection[str], operation: Operation, before: Mapping[str, str] | None = None
    ) -> None:
        """Append to the change log: what a follower must read again, and what some of it said `before` (events)."""
        if not ids:
            return
        self.n_changed += len(ids)
        if self.touched is not None and operation is not Operation.ERASE:
            self.touched += [(kind, key) for key in ids]
        lines = [{"kind": kind.value, "record_id": key, "operation": operation.value} for key in ids]
        if not before:
            self.connection.execute(sa.insert(change_log), lines)
            return
        logged = self.connection.execute(
            sa.insert(change_log).returning(change_log.c.seq, change_log.c.record_id), lines
        )
        self.connection.execute(
            sa.insert(event_before),
            [{"seq": row.seq, "record_id": row.record_id, "body": before[row.record_id]} for row in logged],
        )


class Along(Protocol):
    """What goes into transactions beside the records: the line of the audit log that tells of them."""

    @property
    def wants_touched(self) -> bool:
        """Whether to keep in memory what the transaction changes."""
        ...

    def before_commit(self, writer: Writer) -> None:
        """Write it; what the transaction changed is in `writer.touched`."""
        ...

    def after_commit(self) -> None:
        """The transaction is committed, and the lock free."""
        ...


along: ContextVar[Along | None] = ContextVar("along", default=None)
"""What goes along with every transaction of this context: a request's, a command's."""


def as_of(seq: int, now: Event, before: Sequence[tuple[int, Event]]) -> Event:
    """What an event said at a sequence number, of what it says `now` and what each correction replaced. `before` is to
    be read after `now`: of a correction that comes in between, either tells the same."""
    return next((said for corrected, said in before if corrected > seq), now)


def _mentioning(connection: sa.Connection, sealing: Sealing, record_type: type[R], text: str) -> list[tuple[R, str]]:
    table = record_tables[KIND_OF[record_type]].c
    written = msgspec.json.encode(text).decode()[1:-1]
    rows = connection.execute(
        sa.select(table.id, table.body, table.source).where(table.body.contains(written, autoescape=True))
    )
    return [(sealing.take(record_type, row.id, row.body), row.source) for row in rows.all()]


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
            return _mentioning(connection, self.sealing, record_type, text)

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
