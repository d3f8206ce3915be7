"""What the log keeps of an erasure: a number of the id for followers, and later not even that."""

import datetime as dt
from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from features.key_numbers import key_number
from features.store.batches import batches
from features.store.changes import Change, Operation
from features.store.people_tables import KINDS_OF_PEOPLE
from features.store.store import Store
from features.store.tables import change_log, erasure, record_tables

BLANK: Final = "#"
"""The record id of an erasure whose number is gone."""


def mark_of(profile_id: str) -> str:
    """How the log names a person who was erased."""
    return f"{BLANK}{key_number(profile_id):016x}"


def number_of(change: Change) -> int | None:
    """The number of the person whom a line of the log erases; None where it is another line, or its number is gone."""
    if change.operation is not Operation.ERASE or change.record_id == BLANK:
        return None
    return int(change.record_id.removeprefix(BLANK), 16)


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
        for kind in sorted(KINDS_OF_PEOPLE):
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
