"""Handing over what was prepared: each digest once, and noted before the next one.

A digest is noted as handed over after the other side took it. If the process dies in between, it is handed over again
with the same identity, and whoever takes it can tell; if it dies before, it has not left and will. So nobody is left
out, and nobody gets two different ones.
"""

import datetime as dt
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import msgspec

from api.delivery.base import ChannelClosed, House, Outcome, Recipient, Result, Sender
from api.delivery.registry import WAYS
from features.records import Channel, Frequency, Identity, Profile, Subscription
from features.store import Store
from features.store.digests import MOST_ATTEMPTS, DigestRow, DigestState, settle, waiting
from matching.digests.digest import Digest, Item, from_json
from matching.digests.due import QuietHours
from matching.engine import Engine
from matching.lookups import day_number
from matching.schema import NO_DAY
from matching.schema import Collection as Searched

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Digests read together."""
CHANGED = "le canal de l'abonnement a changé entre-temps"
STOPPED = "l'abonnement a été arrêté entre-temps"
UNFORESEEN = "une erreur imprévue a empêché l'envoi"
ALL_GONE = "tout ce qu'il contenait a été pourvu ou retiré entre-temps"


@dataclass
class HandedOver:
    """What became of the digests that waited, and the channels that were closed, with the reason."""

    handed_over: int = 0
    later: int = 0
    held: int = 0
    """Those of a paused subscription, and instant ones in quiet hours: they wait, and no attempt is counted."""
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
                await _of_channel(house, channel, sender, engine, buckets, now, done)
        except ChannelClosed as closed:
            done.closed[channel.value] = str(closed)
    return done


async def _of_channel(
    house: House,
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
        engine.catch_up()
        for row in rows:
            recipient = _recipient(engine.store, row)
            if recipient is not None and is_held(recipient.subscription, house, now()):
                done.held += 1
                continue
            try:
                result = await _one(sender, engine, row, recipient)
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
    if recipient.subscription.channel is not row.channel:
        return Result(Outcome.NEVER, CHANGED)
    digest = still_open(engine, from_json(row.body))
    return Result(Outcome.NEVER, ALL_GONE) if digest.is_empty else await sender.send(digest, recipient)


def is_held(subscription: Subscription, house: House, at: dt.datetime) -> bool:
    """Whether what waits for a subscription is to wait on, at a time: it is paused, or instant in quiet hours."""
    if not subscription.active:
        return False
    local = at.astimezone(ZoneInfo(house.settings.timezone))
    if subscription.paused_until is not None and local.date() < subscription.paused_until:
        return True
    return subscription.frequency is Frequency.INSTANT and local in QuietHours(*house.settings.quiet)


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


def _recipient(store: Store, row: DigestRow) -> Recipient | None:
    """Whom a digest is for, as they are now; None when the subscription or the profile is gone."""
    subscription = store.get(Subscription, row.subscription_id)
    profile = store.get(Profile, row.profile_id)
    if subscription is None or profile is None:
        return None
    return Recipient(subscription, profile, store.get(Identity, row.profile_id))


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
