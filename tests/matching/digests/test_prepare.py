"""Digests are those that every subscription would get alone, from either side; nothing twice, nothing poor."""

import datetime as dt
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from features.records import Channel, DigestContent, Frequency, Profile, Subscription
from features.store.digests import Delivery, ItemKind
from matching.digests.candidates import Candidates, by_offers, by_people, new_offers
from matching.digests.choice import PER_FIRM
from matching.digests.digest import Digest
from matching.digests.orders import orders_of
from matching.digests.prepare import NOTHING_SENT, Due, Ledger, Rules, deliveries_of, prepare
from matching.digests.run import prices_of_day
from matching.engine import Engine
from matching.lookups import day_number
from matching.schema import Collection
from tests.matching.conftest import TODAY, House, every
from tests.matching.made import GUERET

TOWN = [
    (),
    (),
    (("typeContrat", "CDI"),),
    (("commune", GUERET), ("distance", "40")),
    (("departement", "23"),),
    (("tempsPlein", "true"),),
]


@pytest.fixture(scope="module")
def subscriptions(town: House) -> list[Subscription]:
    """One for everyone of the town, of all kinds; two for every tenth person, one project alone for some."""
    made: list[Subscription] = []
    for number, profile in enumerate(every(town.store, Profile).values()):
        codes = [project.rome_code for project in profile.projects if project.rome_code is not None]
        one = Subscription(
            id=f"s{number}",
            profile_id=profile.id,
            frequency=list(Frequency)[number % 3],
            channel=list(Channel)[number % 4],
            content=DigestContent.OFFERS,
            size=(1, 2, 10)[number % 3],
            criteria=TOWN[number % len(TOWN)],
            project_codes=(codes[0],) if number % 7 == 0 and codes else (),
        )
        made.append(one)
        if number % 10 == 0:
            made.append(msgspec.structs.replace(one, id=f"t{number}", criteria=(), channel=Channel.PAGE, size=5))
    return made


def due(subscriptions: list[Subscription]) -> list[Due]:
    return [Due(each, "2026-09-01") for each in subscriptions]


def as_set(found: Candidates) -> set[tuple[int, int, int]]:
    return set(zip(found.order.tolist(), found.offers.tolist(), found.projects.tolist(), strict=True))


def test_both_sides_bring_the_same_candidates(engine: Engine, subscriptions: list[Subscription]) -> None:
    orders, refused = orders_of(engine, subscriptions)
    from_offers = by_offers(engine, orders, new_offers(engine, orders))
    from_people = by_people(engine, orders)
    assert len(refused) + len(orders) == len(subscriptions)
    assert len(from_people) > 500
    assert as_set(from_offers) == as_set(from_people)
    np.testing.assert_array_equal(from_offers.order, from_people.order)
    np.testing.assert_allclose(from_offers.closeness, from_people.closeness, atol=1e-6)


def test_a_batch_is_every_subscription_by_itself(engine: Engine, subscriptions: list[Subscription]) -> None:
    few = [msgspec.structs.replace(each, size=2) for each in subscriptions]
    rules = Rules(prices=prices_of_day(engine, due(few), knob=0.8))
    assert len(rules.prices.offers.keys) > 0
    together = {digest.id: digest for digest in prepare(engine, due(subscriptions), NOTHING_SENT, rules)}
    assert sum(bool(digest.offers) for digest in together.values()) > 100
    by_person: dict[str, list[Subscription]] = {}
    for subscription in subscriptions:
        by_person.setdefault(subscription.profile_id, []).append(subscription)
    for of_person in by_person.values():
        for alone in prepare(engine, due(of_person), NOTHING_SENT, rules):
            assert together.pop(alone.id) == alone
    assert together == {}


def test_offers_are_new_open_good_enough_and_few_of_one_firm(engine: Engine, subscriptions: list[Subscription]) -> None:
    offers = engine.catalogue(Collection.OFFERS)
    today, rules = day_number(TODAY), Rules(least_quality=0.6)
    sizes = {each.id: each.size for each in subscriptions}
    everyone = prepare(engine, due(subscriptions), NOTHING_SENT, rules)
    for digest in everyone:
        rows = np.array([int(offers.rows_of(item.id)[0]) for item in digest.offers], dtype=np.int64)
        assert len(rows) <= sizes[digest.subscription_id]
        assert (offers.take("published_day", rows) <= today).all()
        assert (offers.take("published_day", rows) > today - 14).all()
        expires = offers.take("expires_day", rows)
        assert ((expires < -10_000) | (expires >= today)).all()
        firms = offers.take("firm", rows)
        assert max(np.unique(firms[firms >= 0], return_counts=True)[1], default=0) <= PER_FIRM
        scores = [item.score for item in digest.offers]
        assert scores == sorted(scores, reverse=True)
        assert min(scores, default=1) >= 0.6 - 1e-4
        assert all(item.reasons for item in digest.offers)
        assert (digest.why_nothing is None) == bool(digest.offers)


def test_nothing_comes_twice_to_a_person(engine: Engine, subscriptions: list[Subscription]) -> None:
    first = prepare(engine, due(subscriptions), NOTHING_SENT, Rules())
    lines = [line for digest in first for line in deliveries_of(digest, day_number(TODAY))]
    assert len(lines) == len({(line.profile_id, line.item_id) for line in lines}) > 100
    again = prepare(engine, due(subscriptions), Ledger.of(engine, lines), Rules())
    more = [line for digest in again for line in deliveries_of(digest, day_number(TODAY))]
    assert not {(line.profile_id, line.item_id) for line in lines} & {(line.profile_id, line.item_id) for line in more}
    told = [digest.why_nothing for digest in again if digest.why_nothing is not None]
    assert any("déjà été envoyée" in why for why in told)


def test_an_offer_sent_under_another_id_is_not_sent_again(engine: Engine, subscriptions: list[Subscription]) -> None:
    digest = next(each for each in prepare(engine, due(subscriptions), NOTHING_SENT, Rules()) if each.offers)
    (mine,) = [each for each in subscriptions if each.id == digest.subscription_id]
    engine.links.put_canonical("copy", digest.offers[0].id)
    line = Delivery(digest.profile_id, ItemKind.OFFER, "copy", day_number(TODAY), "before", mine.id)
    try:
        (later,) = prepare(engine, due([mine]), Ledger.of(engine, [line]), Rules())
    finally:
        engine.links.put_canonical("copy", "copy")
    assert digest.offers[0].id not in {item.id for item in later.offers}


def test_an_instant_subscription_has_the_room_that_it_did_not_fill_itself_today(
    engine: Engine, subscriptions: list[Subscription]
) -> None:
    daily = [msgspec.structs.replace(each, frequency=Frequency.DAILY, size=2) for each in subscriptions]
    first = prepare(engine, due(daily), NOTHING_SENT, Rules())
    ledger = Ledger.of(engine, [line for digest in first for line in deliveries_of(digest, day_number(TODAY))])
    full = {digest.subscription_id for digest in first if len(digest.offers) == 2}
    assert len(full) > 20
    same = [msgspec.structs.replace(each, frequency=Frequency.INSTANT) for each in daily if each.id in full]
    assert not [digest for digest in prepare(engine, due(same), ledger, Rules()) if digest.offers]
    others = [msgspec.structs.replace(each, id=f"other-{each.id}") for each in same]
    assert [digest for digest in prepare(engine, due(others), ledger, Rules()) if digest.offers]


def test_prices_spread_attention(engine: Engine, subscriptions: list[Subscription]) -> None:
    def loads(rules: Rules) -> list[int]:
        sent = [item.id for each in prepare(engine, due(subscriptions), NOTHING_SENT, rules) for item in each.offers]
        return sorted([sent.count(key) for key in set(sent)], reverse=True)

    few = [msgspec.structs.replace(each, size=2) for each in subscriptions]
    subscriptions = few
    alone = loads(Rules())
    spread = loads(Rules(prices=prices_of_day(engine, due(few), knob=1.0)))
    assert spread[0] < alone[0]
    assert len(spread) > len(alone)
    assert prices_of_day(engine, due(few), knob=0.0).offers.keys.size == 0


def test_trainings_come_along_once(engine: Engine, subscriptions: list[Subscription]) -> None:
    some = [
        msgspec.structs.replace(each, content=DigestContent.BOTH, criteria=(), project_codes=())
        for each in subscriptions[:60]
    ]
    first = prepare(engine, due(some), NOTHING_SENT, Rules())
    taught = [
        line for digest in first for line in deliveries_of(digest, day_number(TODAY)) if line.kind is ItemKind.TRAINING
    ]
    assert taught
    assert len(taught) == len({(line.profile_id, line.item_id) for line in taught})
    again = prepare(engine, due(some), Ledger.of(engine, taught), Rules())
    assert all(not digest.trainings for digest in again)
    old = [replace(line, day=line.day - 30) for line in taught]
    later = prepare(engine, due(some), Ledger.of(engine, old), Rules())
    known = {(line.profile_id, line.item_id) for line in taught}
    fresh = {(digest.profile_id, item.training_id) for digest in later for item in digest.trainings}
    assert fresh
    assert not fresh & known


def test_what_cannot_be_served_says_why(engine: Engine, subscriptions: list[Subscription]) -> None:
    one = msgspec.structs.replace(subscriptions[1], project_codes=(), criteria=())
    wrong = [
        (msgspec.structs.replace(one, id="a", profile_id="nobody"), "Aucun métier n'est reconnu"),
        (msgspec.structs.replace(one, id="b", project_codes=("A1101",)), "« A1101 »"),
        (msgspec.structs.replace(one, id="c", criteria=(("commune", "99999"),)), "« 99999 »"),
        (msgspec.structs.replace(one, id="d", criteria=(("salaireMin", "900000"),)), "avec ces critères"),
    ]
    for subscription, words in wrong:
        (digest,) = prepare(engine, due([subscription]), NOTHING_SENT, Rules())
        assert digest.is_empty
        assert digest.why_nothing is not None
        assert words in digest.why_nothing


def test_a_digest_below_the_quality_says_how_far_it_was(engine: Engine, subscriptions: list[Subscription]) -> None:
    rules = Rules(least_quality=0.99)
    whys = [digest.why_nothing for digest in prepare(engine, due(subscriptions), NOTHING_SENT, rules)]
    assert any(why is not None and "points sur 100, sous le seuil de 99" in why for why in whys)


def test_nobody_due_is_nothing_to_prepare(engine: Engine) -> None:
    assert prepare(engine, [], NOTHING_SENT, Rules()) == []
    assert prices_of_day(engine, [], knob=0.6).offers.keys.size == 0
    assert Digest("x", "s", "p", Channel.PAGE, "2026-09-01", dt.date(2026, 9, 1).isoformat()).is_empty
