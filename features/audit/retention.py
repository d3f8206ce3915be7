"""How long lines are kept: the oldest go from the head of the chain, and a signed stub stands for them."""

import datetime as dt
import time
from typing import Final

import sqlalchemy as sa

from features.audit.actions import Action
from features.audit.chain import Chain
from features.audit.head import Stub
from features.audit.line import Entry, instant
from features.audit.verify import read_stub
from features.store import Store
from features.store.tables import audit_gap, audit_line, audit_person, audit_stub

LINES_AT_ONCE: Final = 10_000
"""Lines of one transaction: nobody waits long for the lock."""


COMMAND: Final = "vivier audit prune"


def prune(
    chain: Chain, before: dt.date, *, operation: str = COMMAND, actor: str | None = None, role: str | None = None
) -> int:
    """Remove the lines at the head of the chain that are older than a day; returns how many. That it was done is a line
    itself. The rest is verified as before: the stub says which lines went, and the hash of the last."""
    first_kept, removed = over(chain.store, before).stop, 0
    while True:
        with chain.store.writing() as writer:
            count, upto = _prune_some(writer.connection, chain, before, first_kept)
        if count == 0:
            break
        removed += count
    if removed:
        detail = f"{removed} lignes d'avant le {before:%d/%m/%Y}"
        chain.write([Entry(time.time(), Action.PRUNED, operation, "audit", actor, role, detail=detail)], mark=True)
        chain.witness.forget(upto)
    return removed


def over(store: Store, before: dt.date) -> range:
    """The numbers of the lines that `prune` would remove. Those after the first young one stay, whatever their clock
    said."""
    with store.engine.connect() as connection:
        oldest = connection.scalar(sa.select(sa.func.min(audit_line.c.seq)))
        if oldest is None:
            return range(0)
        young: int | None = connection.scalar(
            sa.select(sa.func.min(audit_line.c.seq)).where(audit_line.c.at >= before.isoformat())
        )
        if young is None:
            young = (connection.scalar(sa.select(sa.func.max(audit_line.c.seq))) or 0) + 1
        return range(oldest, young)


def _prune_some(connection: sa.Connection, chain: Chain, before: dt.date, first_kept: int) -> tuple[int, int]:
    """Remove some lines; how many, and up to which."""
    oldest = (
        sa.select(audit_line.c.seq, audit_line.c.hash)
        .where(audit_line.c.seq < first_kept)
        .order_by(audit_line.c.seq)
        .limit(LINES_AT_ONCE)
    )
    rows = connection.execute(oldest).all()
    stub = read_stub(connection)
    if not rows:
        return 0, 0 if stub is None else stub.seq
    last = rows[-1]
    for table in (audit_person, audit_line):
        connection.execute(sa.delete(table).where(table.c.seq <= last.seq))
    connection.execute(sa.delete(audit_gap).where(audit_gap.c.last <= last.seq))
    signed = Stub.of(chain.key, chain.identity, last.seq, last.hash, before.isoformat(), instant(time.time()))
    values = {
        "seq": signed.seq,
        "hash": signed.hash,
        "before": signed.before,
        "at": signed.at,
        "signature": signed.signature,
    }
    statement = sa.insert(audit_stub).values(id=1) if stub is None else sa.update(audit_stub)
    connection.execute(statement.values(**values))
    return len(rows), int(last.seq)
