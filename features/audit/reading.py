"""Reading the audit log: by who, what, when and whom, the latest first."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from features.audit.actions import Action
from features.audit.line import Line, read
from features.store import Store
from features.store.tables import audit_line, audit_person

BATCH: Final = 1000


@dataclass(frozen=True)
class Question:
    """Which lines; None asks nothing of them."""

    actor: str | None = None
    action: Action | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    """The last day, which counts."""
    person: str | None = None
    """A pseudonym."""

    def narrowed(self, statement: "sa.Select[Any]") -> "sa.Select[Any]":
        """A statement over `audit_line`, for these lines alone."""
        if self.actor is not None:
            statement = statement.where(audit_line.c.actor == self.actor)
        if self.action is not None:
            statement = statement.where(audit_line.c.action == self.action.value)
        if self.since is not None:
            statement = statement.where(audit_line.c.at >= self.since.isoformat())
        if self.until is not None:
            statement = statement.where(audit_line.c.at < (self.until + dt.timedelta(days=1)).isoformat())
        if self.person is not None:
            lines = sa.select(audit_person.c.seq).where(audit_person.c.person == self.person)
            statement = statement.where(audit_line.c.seq.in_(lines))
        return statement


@dataclass(frozen=True)
class Kept:
    """A line and its hash, as they are kept."""

    line: Line
    hash: str


def find(store: Store, question: Question, first: int, size: int) -> list[Kept]:
    """The lines at positions `first` to `first + size - 1`, the latest first; fewer, or none, past the end."""
    statement = question.narrowed(sa.select(audit_line.c.body, audit_line.c.hash))
    statement = statement.order_by(audit_line.c.seq.desc()).offset(first).limit(size)
    with store.engine.connect() as connection:
        return [Kept(read(row.body), row.hash) for row in connection.execute(statement)]


def count(store: Store, question: Question) -> int:
    """How many lines there are."""
    statement = question.narrowed(sa.select(sa.func.count()).select_from(audit_line))
    with store.engine.connect() as connection:
        return connection.scalar(statement) or 0


def bodies(store: Store, question: Question) -> Iterator[tuple[int, str]]:
    """The canonical JSON of the lines and their numbers, the oldest first, in flat memory."""
    after = 0
    while True:
        statement = question.narrowed(sa.select(audit_line.c.seq, audit_line.c.body)).where(audit_line.c.seq > after)
        with store.engine.connect() as connection:
            rows = connection.execute(statement.order_by(audit_line.c.seq).limit(BATCH)).all()
        yield from [(row.seq, row.body) for row in rows]
        if len(rows) < BATCH:
            return
        after = rows[-1].seq


def about(store: Store, person: str) -> Iterator[Line]:
    """All that was done about a person, the oldest first: for the archive that they may ask for."""
    for _, body in bodies(store, Question(person=person)):
        yield read(body)
