"""Handing over what was prepared: each digest once, and noted before the next one.

A digest is noted as handed over after the other side took it. If the process dies in between, it is handed over again
with the same identity, and whoever takes it can tell; if it dies before, it has not left and will. So nobody is left
out, and nobody gets two different ones.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import msgspec

from api.delivery.base import ChannelClosed, House, Outcome, Recipient, Result, Sender
from api.delivery.registry import WAYS
from features.records import Channel, Identity, Profile, Subscription
from features.store import Store
from features.store.digests import MOST_ATTEMPTS, DigestRow, DigestState, settle, waiting
from matching.digests.digest import Digest, Item, from_json
from matching.engine import Engine
from matching.lookups import day_number
from matching.schema import NO_DAY
from matching.schema import Collection as Searched

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Digests read together."""
STOPPED = "l'abonnement a été arrêté entre-temps"
UNFORESEEN = "une erreur imprévue a empêché l'envoi"
ALL_GONE = "tout ce qu'il contenait a été pourvu ou retiré entre-temps"


@dataclass
class HandedOver:
    """What became of the digests that waited, and the channels that were closed, with the reason."""

    handed_over: int = 0
    later: int = 0
    failed: int = 0
    closed: dict[str, str] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> None:
        match outcome:
            case Outcome.DONE:
                self.handed_over += 1
            case Outcome.LATER:
                self.later += 1
            case Outcome.NEVER:
                self.failed += 1


async def hand_over(
    house: House, engine: Engine, buckets: Collection[int], now: Callable[[], dt.datetime]
) -> HandedOver:
    """Hand over all that waits for these lots of people."""
    done = HandedOver()
    for channel, way in WAYS.items():
        if way.open is None or not waiting(engine.store, buckets, channel, "", 1):
            continue
        try:
            async with way.open(house) as sender:
                await _of_channel(channel, sender, engine, buckets, now, done)
        except ChannelClosed as closed:
            done.closed[channel.value] = str(closed)
    return done


async def _of_channel(
    channel: Channel,
    sender: Sender,
    engine: Engine,
    buckets: Collection[int],
    now: Callable[[], dt.datetime],
    done: HandedOver,
) -> None:
    after = ""
    while rows := waiting(engine.store, buckets, channel, after, AT_ONCE):
        after = rows[-1].id
        recipients = _recipients(engine.store, rows)
        for row in rows:
            try:
                result = await _one(sender, engine, row, recipients.get(row.id))
            except ChannelClosed:
                raise
            except Exception:  # whatever one digest has, those behind it must leave
                log.exception("digest %s could not be handed over", row.id)
                result = Result(Outcome.LATER, UNFORESEEN)
            done.count(result.outcome)
            _note(engine.store, row, result, now())


async def _one(sender: Sender, engine: Engine, row: DigestRow, recipient: Recipient | None) -> Result:
    if recipient is None or not recipient.subscription.active:
        return Result(Outcome.NEVER, STOPPED)
    digest = still_open(engine, from_json(row.body))
    return Result(Outcome.NEVER, ALL_GONE) if digest.is_empty else await sender.send(digest, recipient)


def still_open(engine: Engine, digest: Digest) -> Digest:
    """The digest without what was filled, withdrawn or closed since it was prepared."""
    offers, sessions = engine.catalogue(Searched.OFFERS), engine.catalogue(Searched.SESSIONS)
    today = day_number(engine.today())
    canonical = engine.links.canonical

    def is_open(item: Item) -> bool:
        rows = offers.rows_of(canonical.get(item.id, item.id))
        expires = int(offers.take("expires_day", rows)[0]) if len(rows) else today - 1
        return expires == NO_DAY or expires >= today

    return msgspec.structs.replace(
        digest,
        offers=tuple([item for item in digest.offers if is_open(item)]),
        trainings=tuple([item for item in digest.trainings if item.id in sessions]),
    )


def _recipients(store: Store, rows: Collection[DigestRow]) -> dict[str, Recipient]:
    """Whom each digest is for, by its id; those whose subscription or profile is gone are absent."""
    people = {row.profile_id for row in rows}
    subscriptions = store.get_many(Subscription, {row.subscription_id for row in rows})
    profiles, identities = store.get_many(Profile, people), store.get_many(Identity, people)
    return {
        row.id: Recipient(subscriptions[row.subscription_id], profiles[row.profile_id], identities.get(row.profile_id))
        for row in rows
        if row.subscription_id in subscriptions and row.profile_id in profiles
    }


def _note(store: Store, row: DigestRow, result: Result, at: dt.datetime) -> None:
    attempts = row.attempts + 1
    state = {
        Outcome.DONE: DigestState.HANDED_OVER,
        Outcome.LATER: DigestState.PREPARED if attempts < MOST_ATTEMPTS else DigestState.FAILED,
        Outcome.NEVER: DigestState.FAILED,
    }[result.outcome]
    when = at.astimezone(dt.UTC).isoformat(timespec="seconds") if state is DigestState.HANDED_OVER else None
    with store.writing() as writer:
        settle(writer, row.id, state, attempts, when, result.why)
