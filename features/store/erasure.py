"""Erasing a person from the store: every row that speaks of them, in one transaction (GDPR art. 17).

What is left is one line of the change log. It tells followers whom to bury by a number of the id (`key_number`), since
an id would be a trace; once the indexes and the database's files have been written anew, the number goes too
(`erasure_log.blank`). So the log says for ever that somebody was erased, and when, and nothing of whom.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Final

import msgspec
import sqlalchemy as sa

from features.records import Contact, TalentPool
from features.store import owners
from features.store.access import accounts
from features.store.batches import batches
from features.store.changes import Operation
from features.store.erasure_log import mark_of
from features.store.kinds import Kind
from features.store.people_tables import Held, held_in
from features.store.store import Store
from features.store.tables import change_log, erasure, event_before, record_tables
from features.store.writer import Writer

FORGOTTEN: Final = "(personne effacée)"
"""Stands where a text named the person's id."""


@dataclass(frozen=True)
class Erased:
    """An erasure that was done."""

    seq: int
    """Of its line in the change log."""
    held: Held = field(repr=False)


def erase(store: Store, profile_id: str) -> Erased:
    """Leave nothing of a person in the rows of the store, and remember the id as erased where there are keys.

    Also of an id that has no profile any more, or never had one: what else speaks of it goes. The log still has the
    lines of these rows until `drop_lines_of_the_gone`, the files what was there until `features.store.rewriting`.
    """
    if store.erased is not None:
        store.erased.add(profile_id, store.clock())
    with store.writing() as writer:
        held = held_in(writer.connection, profile_id)
        _delete_rows(writer, held)
        _leave_the_rows_of_others(writer, profile_id)
        writer.log(Kind.PROFILE, [mark_of(profile_id)], Operation.ERASE)
        if writer.touched is not None:
            writer.touched.append((Kind.PROFILE, profile_id))  # the audit log knows its pseudonym
        seq = writer.connection.scalar(sa.select(sa.func.max(change_log.c.seq))) or 0
        at = dt.datetime.combine(store.clock(), dt.datetime.now(dt.UTC).time(), dt.UTC).isoformat(timespec="seconds")
        writer.connection.execute(sa.insert(erasure).values(seq=seq, at=at, rewritten=False, blank=False))
    return Erased(seq, held)


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
