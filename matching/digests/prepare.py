"""Preparing digests: many subscriptions at once, each as if it were alone.

The engine brings candidates, scores and reasons; the ledger says what everyone was sent before; what comes out are
whole digests, to be written by the caller. Nothing is written or sent here.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import DigestContent, Frequency, Subscription
from features.store.digests import Delivery, ItemKind, digest_id
from matching.answer import Window
from matching.digests.candidates import Candidates, candidates_of
from matching.digests.choice import Choosing, best_projects, chosen
from matching.digests.digest import Digest, Item
from matching.digests.items import offer_items, session_item
from matching.digests.orders import Orders, Refused, chosen_projects, orders_of
from matching.digests.prices import DigestPrices
from matching.digests.scores import worth_of
from matching.digests.why_nothing import Counts, why_nothing
from matching.engine import Engine
from matching.errors import VivierError
from matching.filters.registry import parameters_for
from matching.keys import key_number, pair_numbers
from matching.lookups import day_number
from matching.schema import Collection
from matching.trainings import sessions_for_profile

TRAININGS: Final = 2
"""Trainings that go with the offers, at most."""
TRAININGS_EVERY_DAYS: Final = 7
"""So many come in that time at most: they change slowly, and a person who wants more has the list."""
LEAST_QUALITY: Final = 0.5
LOOKED_THROUGH: Final = 30
"""Sessions of the live list that are looked through for some that were not sent yet."""


@dataclass(frozen=True)
class Rules:
    """What holds for all digests of a run."""

    least_quality: float = LEAST_QUALITY
    """Offers and trainings below are not sent."""
    prices: DigestPrices = field(default_factory=DigestPrices)


@dataclass(frozen=True, eq=False)
class Ledger:
    """What some people were sent: offers as numbers of (person, offer shown today), trainings by person."""

    offers: NDArray[np.uint64]
    """(n,) `pair_numbers`, ascending."""
    trainings: Mapping[str, Mapping[str, int]]
    """Profile id -> training id -> the day it was sent."""
    offers_today: Mapping[str, int]
    """Subscription id -> offers that it sent on the engine's day."""

    @classmethod
    def of(cls, engine: Engine, lines: Sequence[Delivery]) -> "Ledger":
        """The ledger as today's catalogue reads it: an offer that stands behind another now counts as that one."""
        canonical = engine.links.canonical
        sent = [line for line in lines if line.kind is ItemKind.OFFER]
        people = np.array([key_number(line.profile_id) for line in sent], dtype=np.int64)
        items = np.array([key_number(canonical.get(line.item_id, line.item_id)) for line in sent], dtype=np.int64)
        trainings: dict[str, dict[str, int]] = {}
        for line in lines:
            if line.kind is ItemKind.TRAINING:
                trainings.setdefault(line.profile_id, {})[line.item_id] = line.day
        today = day_number(engine.today())
        return cls(
            np.sort(pair_numbers(people, items)),
            trainings,
            Counter(line.subscription_id for line in sent if line.day == today),
        )

    def has(self, people: NDArray[np.int64], items: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) whether each person was sent the offer beside it."""
        return np.isin(pair_numbers(people, items), self.offers)


NOTHING_SENT: Final = Ledger(np.empty(0, dtype=np.uint64), {}, {})


@dataclass(frozen=True)
class Due:
    """A subscription and the period that it is served for."""

    subscription: Subscription
    period: str


def prepare(engine: Engine, due: Sequence[Due], ledger: Ledger, rules: Rules) -> list[Digest]:
    """The digest of each due subscription on the engine's day, in order of person; empty ones say why.

    All subscriptions of one person that are due must be given together.
    """
    periods = {each.subscription.id: each.period for each in due}
    orders, refused = orders_of(engine, [each.subscription for each in due])
    offers, counts = _offers(engine, orders, ledger, rules)
    day = engine.today().isoformat()
    made = [_refused(each, periods[each.subscription.id], day) for each in refused]
    taught: dict[str, set[str]] = {}
    for order, subscription in enumerate(orders.subscriptions):
        already = taught.setdefault(subscription.profile_id, set())
        trainings = _trainings(engine, subscription, ledger, rules, already)
        already |= {item.training_id for item in trainings if item.training_id is not None}
        empty = not offers[order] and not trainings
        made.append(
            Digest(
                id=digest_id(subscription.id, periods[subscription.id]),
                subscription_id=subscription.id,
                profile_id=subscription.profile_id,
                channel=subscription.channel,
                period=periods[subscription.id],
                day=day,
                offers=tuple(offers[order]),
                trainings=tuple(trainings),
                why_nothing=why_nothing(subscription, counts[order], rules.least_quality) if empty else None,
            )
        )
    return sorted(made, key=lambda digest: (digest.profile_id, digest.subscription_id))


def deliveries_of(digest: Digest, day: int) -> list[Delivery]:
    """The lines of the ledger that a digest makes on a day (since 1970)."""
    items = [(ItemKind.OFFER, item.id) for item in digest.offers]
    items += [(ItemKind.TRAINING, item.training_id or item.id) for item in digest.trainings]
    return [Delivery(digest.profile_id, kind, key, day, digest.id, digest.subscription_id) for kind, key in items]


def _refused(refused: Refused, period: str, day: str) -> Digest:
    subscription = refused.subscription
    return Digest(
        id=digest_id(subscription.id, period),
        subscription_id=subscription.id,
        profile_id=subscription.profile_id,
        channel=subscription.channel,
        period=period,
        day=day,
        why_nothing=refused.why,
    )


def _offers(engine: Engine, orders: Orders, ledger: Ledger, rules: Rules) -> tuple[list[list[Item]], list[Counts]]:
    """The offers of each order, and how many candidates it had."""
    candidates, found = choosing(engine, orders, candidates_of(engine, orders))
    picked, counts = pick(orders, found, ledger, rules)
    items = offer_items(engine, orders, candidates.at(picked), (found.score - found.set_back)[picked])
    by_order: list[list[Item]] = [[] for _ in range(len(orders))]
    for order, item in zip(found.order[picked].tolist(), items, strict=True):
        by_order[order].append(item)
    return by_order, counts


def choosing(engine: Engine, orders: Orders, candidates: Candidates) -> tuple[Candidates, Choosing]:
    """The best project of each order and offer, and what the rules read of it."""
    worth = worth_of(engine, orders, candidates)
    best = best_projects(candidates.order, candidates.offers, worth.score - worth.set_back)
    candidates = candidates.at(best)
    offers = engine.catalogue(Collection.OFFERS)
    return candidates, Choosing(
        candidates.order,
        candidates.offers,
        offers.keys(candidates.offers),
        orders.people[candidates.order],
        offers.take("firm", candidates.offers),
        worth.score[best],
        worth.quality[best],
        worth.set_back[best],
    )


def pick(orders: Orders, found: Choosing, ledger: Ledger, rules: Rules) -> tuple[NDArray[np.int64], list[Counts]]:
    """Positions of the candidates that are sent, by order, the best first; and what became of the candidates.

    The subscriptions of one person are served one after the other: what the first one sends, the next ones do not.
    """
    sent_before = ledger.has(found.people, found.keys)
    sizes = _room(orders, ledger)
    good = found.quality >= rules.least_quality
    worth = found.worth(rules.prices)
    taken = np.zeros(len(found.order), dtype=np.bool_)
    numbers = pair_numbers(found.people, found.keys)
    parts: list[NDArray[np.int64]] = []
    for turn in range(int(orders.turn.max(initial=0)) + 1):
        mine = orders.turn[found.order] == turn
        if turn:
            sent_before |= np.isin(numbers, numbers[taken]) & mine
        part = chosen(found, mine & good & ~sent_before, worth, sizes)
        taken[part] = True
        parts.append(part)
    picked = np.concatenate(parts)
    picked = picked[np.argsort(found.order[picked], kind="stable")]
    best = np.full(len(orders), -1.0)
    fresh = ~sent_before
    np.maximum.at(best, found.order[fresh], found.quality[fresh])
    n = len(orders)
    columns = (
        np.bincount(found.order, minlength=n).tolist(),
        np.bincount(found.order[sent_before], minlength=n).tolist(),
        best.tolist(),
    )
    return picked, [Counts(*each) for each in zip(*columns, strict=True)]


def _room(orders: Orders, ledger: Ledger) -> NDArray[np.int64]:
    """(n,) offers that each digest has room for. An instant one is looked for all day long: its size is that of the
    day."""
    today = [
        ledger.offers_today.get(each.id, 0) if each.frequency is Frequency.INSTANT else 0
        for each in orders.subscriptions
    ]
    return np.maximum(orders.sizes - np.array(today, dtype=np.int64), 0)


def _trainings(
    engine: Engine, subscription: Subscription, ledger: Ledger, rules: Rules, already: set[str]
) -> list[Item]:
    """The trainings of a digest: of the live list, those that were never sent, good enough, no more than a few a
    week."""
    if subscription.content is DigestContent.OFFERS:
        return []
    sent = ledger.trainings.get(subscription.profile_id, {})
    today = day_number(engine.today())
    most = TRAININGS if subscription.content is DigestContent.BOTH else subscription.size
    room = most - sum(today - day < TRAININGS_EVERY_DAYS for day in sent.values()) - len(already)
    if room <= 0:
        return []
    known = {parameter.name for parameter in parameters_for(Collection.SESSIONS)}
    given = dict(subscription.criteria)
    around = {"distance", "tempsTrajet", "mode"} if "commune" not in given else set()
    asked = {name: value for name, value in given.items() if name in known - around and name != "exclure"}
    only: Callable[[NDArray[np.int64]], NDArray[np.int64]] = lambda rows: chosen_projects(  # noqa: E731
        engine, rows, subscription.project_codes
    )
    try:
        answer = sessions_for_profile(engine, subscription.profile_id, asked, Window(0, LOOKED_THROUGH - 1), only)
    except VivierError:
        return []
    fresh = [
        item
        for match in answer.matches
        if match.score >= rules.least_quality
        and (item := session_item(engine, match)).training_id not in sent
        and item.training_id not in already
    ]
    return fresh[:room]
