"""When a subscription is due: one digest a period, none in quiet hours, none while it is paused."""

import datetime as dt

import pytest

from features.records import Channel, Frequency, Subscription
from matching.digests.due import QuietHours, period_of, weekday_of

NIGHT = QuietHours(21, 7)
NOON = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)


def subscription(frequency: Frequency, **more: object) -> Subscription:
    given = {"id": "s1", "profile_id": "p1", "channel": Channel.PAGE, **more}
    return Subscription(frequency=frequency, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "hour", "quiet"),
    [
        (QuietHours(21, 7), 23, True),
        (QuietHours(21, 7), 6, True),
        (QuietHours(21, 7), 7, False),
        (QuietHours(21, 7), 21, True),
        (QuietHours(12, 14), 13, True),
        (QuietHours(12, 14), 14, False),
        (QuietHours(0, 0), 3, False),
    ],
)
def test_quiet_hours(hours: QuietHours, hour: int, quiet: bool) -> None:
    assert (NOON.replace(hour=hour) in hours) is quiet


def test_a_day_has_one_period_whatever_the_hour() -> None:
    daily = subscription(Frequency.DAILY)
    assert {period_of(daily, NOON.replace(hour=hour), NIGHT) for hour in range(24)} == {"2026-09-01"}


def test_a_week_has_one_period_from_its_own_day_on() -> None:
    for number in range(20):
        weekly = subscription(Frequency.WEEKLY, id=f"s{number}")
        week = [period_of(weekly, NOON + dt.timedelta(days=day - 1), NIGHT) for day in range(7)]  # Monday to Sunday
        own = weekday_of(weekly.id)
        assert 0 <= own <= 4
        assert week == [None] * own + ["2026-W36"] * (7 - own)


def test_an_instant_one_waits_for_the_morning() -> None:
    instant = subscription(Frequency.INSTANT)
    assert period_of(instant, NOON, NIGHT) == "2026-09-01T12:00"
    assert period_of(instant, NOON.replace(hour=23), NIGHT) is None


def test_what_is_stopped_or_paused_is_not_due() -> None:
    assert period_of(subscription(Frequency.DAILY, active=False), NOON, NIGHT) is None
    until = dt.date(2026, 9, 2)
    paused = subscription(Frequency.DAILY, paused_until=until)
    assert period_of(paused, NOON, NIGHT) is None
    assert period_of(paused, NOON + dt.timedelta(days=1), NIGHT) == "2026-09-02"
