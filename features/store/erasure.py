"""Erasing a person from the store: every row that speaks of them, in one transaction (GDPR art. 17).

What is left is one line of the change log. It tells followers whom to bury by a number of the id (`key_number`), since
an id would be a trace; once the indexes and the database's files have been written anew, the number goes too (`blank`).
So the log says for ever that somebody was erased, and when, and nothing of whom.

A table of people is a line of `SPEAKS_OF_PEOPLE`; a test sees to it that every table is there or in `OF_NOBODY`.
"""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec
import sqlalchemy as sa

from features.key_numbers import key_number
from features.records import Contact, TalentPool
from features.store import owners
from features.store.access import accounts
from features.store.batches import batches
from features.store.changes import Change, Operation
from features.store.kinds import Kind
from features.store.store import Store
from features.store.tables import (
    access_change,
    access_client,
    access_failure,
    access_once,
    access_session,
    account,
    account_flag,
    audit_gap,
    audit_group,
    audit_head,
    audit_line,
    audit_person,
    audit_stub,
    change_log,
    delivery,
    digest,
    erasure,
    event_before,
    link_code,
    offer_group,
    planned_visit,
    planned_week,
    record_tables,
    store_identity,
    subscription_owner,
)
from features.store.writer import Writer, about_profile

BLANK: Final = "#"
"""The record id of an erasure whose number is gone."""
FORGOTTEN: Final = "(personne effacée)"
"""Stands where a text named the person's id."""


@dataclass(frozen=True)
class Held:
    """What the store holds of a person: the ids of their rows, by table."""

    profile_id: str
    ids: Mapping[str, tuple[str, ...]]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows of each table, those that have any."""
        return {table: len(ids) for table, ids in self.ids.items() if ids}

    @property
    def names(self) -> tuple[str, ...]:
        """The ids by which a file may speak of the person, the profile's first."""
        others = {key for table, ids in self.ids.items() if table in _NAMED for key in ids}
        return (self.profile_id, *sorted(others - {self.profile_id}))


@dataclass(frozen=True)
class Erased:
    """An erasure that was done."""

    seq: int
    """Of its line in the change log."""
    held: Held = field(repr=False)


def _record_ids(kind: Kind, condition: Callable[[sa.Table, str], "sa.ColumnElement[bool]"]) -> "_Finder":
    def find(connection: sa.Connection, profile_id: str) -> list[str]:
        table = record_tables[kind]
        return list(connection.scalars(sa.select(table.c.id).where(condition(table, profile_id)).order_by(table.c.id)))

    return find


def _of_column(table: sa.Table, key: str) -> "_Finder":
    def find(connection: sa.Connection, profile_id: str) -> list[str]:
        return list(connection.scalars(sa.select(table.c[key]).where(table.c.profile_id == profile_id)))

    return find


def _corrections(connection: sa.Connection, profile_id: str) -> list[str]:
    events = record_tables[Kind.EVENT]
    of_person = sa.select(events.c.id).where(events.c.person == profile_id)
    return list(connection.scalars(sa.select(event_before.c.record_id).where(event_before.c.record_id.in_(of_person))))


def _sessions(connection: sa.Connection, profile_id: str) -> list[str]:
    accounts = sa.select(account.c.id).where(account.c.profile_id == profile_id)
    return list(connection.scalars(sa.select(access_session.c.id).where(access_session.c.account_id.in_(accounts))))


def _subscriptions(connection: sa.Connection, profile_id: str) -> list[str]:
    """Those that were deleted too: their ids stand in the log."""
    owned = sa.select(subscription_owner.c.subscription_id).where(subscription_owner.c.profile_id == profile_id)
    return list(connection.scalars(owned))


_Finder = Callable[[sa.Connection, str], list[str]]

SPEAKS_OF_PEOPLE: Final[Mapping[str, _Finder]] = {
    "event_before": _corrections,
    Kind.EVENT.value: _record_ids(Kind.EVENT, lambda table, key: table.c.person == key),
    Kind.PROFILE.value: _record_ids(Kind.PROFILE, lambda table, key: table.c.id == key),
    Kind.IDENTITY.value: _record_ids(Kind.IDENTITY, lambda table, key: table.c.id == key),
    Kind.PROTECTED.value: _record_ids(Kind.PROTECTED, lambda table, key: table.c.id == key),
    Kind.SUBSCRIPTION.value: _subscriptions,
    Kind.CONTACT_REQUEST.value: _record_ids(
        Kind.CONTACT_REQUEST, lambda table, key: table.c.source == about_profile(key)
    ),
    digest.name: _of_column(digest, "id"),
    delivery.name: _of_column(delivery, "item_id"),
    account.name: _of_column(account, "id"),
    access_session.name: _sessions,
    link_code.name: _of_column(link_code, "profile_id"),
    audit_group.name: _of_column(audit_group, "profile_id"),
}
"""Tables whose rows are a person's -> the ids of those rows. Corrections come before the events that they are of."""

IN_PASSING: Final = frozenset({Kind.TALENT_POOL.value, Kind.TALENT_POOL_STATE.value, Kind.CONTACT.value})
"""Tables whose rows are others' and may name people: they stay, without the name."""

OF_NOBODY: Final = frozenset(
    {
        Kind.OFFER.value,
        Kind.TRAINING.value,
        Kind.SESSION.value,
        Kind.ESTABLISHMENT.value,
        offer_group.name,
        store_identity.name,
        erasure.name,
        access_client.name,
        access_once.name,
        access_failure.name,
        account_flag.name,
        planned_visit.name,
        planned_week.name,
    }
)
"""Tables of jobs, firms, machines and those who work here."""

PSEUDONYMOUS: Final = frozenset({audit_line.name, audit_person.name, audit_head.name, audit_stub.name, audit_gap.name})
"""The audit log: it must not change, and knows people by hashes that need its key. Its lines go after a year."""

BESIDE: Final = frozenset({change_log.name, subscription_owner.name, access_change.name})
"""Tables that go with others' rows."""

_NAMED: Final = frozenset(
    {Kind.PROFILE.value, Kind.SUBSCRIPTION.value, Kind.CONTACT_REQUEST.value, Kind.EVENT.value, digest.name}
)
"""Tables whose ids are the person's; the ledger's are of offers."""
_OF_PEOPLE: Final = frozenset(kind for kind in Kind if kind.value in SPEAKS_OF_PEOPLE)


def held_of(store: Store, profile_id: str) -> Held:
    """What the store holds of a person now."""
    with store.engine.connect() as connection:
        return _held(connection, profile_id)


def erase(store: Store, profile_id: str) -> Erased:
    """Leave nothing of a person in the rows of the store, and remember the id as erased where there are keys.

    Also of an id that has no profile any more, or never had one: what else speaks of it goes. The log still has the
    lines of these rows until `drop_lines_of_the_gone`, the files what was there until `features.store.rewriting`.
    """
    if store.erased is not None:
        store.erased.add(profile_id, store.clock())
    with store.writing() as writer:
        held = _held(writer.connection, profile_id)
        _delete_rows(writer, held)
        _leave_the_rows_of_others(writer, profile_id)
        writer.log(Kind.PROFILE, [mark_of(profile_id)], Operation.ERASE)
        if writer.touched is not None:
            writer.touched.append((Kind.PROFILE, profile_id))  # the audit log knows its pseudonym
        seq = writer.connection.scalar(sa.select(sa.func.max(change_log.c.seq))) or 0
        at = dt.datetime.combine(store.clock(), dt.datetime.now(dt.UTC).time(), dt.UTC).isoformat(timespec="seconds")
        writer.connection.execute(sa.insert(erasure).values(seq=seq, at=at, rewritten=False, blank=False))
    return Erased(seq, held)


def mark_of(profile_id: str) -> str:
    """How the log names a person who was erased."""
    return f"{BLANK}{key_number(profile_id):016x}"


def number_of(change: Change) -> int | None:
    """The number of the person whom a line of the log erases; None where it is another line, or its number is gone."""
    if change.operation is not Operation.ERASE or change.record_id == BLANK:
        return None
    return int(change.record_id.removeprefix(BLANK), 16)


# ---------------------------------------------------------------- the register of erasures


def last_seq(store: Store, blank: bool | None = None) -> int:
    """The number in the log of the last erasure, or of the last whose number is (not) gone; 0 for none."""
    statement = sa.select(sa.func.max(erasure.c.seq))
    if blank is not None:
        statement = statement.where(erasure.c.blank == blank)
    with store.engine.connect() as connection:
        return connection.scalar(statement) or 0


def to_rewrite(store: Store) -> int:
    """Erasures since which the database's files were not written anew."""
    with store.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(erasure).where(~erasure.c.rewritten)) or 0


def note_rewritten(store: Store, upto: int) -> None:
    """The database's files were written anew after the erasures up to a number."""
    with store.writing() as writer:
        writer.connection.execute(sa.update(erasure).where(erasure.c.seq <= upto).values(rewritten=True))


def numbered_before(store: Store, at: dt.datetime) -> list[int]:
    """The erasures from before a time whose number is still in the log."""
    statement = sa.select(erasure.c.seq).where(
        ~erasure.c.blank, erasure.c.at < at.astimezone(dt.UTC).isoformat(timespec="seconds")
    )
    with store.engine.connect() as connection:
        return list(connection.scalars(statement.order_by(erasure.c.seq)))


def blank(store: Store, seqs: Collection[int]) -> None:
    """Take the numbers out of these lines of the log. No index that is older than they may be opened after."""
    with store.writing() as writer:
        for batch in batches(sorted(seqs)):
            lines = sa.update(change_log).where(change_log.c.seq.in_(batch))
            writer.connection.execute(lines.values(record_id=BLANK))
            writer.connection.execute(sa.update(erasure).where(erasure.c.seq.in_(batch)).values(blank=True))


def drop_lines_of_the_gone(store: Store, upto: int) -> int:
    """Take out of the log what it says, up to a number that every index has taken in, of people's records that are no
    more, erased or not: nobody reads it again, and ids of theirs stand there. Returns how many lines."""
    gone: list[int] = []
    with store.engine.connect() as connection:
        for kind in sorted(_OF_PEOPLE):
            table = record_tables[kind]
            line = change_log.c
            there = sa.exists().where(table.c.id == line.record_id)
            read = (line.seq <= upto, line.kind == kind.value, line.operation != Operation.ERASE.value, ~there)
            gone += connection.scalars(sa.select(line.seq).where(*read))
    for batch in batches(gone, 10_000):
        with store.writing() as writer:
            for part in batches(batch):
                writer.connection.execute(sa.delete(change_log).where(change_log.c.seq.in_(part)))
    return len(gone)


# ---------------------------------------------------------------- rows


def _held(connection: sa.Connection, profile_id: str) -> Held:
    return Held(profile_id, {table: tuple(find(connection, profile_id)) for table, find in SPEAKS_OF_PEOPLE.items()})


def _delete_rows(writer: Writer, held: Held) -> None:
    keyed: dict[str, sa.ColumnElement[str]] = {kind.value: table.c.id for kind, table in record_tables.items()}
    keyed["event_before"] = event_before.c.record_id
    for table, ids in held.ids.items():
        if table in keyed:
            for batch in batches(ids):
                writer.connection.execute(sa.delete(keyed[table].table).where(keyed[table].in_(batch)))
    owners.forget(writer.connection, [held.profile_id])
    accounts.forget(writer.connection, [held.profile_id])


def _leave_the_rows_of_others(writer: Writer, profile_id: str) -> None:
    writer.leave_pools(frozenset({profile_id}))
    token = _token(profile_id)
    for pool, source in writer.mentioning(TalentPool, profile_id):
        criteria = tuple((name, _without(value, profile_id)) for name, value in pool.criteria)
        kept = tuple((name, value) for name, value in criteria if value)
        writer.upsert([msgspec.structs.replace(pool, name=token.sub(FORGOTTEN, pool.name), criteria=kept)], source)
    for contact, source in writer.mentioning(Contact, profile_id):
        note = None if contact.note is None else token.sub(FORGOTTEN, contact.note)
        needs = tuple(token.sub(FORGOTTEN, need) for need in contact.needs)
        writer.upsert([msgspec.structs.replace(contact, note=note, needs=needs)], source)


def _without(values: str, key: str) -> str:
    """A list of ids, apart by commas, without one."""
    parts = [part.strip() for part in values.split(",")]
    return values if key not in parts else ",".join(part for part in parts if part != key)


def _token(key: str) -> re.Pattern[str]:
    """An id where it stands alone, not as a part of a longer one."""
    return re.compile(rf"(?<![\w-]){re.escape(key)}(?![\w-])")
