"""A back-test says exactly what the runs of those days would have sent."""

import datetime as dt
from dataclasses import replace

import msgspec
import pytest

from features.records import Channel, DigestContent, Frequency, Profile, Subscription
from matching.digests.backtest import Backtest, backtest
from matching.digests.due import QuietHours, period_of, weekday_of
from matching.digests.prepare import Due, Ledger, Rules, deliveries_of, prepare
from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.lookups import day_number
from tests.matching.conftest import TODAY, House, every

NEVER = QuietHours(0, 0)
RULES = Rules(least_quality=0.5)


def run_day_by_day(town: House, subscription: Subscription, days: int) -> tuple[int, int]:
    """(offers, digests) that runs on each of the last days send, one after the other."""
    engine = town.open()
    lines, digests = [], 0
    for ago in reversed(range(days)):
        day = TODAY - dt.timedelta(days=ago)
        engine.clock = lambda day=day: day  # type: ignore[misc]
        moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
        weekly = subscription.frequency is Frequency.WEEKLY
        if period_of(subscription, moment, NEVER) is None or (weekly and day.weekday() != weekday_of(subscription.id)):
            continue
        (digest,) = prepare(engine, [Due(subscription, day.isoformat())], Ledger.of(engine, lines), RULES)
        lines += deliveries_of(digest, day_number(day))
        digests += bool(digest.offers)
    return len(lines), digests


@pytest.fixture(scope="module")
def busy(engine: Engine, town: House) -> list[Subscription]:
    """Settings of the people of the town who would be sent the most, of different kinds."""
    found: list[tuple[int, Subscription]] = []
    for number, profile in enumerate(every(town.store, Profile).values()):
        if number % 9:
            continue
        one = Subscription(
            id=f"s{number}",
            profile_id=profile.id,
            content=DigestContent.OFFERS,
            frequency=(Frequency.DAILY, Frequency.WEEKLY)[number % 2],
            channel=Channel.PAGE,
            size=(1, 3)[number // 9 % 2],
        )
        found.append((backtest(engine, one, RULES).offers, one))
    return [one for _, one in sorted(found, key=lambda each: -each[0])[:4]]


def test_the_count_is_that_of_running_every_day(engine: Engine, town: House, busy: list[Subscription]) -> None:
    for subscription in busy:
        found = backtest(engine, subscription, RULES, days=20)
        assert found.offers > 1
        assert (found.offers, found.digests) == run_day_by_day(town, subscription, 20)


def test_variants_have_the_count_of_their_own_back_test(engine: Engine, busy: list[Subscription]) -> None:
    subscription = msgspec.structs.replace(busy[0], criteria=(("typeContrat", "CDI"),))
    found = backtest(engine, subscription, RULES)
    told = [*found.wider, *found.narrower]
    assert told
    for variant in told:
        assert str(variant.offers) in variant.text
        if "criteres" in variant.changes:
            criteria = variant.changes["criteres"]
            assert isinstance(criteria, dict)
            changed = msgspec.structs.replace(subscription, criteria=tuple(sorted(criteria.items())))
            assert backtest(engine, changed, RULES).offers == variant.offers
    assert all(variant.offers > found.offers for variant in found.wider)
    assert all(0 < variant.offers < found.offers for variant in found.narrower)


def test_examples_are_what_would_have_been_sent(engine: Engine, busy: list[Subscription]) -> None:
    found = backtest(engine, busy[0], RULES)
    assert 1 <= len(found.examples) <= 5
    assert len({item.id for item in found.examples}) == len(found.examples)
    assert all(item.reasons for item in found.examples)
    assert found.text.startswith(f"Ce réglage vous aurait envoyé {found.offers} offre")


def test_a_setting_that_sends_nothing_says_what_would(engine: Engine, busy: list[Subscription]) -> None:
    subscription = msgspec.structs.replace(busy[0], criteria=(("salaireMin", "90000"),))
    found = backtest(engine, subscription, RULES)
    assert (found.offers, found.digests, found.examples, found.narrower) == (0, 0, (), ())
    assert "aucune offre en 30 jours" in found.text
    assert found.wider[0].text.startswith("Sans le filtre « salaire minimum » : ")


def test_a_distance_counts_from_home(engine: Engine, busy: list[Subscription]) -> None:
    def counted(km: str) -> Backtest:
        return backtest(engine, msgspec.structs.replace(busy[0], criteria=(("distance", km),)), RULES)

    assert counted("1000").offers == backtest(engine, busy[0], RULES).offers
    assert counted("0").offers <= counted("5").offers <= counted("1000").offers


def test_what_means_nothing_is_refused(engine: Engine, busy: list[Subscription]) -> None:
    with pytest.raises(NotFound):
        backtest(engine, msgspec.structs.replace(busy[0], profile_id="nobody"), RULES)
    with pytest.raises(BadParameter, match="A1101"):
        backtest(engine, msgspec.structs.replace(busy[0], project_codes=("A1101",)), RULES)


def test_poor_offers_are_not_counted(engine: Engine, busy: list[Subscription]) -> None:
    assert backtest(engine, busy[0], replace(RULES, least_quality=1.0)).offers == 0
