"""The log as a file that others can check with the public key alone.

{"souche": …}      first, where older lines were pruned
{"numero": …}      each line: the very text that is hashed
{"tete": …}        last: the signed head, with the identity of the store and the public key
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from features.audit.chain import read_head
from features.audit.head import Gap, Head, Stub
from features.audit.line import GENESIS
from features.audit.verify import Broken, Link, read_gaps, read_stub, snapshot
from features.store import Store
from features.store.tables import audit_line

BATCH: Final = 1000


def lines_of(store: Store, public: str) -> Iterator[str]:
    """The lines of the file, in flat memory; nothing that is written meanwhile is among them."""
    identity = store.identity()
    with snapshot(store) as connection:
        stub, head = read_stub(connection), read_head(connection)
        if stub is not None:
            yield _json({"souche": stub})
        for gap in read_gaps(connection):
            yield _json({"lacune": gap})
        after = 0
        while True:
            statement = sa.select(audit_line.c.seq, audit_line.c.body).where(audit_line.c.seq > after)
            rows = connection.execute(statement.order_by(audit_line.c.seq).limit(BATCH)).all()
            yield from [row.body for row in rows]
            if len(rows) < BATCH:
                break
            after = rows[-1].seq
        yield _json({"tete": head, "magasin": identity, "cle": public})


def verify_file(file: Path, public: str) -> tuple[int, int, int]:
    """Check a file of `lines_of` from end to end: the first line, the last, and how many. Raises Broken."""
    identity, head = _ending(file)
    link, first, count = Link(0, GENESIS), 0, 0
    gaps: dict[int, Gap] = {}
    with file.open(encoding="utf-8") as lines:
        for text in lines:
            body = text.rstrip("\n")
            if body.startswith('{"souche"'):
                stub = msgspec.convert(_part(body, "souche", 0), Stub)
                if not stub.holds(public, identity):
                    raise Broken(stub.seq, "what stands for the pruned lines is not signed with this key")
                link = Link(stub.seq, stub.hash)
            elif body.startswith('{"lacune"'):
                gap = msgspec.convert(_part(body, "lacune", 0), Gap)
                if gap.holds(public, identity):
                    gaps[gap.first] = gap
            elif body.startswith('{"tete"'):
                break
            else:
                expected = link.seq + 1
                if expected in gaps and link.hash == gaps[expected].hash_before:
                    link = Link(gaps[expected].last, gaps[expected].hash_after)
                line = link.follow(link.seq + 1, body)
                first = first or line.numero
                count += 1
    if head is None:
        if count:
            raise Broken(link.seq, "no signed head comes with the lines")
        return 0, 0, 0
    if not head.holds(public, identity):
        raise Broken(head.numero, "the head is not signed with this key")
    if (head.numero, head.empreinte) != (link.seq, link.hash):
        raise Broken(min(head.numero, link.seq), "the lines do not end as the signed head says")
    return first, link.seq, count


def _ending(file: Path) -> tuple[str, Head | None]:
    """The identity of the store and the head, from the last line. Raises Broken where there is none."""
    with file.open("rb") as lines:
        size = lines.seek(0, 2)
        lines.seek(max(0, size - 4096))
        last = lines.read().rstrip(b"\n").rsplit(b"\n", 1)[-1]
    try:
        told: dict[str, Any] = msgspec.json.decode(last)
        head = msgspec.convert(told["tete"], Head | None)
        return str(told["magasin"]), head
    except (msgspec.MsgspecError, KeyError, TypeError):
        raise Broken(0, "the file does not end with a signed head: it is cut off, or no export") from None


def _part(body: str, name: str, seq: int) -> Any:
    try:
        return msgspec.json.decode(body)[name]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise Broken(seq, f"the {name} of the file cannot be read") from None


def _json(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode()
