"""`Writer`: records in, and the lines of the change log that tell of them, in one transaction."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import msgspec
import sqlalchemy as sa

from features.days import day_number
from features.privacy.tombstones import Tombstones
from features.records import Record, Subscription, TalentPool, TalentPoolState
from features.store import owners
from features.store.access import accounts
from features.store.batches import batches
from features.store.changes import Operation
from features.store.concerned import is_about, people_of, without
from features.store.kinds import KIND_OF, Kind
from features.store.sealing import Sealing
from features.store.tables import change_log, event_before, offer_group, record_tables

R = TypeVar("R", bound=Record)


class PersonErased(Exception):
    """A record is about a person who was erased, and whose id may not come back yet. Names nobody."""


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
        return mentioning(self.connection, self._sealing, record_type, text)

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


def mentioning(connection: sa.Connection, sealing: Sealing, record_type: type[R], text: str) -> list[tuple[R, str]]:
    """The records of a kind that stands in clear whose JSON has a text in it, with their sources."""
    table = record_tables[KIND_OF[record_type]].c
    written = msgspec.json.encode(text).decode()[1:-1]
    rows = connection.execute(
        sa.select(table.id, table.body, table.source).where(table.body.contains(written, autoescape=True))
    )
    return [(sealing.take(record_type, row.id, row.body), row.source) for row in rows.all()]
