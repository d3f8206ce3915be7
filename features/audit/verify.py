"""Checking the chain, line by line in flat memory: any edit, insertion, gap, change of order or truncation is found."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
import sqlalchemy as sa

from features.audit.chain import read_head
from features.audit.head import Gap, Head, Stub
from features.audit.line import GENESIS, Line, canonical, digest, read
from features.audit.witness import Witness
from features.store import Store
from features.store.batches import batches
from features.store.tables import audit_gap, audit_line, audit_person, audit_stub

BATCH: Final = 1000


class Broken(Exception):
    """The first line that is wrong, and why."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(f"line {seq}: {reason}")
        self.seq = seq
        self.reason = reason


@dataclass(frozen=True)
class Verdict:
    """What a check found."""

    first: int
    """0 where there is no line; so is `last`."""
    last: int
    n_lines: int
    fault: Broken | None
    head: Head | None
    pruned_upto: int
    gaps: tuple[Gap, ...]
    """Those that were stated, and met."""
    n_checkpoints: int
    """Heads of the witness that were compared with the lines."""


def verify(store: Store, witness: Witness, public: str, start: int = 1) -> Verdict:
    """The chain from line `start` on against itself, its signed head, and what the witness kept. `public` is the key
    that signatures must hold under. What is written meanwhile is left to the next check."""
    told = witness.latest()  # before the snapshot, which has all that the witness knew of
    with snapshot(store) as connection:
        check = _Check(connection, public, store.identity(), start)
        fault = None
        try:
            check.lines()
            check.end()
            check.against(witness, told)
        except Broken as broken:
            fault = broken
    return Verdict(
        check.first,
        check.last,
        check.n_lines,
        fault,
        check.head,
        0 if check.stub is None else check.stub.seq,
        tuple(check.gaps),
        check.n_checkpoints,
    )


class Link:
    """The rule that ties each line to the one before."""

    def __init__(self, seq: int, line_hash: str | None) -> None:
        """After line `seq` with that hash; None: the next one is taken at its word."""
        self.seq = seq
        self.hash = line_hash

    def follow(self, seq: int, body: str) -> Line:
        """The line `seq`, which must be the next. Raises Broken."""
        try:
            line = read(body)
        except (msgspec.DecodeError, UnicodeError):
            raise Broken(seq, "it cannot be read as a line of the log") from None
        written = body.encode()
        if canonical(line) != written:
            raise Broken(seq, "it is not written as the log writes: it was changed")
        if line.numero != seq:
            raise Broken(seq, f"it says that it is line {line.numero}: it was moved")
        if self.hash is not None and line.precedente != self.hash:
            raise Broken(seq, f"it does not follow line {self.seq}: one of the two was changed")
        self.seq, self.hash = seq, digest(written)
        return line


class _Check:
    """One pass over a snapshot."""

    def __init__(self, connection: sa.Connection, public: str, identity: str, start: int) -> None:
        self.connection = connection
        self.public = public
        self.identity = identity
        self.start = min(start, connection.scalar(sa.select(sa.func.max(audit_line.c.seq))) or 1)
        self.head = read_head(connection)
        self.stub = read_stub(connection)
        self.gaps: list[Gap] = []
        self.first = self.last = self.n_lines = self.n_checkpoints = 0
        self._stated = {gap.first: gap for gap in read_gaps(connection) if gap.holds(public, identity)}
        self._link = Link(0, GENESIS)

    def lines(self) -> None:
        """Raises Broken at the first line that is not what it should be."""
        self._link = self._before()
        while rows := self._rows(self._link.seq):
            people = self._people(rows[0].seq, rows[-1].seq)
            for row in rows:
                if row.seq != self._link.seq + 1:
                    self._pass_over(row.seq)
                line = self._link.follow(row.seq, row.body)
                if self._link.hash != row.hash:
                    raise Broken(row.seq, "its hash is not that of its content")
                if (row.at, row.actor, row.action) != (line.date, line.acteur, line.action.value):
                    raise Broken(row.seq, "the columns that it is found by do not say what it says")
                if people.pop(row.seq, []) != list(line.personnes):
                    raise Broken(row.seq, "the people that it is found by are not those that it names")
                self.first = self.first or row.seq
                self.last = row.seq
                self.n_lines += 1
            if people:
                raise Broken(min(people), "people are said to be in it, and it is not there")
        outside = sa.or_(audit_person.c.seq > self.last, audit_person.c.seq < self._lowest())
        stray = self.connection.scalar(sa.select(sa.func.min(audit_person.c.seq)).where(outside))
        if stray is not None:
            raise Broken(stray, "people are said to be in it, and it is not there")

    def end(self) -> None:
        """Raises Broken where the lines do not end as the signed head says."""
        if self.head is None:
            if self.last:
                raise Broken(self.last, "the signed head is gone: nobody vouches for the lines")
            return
        if not self.head.holds(self.public, self.identity):
            raise Broken(self.head.numero, "the head is not signed with the key of this log")
        if self.head.numero < self.last:
            raise Broken(self.head.numero + 1, "it was added by someone who does not have the key")
        if self.head.numero > self._link.seq:
            raise Broken(self._link.seq + 1, f"lines are cut off from here: the signed head is {self.head.numero}")
        if self.last and self.head.empreinte != self._link.hash:
            raise Broken(self.last, "the signed head has another hash: lines before it were made anew")

    def against(self, witness: Witness, told: Head | None) -> None:
        """Raises Broken where the witness knew other lines."""
        if told is None:
            return
        sound = 0
        for batch in batches(witness.checkpoints(), 500):
            heads = [each for each in batch if self._counts(each, told)]
            found = {
                row.seq: row.hash
                for row in self.connection.execute(
                    sa.select(audit_line.c.seq, audit_line.c.hash).where(
                        audit_line.c.seq.in_([each.numero for each in heads])
                    )
                )
            }
            sound = self._compare(heads, found, sound)
        if self._counts(told, told):
            row = self.connection.execute(
                sa.select(audit_line.c.seq, audit_line.c.hash).where(audit_line.c.seq == told.numero)
            ).one_or_none()
            self._compare([told], {} if row is None else {row.seq: row.hash}, sound)

    def _compare(self, heads: list[Head], found: dict[int, str], sound: int) -> int:
        for head in heads:
            if head.numero not in found:
                lost = f"lines {self.last + 1} to {head.numero} are cut off: the witness saw the last of them"
                raise Broken(self.last + 1, f"{lost} on {head.date}")
            if found[head.numero] != head.empreinte:
                span = f"between {sound + 1} and {head.numero}" if sound else f"up to {head.numero}"
                raise Broken(head.numero, f"the witness saw another line on {head.date}: some {span} were made anew")
            sound = max(sound, head.numero)
            self.n_checkpoints += 1
        return sound

    def _counts(self, head: Head, told: Head) -> bool:
        """Whether a head of the witness is one to compare with."""
        if not max(self.start, self._lowest()) <= head.numero <= told.numero:
            return False
        if any(gap.first <= head.numero <= gap.last for gap in self.gaps):
            return False
        return head.holds(self.public, self.identity)

    def _lowest(self) -> int:
        """The lowest number that a line may have."""
        return 1 if self.stub is None else self.stub.seq + 1

    def _before(self) -> Link:
        """What the first line to be checked follows."""
        if self.stub is not None and not self.stub.holds(self.public, self.identity):
            raise Broken(self.stub.seq, "what stands for the pruned lines is not signed with the key of this log")
        if self.start > self._lowest():
            before = self.connection.scalar(sa.select(audit_line.c.body).where(audit_line.c.seq == self.start - 1))
            return Link(self.start - 1, None if before is None else digest(before.encode()))
        return Link(0, GENESIS) if self.stub is None else Link(self.stub.seq, self.stub.hash)

    def _pass_over(self, seq: int) -> None:
        """Lines are missing before line `seq`: were they stated to be? Raises Broken."""
        first, last = self._link.seq + 1, seq - 1
        gap = self._stated.get(first)
        if gap is None or gap.last != last or self._link.hash not in (None, gap.hash_before):
            missing = f"lines {first} to {last} are missing" if last > first else "it is missing"
            raise Broken(first, missing)
        self.gaps.append(gap)
        self._link = Link(last, gap.hash_after)

    def _rows(self, after: int) -> list["sa.Row[tuple[int, str, str | None, str, str, str]]"]:
        statement = sa.select(audit_line).where(audit_line.c.seq > after).order_by(audit_line.c.seq).limit(BATCH)
        return list(self.connection.execute(statement))

    def _people(self, first: int, last: int) -> dict[int, list[str]]:
        """By number of line, sorted as lines have them."""
        statement = sa.select(audit_person).where(audit_person.c.seq >= first, audit_person.c.seq <= last)
        found: dict[int, list[str]] = defaultdict(list)
        for row in self.connection.execute(statement):
            found[row.seq].append(row.person)
        return {seq: sorted(people) for seq, people in found.items()}


@contextlib.contextmanager
def snapshot(store: Store) -> Iterator[sa.Connection]:
    """One connection that sees the database as it is now, whatever is written meanwhile."""
    with store.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def read_stub(connection: sa.Connection) -> Stub | None:
    """What stands for the pruned lines, its signature not checked."""
    row = connection.execute(sa.select(audit_stub)).one_or_none()
    return None if row is None else Stub(row.seq, row.hash, row.before, row.at, row.signature)


def read_gaps(connection: sa.Connection) -> list[Gap]:
    """The gaps that were stated, in order, their signatures not checked."""
    return [
        Gap(row.first, row.last, row.hash_before, row.hash_after, row.reason, row.at, row.signature)
        for row in connection.execute(sa.select(audit_gap).order_by(audit_gap.c.first))
    ]
