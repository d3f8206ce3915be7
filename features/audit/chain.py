"""The chain as it grows: lines appended under the store's lock, each with the hash of the one before, the end signed.

What is appended follows the last *signed* head, or the witness's where that is further: whoever cuts lines off, or adds
some without the key, leaves a break that no later line covers up.
"""

import logging
import threading
import time
from collections.abc import Sequence

import sqlalchemy as sa

from features.audit.head import Head
from features.audit.key import AuditKey
from features.audit.line import GENESIS, Entry, canonical, digest, instant, line_of
from features.audit.witness import Witness
from features.store import Store
from features.store.tables import audit_head, audit_line, audit_person

log = logging.getLogger(__name__)

PEOPLE_AT_ONCE = 10_000
"""Rows of one statement."""
_PEOPLE = {
    name: f"insert into {audit_person.name} (person, seq) values ({mark}, {mark})"
    for name, mark in (("sqlite", "?"), ("postgresql", "%s"))
}
"""Twenty rows a line: compiled by hand, they take half the time."""


class Chain:
    """The audit log of one store, for writing. Safe to share between threads; several processes may write."""

    def __init__(self, store: Store, key: AuditKey, witness: Witness) -> None:
        self.store = store
        self.key = key
        self.witness = witness
        self.identity = store.identity()
        self._known_lock = threading.Lock()
        latest = witness.latest()
        self._known = latest if latest is not None and latest.holds(key.public, self.identity) else None

    def append(self, connection: sa.Connection, entries: Sequence[Entry]) -> Head:
        """Write the lines of `entries`, in order, in a transaction that holds the store's lock; there is at least one.
        Once it is committed, `committed` is to be told the head."""
        stored = read_head(connection)
        last = self._last(stored)
        top = connection.scalar(sa.select(sa.func.max(audit_line.c.seq))) or 0
        seq, previous = (top, GENESIS) if last is None else (max(last.numero, top), last.empreinte)
        rows, people = [], []
        for entry in entries:
            seq += 1
            line = line_of(entry, seq, previous, self.key)
            body = canonical(line)
            previous = digest(body)
            rows.append(
                {
                    "seq": seq,
                    "at": line.date,
                    "actor": line.acteur,
                    "action": line.action.value,
                    "hash": previous,
                    "body": body.decode(),
                }
            )
            people += [(person, seq) for person in line.personnes]
        connection.execute(sa.insert(audit_line), rows)
        for start in range(0, len(people), PEOPLE_AT_ONCE):
            connection.exec_driver_sql(_PEOPLE[connection.dialect.name], people[start : start + PEOPLE_AT_ONCE])
        head = Head.of(self.key, self.identity, seq, previous, instant(time.time()))
        write_head(connection, head, replaces=stored is not None)
        return head

    def committed(self, head: Head) -> None:
        """The transaction in which `append` gave this head is committed; `tell` is to be called soon."""
        with self._known_lock:
            if self._known is None or self._known.numero < head.numero:
                self._known = head

    def tell(self, *, mark: bool = False) -> None:
        """Tell the witness the furthest head, and have it listed at once with `mark`."""
        with self._known_lock:
            head = self._known
        if head is None:
            return
        try:
            self.witness.tell(head, mark=mark)
        except OSError:  # the lines are kept all the same, and the next head says more than this one
            log.exception("the witness of the audit log could not be told line %d", head.numero)

    def write(self, entries: Sequence[Entry], *, mark: bool = False) -> None:
        """Append entries in a transaction of their own; none: nothing happens."""
        if not entries:
            return
        with self.store.writing() as writer:
            head = self.append(writer.connection, entries)
        self.committed(head)
        self.tell(mark=mark)

    def mark(self) -> None:
        """Have the witness list the head as it stands: at a start, at a stop."""
        with self.store.engine.connect() as connection:
            head = read_head(connection)
        if head is not None and head.holds(self.key.public, self.identity):
            self.committed(head)
        self.tell(mark=True)

    def _last(self, stored: Head | None) -> Head | None:
        """The furthest head that is known to be ours."""
        with self._known_lock:
            known = self._known
        if stored is None or (known is not None and known.numero >= stored.numero):
            return known
        return stored if stored.holds(self.key.public, self.identity) else known


def read_head(connection: sa.Connection) -> Head | None:
    """The head that the database holds, its signature not checked; None before the first line."""
    row = connection.execute(sa.select(audit_head)).one_or_none()
    return None if row is None else Head(row.seq, row.hash, row.at, row.signature)


def write_head(connection: sa.Connection, head: Head, *, replaces: bool) -> None:
    statement = sa.update(audit_head) if replaces else sa.insert(audit_head).values(id=1)
    connection.execute(statement.values(seq=head.numero, hash=head.empreinte, at=head.date, signature=head.signature))
