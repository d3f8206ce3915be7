"""One run: the subscriptions that are due, served lot by lot, each written whole before the next.

A run that is killed loses at most the group of lots it was at, which was not written; run again, it finds the digests
that are there and makes the others. It takes no decision that another shard, or the same one a second time, would take
otherwise: the day, the ledger and the prices of the day settle everything.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappush, heapreplace
from typing import Final

import numpy as np

from features.records import Channel, Profile, Subscription
from features.store import Store
from features.store.digests import (
    DigestRow,
    DigestState,
    delivered,
    digest_id,
    existing,
    keep,
)
from matching.allocation.allocate import allocate
from matching.allocation.graph import CandidateGraph
from matching.allocation.live import LivePrices
from matching.digests.candidates import candidates_of
from matching.digests.digest import Digest, to_json
from matching.digests.due import QuietHours, period_of
from matching.digests.orders import orders_of
from matching.digests.prepare import Due, Ledger, Rules, choosing, deliveries_of, prepare
from matching.digests.prices import DigestPrices
from matching.digests.why_nothing import is_told
from matching.engine import Engine
from matching.lookups import day_number
from matching.schema import Collection as Searched

TOGETHER: Final = 500_000
"""Subscriptions served together: all new offers are asked anew for each group, so the more the cheaper; memory grows
with them, by some 3 GiB for so many."""
WRITTEN_AT_ONCE: Final = 2_000
PRICED_PEOPLE: Final = 50_000
PRICED_OFFERS: Final = 100
"""Offers that count for the prices, of each person: the best ones."""

NO_CONSENT: Final = (
    "Vous n'avez pas accepté d'être joint par courriel : cet envoi n'est pas parti. Donnez votre accord dans votre "
    "profil, ou choisissez un autre canal"
)


@dataclass(frozen=True)
class Tally:
    """What a run did, in subscriptions."""

    due: int = 0
    already_prepared: int = 0
    prepared: int = 0
    nothing_to_send: int = 0
    offers: int = 0
    trainings: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.due + other.due,
            self.already_prepared + other.already_prepared,
            self.prepared + other.prepared,
            self.nothing_to_send + other.nothing_to_send,
            self.offers + other.offers,
            self.trainings + other.trainings,
        )


def every_due(store: Store, moment: dt.datetime, quiet: QuietHours) -> Iterator[Due]:
    """The subscriptions that are due at `moment` (local time), one after the other, in no order that means anything."""
    for batch in store.scan(Subscription):
        for subscription in batch:
            if (period := period_of(subscription, moment, quiet)) is not None:
                yield Due(subscription, period)


def lots_together(counts: Sequence[int], buckets: Collection[int], at_once: int = TOGETHER) -> Iterator[frozenset[int]]:
    """These lots of people in groups of at most `at_once` due subscriptions, or of one lot. `counts`: of each lot."""
    group: list[int] = []
    for lot in sorted(buckets):
        if group and sum(counts[each] for each in group) + counts[lot] > at_once:
            yield frozenset(group)
            group = []
        group.append(lot)
    if group:
        yield frozenset(group)


def run(engine: Engine, due: Iterable[Due], rules: Rules, now: Callable[[], dt.datetime]) -> Tally:
    """Prepare and write the digests of the due subscriptions, those of one person together, on the engine's day."""
    together = sorted(due, key=lambda each: (each.subscription.profile_id, each.subscription.id))
    store = engine.store
    there = existing(store, [digest_id(each.subscription.id, each.period) for each in together])
    fresh = [each for each in together if digest_id(each.subscription.id, each.period) not in there]
    if not fresh:
        return Tally(due=len(together), already_prepared=len(together))
    people = list(dict.fromkeys([each.subscription.profile_id for each in fresh]))
    unreachable = _without_consent(store, fresh)
    sendable = [each for each in fresh if each.subscription.id not in unreachable]
    ledger = Ledger.of(engine, list(delivered(store, people)))
    digests = prepare(engine, sendable, ledger, rules)
    digests += [_unreachable(each, engine.today()) for each in fresh if each.subscription.id in unreachable]
    told = {each.subscription.id: is_told(each.subscription) for each in fresh}
    kept = [digest for digest in digests if not digest.is_empty or told[digest.subscription_id]]
    day = day_number(engine.today())
    for start in range(0, len(kept), WRITTEN_AT_ONCE):
        part = kept[start : start + WRITTEN_AT_ONCE]
        at = now().astimezone(dt.UTC).isoformat(timespec="seconds")
        with store.writing() as writer:
            keep(
                writer,
                [row_of(digest, at) for digest in part],
                [line for each in part for line in deliveries_of(each, day)],
            )
    return Tally(
        due=len(together),
        already_prepared=len(together) - len(fresh),
        prepared=sum(not digest.is_empty for digest in digests),
        nothing_to_send=sum(digest.is_empty for digest in digests),
        offers=sum(len(digest.offers) for digest in digests),
        trainings=sum(len(digest.trainings) for digest in digests),
    )


def prices_of_day(engine: Engine, due: Iterable[Due], knob: float) -> DigestPrices:
    """The prices of the day's new offers, from what everyone who is due could be sent; none at knob 0.

    Of many people those of the lowest numbers stand for all: the allocation asks only for proportions. All due
    subscriptions must be given, whatever the shard; they are gone through once, and memory is that of those drawn.
    """
    if knob == 0:
        return DigestPrices()
    orders, _ = orders_of(engine, [each.subscription for each in _drawn(due)])
    candidates, found = choosing(engine, orders, candidates_of(engine, orders))
    worth = found.score - found.set_back
    ranked = np.lexsort((found.keys, -worth, found.order))
    order = found.order[ranked]
    starts = np.searchsorted(order, np.arange(len(orders) + 1))
    first = np.arange(len(order)) - starts[order] < PRICED_OFFERS
    ranked, order = ranked[first], order[first]
    if len(ranked) == 0:
        return DigestPrices()
    keys, one, item = np.unique(found.keys[ranked], return_index=True, return_inverse=True)
    posts = engine.catalogue(Searched.OFFERS).take("posts", candidates.offers[ranked][one])
    posts = np.maximum(posts, 1).astype(np.int32)
    indptr = np.searchsorted(order, np.arange(len(orders) + 1)).astype(np.int64)
    items, scores = item.astype(np.int32), worth[ranked].astype(np.float32)
    size = max(1, round(float(orders.sizes.mean())))
    allocation = allocate(indptr, items, scores, posts, size, knob)
    unit = CandidateGraph(indptr, items, scores, len(posts)).unit
    charged = allocation.prices > 0
    prices = LivePrices(
        keys[charged],
        allocation.prices[charged].astype(np.float32),
        allocation.loads[charged].astype(np.int32),
        posts[charged],
    )
    return DigestPrices(prices, unit)


def _drawn(due: Iterable[Due]) -> list[Due]:
    """At most `PRICED_PEOPLE` people, always the same of the same; each with the first of their subscriptions by id."""
    kept: dict[str, Due] = {}
    last_first: list[tuple[int, str]] = []
    for each in due:
        person = each.subscription.profile_id
        if person in kept:
            kept[person] = min(kept[person], each, key=lambda one: one.subscription.id)
            continue
        place = (-int(digest_id(person, "price"), 16), person)
        if len(kept) < PRICED_PEOPLE:
            heappush(last_first, place)
        elif place > last_first[0]:
            del kept[heapreplace(last_first, place)[1]]
        else:
            continue
        kept[person] = each
    return sorted(kept.values(), key=lambda each: each.subscription.profile_id)


def row_of(digest: Digest, at: str) -> DigestRow:
    """The digest as the store keeps it. What is fetched (a page, a feed) is handed over as soon as it is there."""
    fetched = digest.channel in (Channel.PAGE, Channel.ATOM)
    state = DigestState.UNSENT if digest.is_empty else DigestState.HANDED_OVER if fetched else DigestState.PREPARED
    handed_over_at = at if state is DigestState.HANDED_OVER else None
    return DigestRow(
        digest.id,
        digest.subscription_id,
        digest.profile_id,
        state,
        digest.channel,
        at,
        to_json(digest),
        handed_over_at,
    )


def _without_consent(store: Store, due: Sequence[Due]) -> set[str]:
    """Ids of the subscriptions by e-mail of people who did not agree to it."""
    by_email = [each.subscription for each in due if each.subscription.channel is Channel.EMAIL]
    profiles = store.get_many(Profile, {each.profile_id for each in by_email})
    agreed = {key for key, profile in profiles.items() if profile.consents.contact_by_email}
    return {each.id for each in by_email if each.profile_id not in agreed}


def _unreachable(due: Due, day: dt.date) -> Digest:
    return Digest(
        id=digest_id(due.subscription.id, due.period),
        subscription_id=due.subscription.id,
        profile_id=due.subscription.profile_id,
        channel=due.subscription.channel,
        period=due.period,
        day=day.isoformat(),
        why_nothing=NO_CONSENT,
    )
