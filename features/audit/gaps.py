"""Lines that are known to be missing: a backup was restored, and what came after it is gone. Stated, signed, told."""

import time

import sqlalchemy as sa

from features.audit.chain import Chain
from features.audit.head import Gap, Stub
from features.audit.line import GENESIS, Entry, instant, read
from features.audit.verify import read_gaps, read_stub
from features.store.tables import audit_gap, audit_line


def state_gaps(chain: Chain, reason: str, told: Entry) -> list[Gap]:
    """State why lines are missing, for each gap that has no statement yet, signed; returns the new statements. The line
    `told` is written first: lines that are cut off at the end become a gap before it."""
    chain.write([told], mark=True)
    at, found = instant(time.time()), []
    with chain.store.writing() as writer:
        connection = writer.connection
        stated = {gap.first for gap in read_gaps(connection)}
        for first, last, hash_before, hash_after in _gaps(connection, read_stub(connection)):
            if first in stated:
                continue
            gap = Gap.of(chain.key, chain.identity, (first, last), (hash_before, hash_after), reason, at)
            found.append(gap)
            connection.execute(
                sa.insert(audit_gap).values(
                    first=gap.first,
                    last=gap.last,
                    hash_before=gap.hash_before,
                    hash_after=gap.hash_after,
                    reason=gap.reason,
                    at=gap.at,
                    signature=gap.signature,
                )
            )
    return found


def _gaps(connection: sa.Connection, stub: Stub | None) -> list[tuple[int, int, str, str]]:
    """Numbers without a line: first, last, the hash of the line before, the one that the line after carries."""
    before = sa.func.lag(audit_line.c.seq, 1, 0 if stub is None else stub.seq).over(order_by=audit_line.c.seq)
    numbered = sa.select(audit_line.c.seq, before.label("before")).subquery()
    found = []
    for seq, earlier in connection.execute(
        sa.select(numbered.c.seq, numbered.c.before)
        .where(numbered.c.seq != numbered.c.before + 1)
        .order_by(numbered.c.seq)
    ):
        if stub is not None and earlier == stub.seq:
            hash_before = stub.hash
        elif earlier == 0:
            hash_before = GENESIS
        else:
            hash_before = connection.scalars(sa.select(audit_line.c.hash).where(audit_line.c.seq == earlier)).one()
        body = connection.scalars(sa.select(audit_line.c.body).where(audit_line.c.seq == seq)).one()
        found.append((earlier + 1, seq - 1, hash_before, read(body).precedente))
    return found
