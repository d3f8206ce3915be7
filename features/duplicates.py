"""Near-duplicate offers in the store: one canonical offer a job, kept up to date in the writes' own transaction.

    with store.writing() as writer, duplicates.following(writer):
        writer.upsert(offers, "board")

Only the blocks that the writes touch are looked at again. An offer whose standing changes (it is hidden behind another,
or stands for itself again) is logged like a write, so that the indexes follow.
"""

import contextlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec
import sqlalchemy as sa

from features.records import Offer
from features.same_job import block_key, canonical_offers
from features.store import Kind, Operation, Writer
from features.store.tables import change_log, offer_group, record_tables

_BATCH = 500


@dataclass
class Groups:
    """What following the writes found."""

    grouped: int = 0
    """Offers behind another one, in the blocks that were touched."""


@contextlib.contextmanager
def following(writer: Writer) -> Iterator[Groups]:
    """Watch a transaction's writes of offers; when the block ends, settle the groups that they touch."""
    before = writer.connection.scalar(sa.select(sa.func.max(change_log.c.seq))) or 0
    groups = Groups()
    yield groups
    statement = sa.select(change_log.c.record_id, change_log.c.operation).where(
        change_log.c.seq > before, change_log.c.kind == Kind.OFFER.value
    )
    last = {row.record_id: row.operation for row in writer.connection.execute(statement.order_by(change_log.c.seq))}
    if last:
        groups.grouped = settle(
            writer,
            written=[key for key, operation in last.items() if operation == Operation.UPSERT.value],
            deleted=[key for key, operation in last.items() if operation == Operation.DELETE.value],
        )


def settle(writer: Writer, written: Collection[str], deleted: Collection[str]) -> int:
    """Group again the blocks of these offers; returns how many offers of them stand behind another one."""
    blocks = _place(writer, written) | _orphaned(writer, deleted)
    grouped = 0
    for batch in _batches(sorted(blocks)):
        grouped += _settle_blocks(writer, batch)
    return grouped


def _place(writer: Writer, written: Collection[str]) -> set[str]:
    """Give the written offers their block; returns the blocks they came from and went to."""
    touched: set[str] = set()
    for batch in _batches(written):
        known = {
            row.offer_id: row.block_key
            for row in writer.connection.execute(
                sa.select(offer_group.c.offer_id, offer_group.c.block_key).where(offer_group.c.offer_id.in_(batch))
            )
        }
        keys = {offer.id: block_key(offer) for offer in _offers(writer, batch)}
        fresh = [
            {"offer_id": key, "block_key": block, "canonical_id": key}
            for key, block in keys.items()
            if key not in known
        ]
        moved = [{"key": key, "block": block} for key, block in keys.items() if known.get(key, block) != block]
        if fresh:
            writer.connection.execute(sa.insert(offer_group), fresh)
        if moved:
            writer.connection.execute(
                sa.update(offer_group)
                .where(offer_group.c.offer_id == sa.bindparam("key"))
                .values(block_key=sa.bindparam("block")),
                moved,
            )
        touched.update(keys.values(), known.values())
    return touched


def _orphaned(writer: Writer, deleted: Collection[str]) -> set[str]:
    """The blocks where a deleted offer stood for others."""
    found: set[str] = set()
    for batch in _batches(deleted):
        statement = sa.select(offer_group.c.block_key).where(offer_group.c.canonical_id.in_(batch)).distinct()
        found.update(writer.connection.scalars(statement))
    return found


def _settle_blocks(writer: Writer, blocks: list[str]) -> int:
    members: defaultdict[str, dict[str, str]] = defaultdict(dict)
    statement = sa.select(offer_group.c.block_key, offer_group.c.offer_id, offer_group.c.canonical_id)
    for row in writer.connection.execute(statement.where(offer_group.c.block_key.in_(blocks))):
        members[row.block_key][row.offer_id] = row.canonical_id
    shared = [key for ids in members.values() if len(ids) > 1 for key in ids]
    offers = {offer.id: offer for batch in _batches(shared) for offer in _offers(writer, batch)}
    changed: dict[str, str] = {}
    restated: set[str] = set()
    left: set[str] = set()  # what stood for an offer that has gone to another block
    grouped = 0
    for standing in members.values():
        settled = canonical_offers([offers[key] for key in standing]) if len(standing) > 1 else {k: k for k in standing}
        grouped += sum(key != canonical for key, canonical in settled.items())
        for key, canonical in settled.items():
            if standing[key] != canonical:
                changed[key] = canonical
                restated |= {key, canonical, standing[key]} & settled.keys()
                left |= {standing[key]} - settled.keys()
    restated |= {key for key in left if writer.exists(Kind.OFFER, key)}
    if changed:
        writer.connection.execute(
            sa.update(offer_group)
            .where(offer_group.c.offer_id == sa.bindparam("key"))
            .values(canonical_id=sa.bindparam("canonical")),
            [{"key": key, "canonical": canonical} for key, canonical in changed.items()],
        )
        writer.log(Kind.OFFER, sorted(restated), Operation.UPSERT)
    return grouped


def _offers(writer: Writer, ids: list[str]) -> list[Offer]:
    table = record_tables[Kind.OFFER]
    bodies = writer.connection.scalars(sa.select(table.c.body).where(table.c.id.in_(ids)))
    return [msgspec.json.decode(body, type=Offer) for body in bodies]


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(ids)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
