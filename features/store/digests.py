"""The digests that were prepared, how far each got, and the ledger of what everyone was sent.

    prepared ──► handed over        to a mail server, a webhook; a page or a feed has it at once
        └──────► failed             given up after `MOST_ATTEMPTS`, or nothing of it is left to send
    unsent                          nothing to send, and why

A digest and its lines of the ledger are written in one transaction, before anything leaves the house. Its id is a
function of subscription and period, so that preparing the same again finds it there.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Final

import sqlalchemy as sa

from features.records import Channel
from features.store.batches import batches
from features.store.store import Store
from features.store.tables import delivery, digest, subscription_owner
from features.store.writer import Writer

BUCKETS: Final = 256
"""People are parted into so many lots, whatever the number of shards."""
MOST_ATTEMPTS: Final = 5


class DigestState(StrEnum):
    PREPARED = "preparee"
    HANDED_OVER = "remise"
    UNSENT = "sans_envoi"
    FAILED = "echouee"


class ItemKind(StrEnum):
    OFFER = "offre"
    TRAINING = "formation"


@dataclass(frozen=True, slots=True)
class DigestRow:
    """One digest as the store keeps it; `body` is JSON that the store does not read."""

    id: str
    subscription_id: str
    profile_id: str
    state: DigestState
    channel: Channel
    prepared_at: str
    """ISO 8601, UTC; so is `handed_over_at`."""
    body: str
    handed_over_at: str | None = None
    attempts: int = 0
    failure: str | None = None
    """Why it was not handed over, in French, for the person."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One line of the ledger."""

    profile_id: str
    kind: ItemKind
    item_id: str
    day: int
    """Since 1970-01-01."""
    digest_id: str
    subscription_id: str
    """Of the digest."""


def digest_id(subscription_id: str, period: str) -> str:
    """The id of the digest of a subscription for a period: the same each time it is asked."""
    return blake2b(f"{subscription_id}\n{period}".encode(), digest_size=16).hexdigest()


def bucket_of(profile_id: str) -> int:
    """The lot that a person belongs to, from 0 to `BUCKETS - 1`."""
    return blake2b(profile_id.encode(), digest_size=1, person=b"digests").digest()[0]


def buckets_of_shard(number: int, count: int) -> range:
    """The lots of shard `number` of `count`, from 1. Raises ValueError unless 1 <= number <= count <= BUCKETS."""
    if not 1 <= number <= count <= BUCKETS:
        raise ValueError(f"shard {number}/{count}: give i/n with 1 <= i <= n <= {BUCKETS}")
    return range(number - 1, BUCKETS, count)


def keep(writer: Writer, digests: Sequence[DigestRow], deliveries: Sequence[Delivery]) -> None:
    """New digests and what they send, in the writer's transaction. Those of a subscription that was deleted meanwhile,
    or whose person was, are left out."""
    standing = {
        row.subscription_id: row.profile_id
        for batch in batches({each.subscription_id for each in digests})
        for row in writer.connection.execute(
            sa.select(subscription_owner).where(
                subscription_owner.c.subscription_id.in_(batch), ~subscription_owner.c.stopped
            )
        )
    }
    kept = [each for each in digests if standing.get(each.subscription_id) == each.profile_id]
    kept_ids = {each.id for each in kept}
    rows = [
        {
            "id": each.id,
            "subscription_id": each.subscription_id,
            "profile_id": each.profile_id,
            "bucket": bucket_of(each.profile_id),
            "state": each.state.value,
            "channel": each.channel.value,
            "prepared_at": each.prepared_at,
            "handed_over_at": each.handed_over_at,
            "attempts": each.attempts,
            "failure": each.failure,
            "body": each.body,
        }
        for each in kept
    ]
    lines = [
        {
            "profile_id": line.profile_id,
            "kind": line.kind.value,
            "item_id": line.item_id,
            "day": line.day,
            "digest_id": line.digest_id,
        }
        for line in deliveries
        if line.digest_id in kept_ids
    ]
    if rows:
        writer.connection.execute(sa.insert(digest), rows)
    if lines:
        writer.connection.execute(sa.insert(delivery), lines)


def existing(store: Store, ids: Collection[str]) -> set[str]:
    """Those of these digest ids that are there."""
    found: set[str] = set()
    with store.engine.connect() as connection:
        for batch in batches(ids):
            found.update(connection.scalars(sa.select(digest.c.id).where(digest.c.id.in_(batch))))
    return found


def delivered(store: Store, profile_ids: Iterable[str]) -> Iterator[Delivery]:
    """The lines of the ledger of these people, in no order."""
    of_ledger = (delivery.c.profile_id, delivery.c.kind, delivery.c.item_id, delivery.c.day, delivery.c.digest_id)
    lines = sa.select(*of_ledger, digest.c.subscription_id).join(digest, digest.c.id == delivery.c.digest_id)
    with store.engine.connect() as connection:
        for batch in batches(profile_ids):
            for row in connection.execute(lines.where(delivery.c.profile_id.in_(batch))):
                yield Delivery(
                    row.profile_id, ItemKind(row.kind), row.item_id, row.day, row.digest_id, row.subscription_id
                )


def waiting(store: Store, buckets: Collection[int], channel: Channel, after: str, limit: int) -> list[DigestRow]:
    """The prepared digests of these lots and of a channel, with an id above `after`, by id; at most `limit`."""
    statement = (
        sa.select(digest)
        .where(
            digest.c.state == DigestState.PREPARED.value,
            digest.c.bucket.in_(list(buckets)),
            digest.c.channel == channel.value,
            digest.c.id > after,
        )
        .order_by(digest.c.id)
        .limit(limit)
    )
    with store.engine.connect() as connection:
        return [_row(row) for row in connection.execute(statement)]


def of_profile(store: Store, profile_id: str, first: int, size: int) -> list[DigestRow]:
    """The digests of a person, the latest first."""
    statement = sa.select(digest).where(digest.c.profile_id == profile_id)
    return _latest(store, statement, first, size)


def count_of_profile(store: Store, profile_id: str) -> int:
    statement = sa.select(sa.func.count()).select_from(digest).where(digest.c.profile_id == profile_id)
    with store.engine.connect() as connection:
        return connection.scalar(statement) or 0


def sent_by(store: Store, subscription_id: str, size: int) -> list[DigestRow]:
    """The latest digests of a subscription that had something in them, the latest first."""
    statement = sa.select(digest).where(
        digest.c.subscription_id == subscription_id, digest.c.state == DigestState.HANDED_OVER.value
    )
    return _latest(store, statement, 0, size)


def get(store: Store, key: str) -> DigestRow | None:
    with store.engine.connect() as connection:
        row = connection.execute(sa.select(digest).where(digest.c.id == key)).one_or_none()
    return None if row is None else _row(row)


def settle(writer: Writer, key: str, state: DigestState, attempts: int, at: str | None, failure: str | None) -> None:
    """How far a digest got. One that has already left is not touched."""
    statement = sa.update(digest).where(digest.c.id == key, digest.c.state == DigestState.PREPARED.value)
    writer.connection.execute(
        statement.values(state=state.value, attempts=attempts, handed_over_at=at, failure=failure)
    )


def _latest(store: Store, statement: "sa.Select[tuple[object, ...]]", first: int, size: int) -> list[DigestRow]:
    ordered = statement.order_by(digest.c.prepared_at.desc(), digest.c.id).offset(first).limit(size)
    with store.engine.connect() as connection:
        return [_row(row) for row in connection.execute(ordered)]


def _row(row: "sa.Row[tuple[object, ...]]") -> DigestRow:
    found = row._mapping
    return DigestRow(
        found["id"],
        found["subscription_id"],
        found["profile_id"],
        DigestState(found["state"]),
        Channel(found["channel"]),
        found["prepared_at"],
        found["body"],
        found["handed_over_at"],
        found["attempts"],
        found["failure"],
    )
