"""What requests came to, by hand; and shares that rest on enough."""

import datetime as dt

from features.records import ContactRequest, Sequel
from matching.discretion import LEAST, Discretion
from matching.introductions import LAPSE_DAYS
from matching.steering.contacts import LEAST_FOR_A_SHARE, MONTHS, contacts_of

NOW = dt.datetime(2026, 9, 20, 12, tzinfo=dt.UTC)
SECRET = Discretion("secret")


def request(number: int, days_ago: int, accepted: bool | None = None, sequel: Sequel | None = None) -> ContactRequest:
    sent = NOW - dt.timedelta(days=days_ago)
    answered = None if accepted is None else sent + dt.timedelta(days=2)
    return ContactRequest(
        id=f"13000548100010-{number}",
        siret="13000548100010",
        profile_id=f"p{number}",
        message="Bonjour",
        sent_at=sent,
        lapses_at=sent + dt.timedelta(days=LAPSE_DAYS),
        accepted=accepted,
        answered_at=answered,
        sequel=sequel,
        sequel_at=None if sequel is None else sent + dt.timedelta(days=3),
    )


def many(
    n: int, days_ago: int, start: int, accepted: bool | None, sequel: Sequel | None = None
) -> list[ContactRequest]:
    return [request(start + number, days_ago, accepted, sequel) for number in range(n)]


def test_nobody_asked_anything() -> None:
    found = contacts_of([], NOW, SECRET)
    assert found.n_requests == 0
    assert found.whole.sent.is_few
    assert found.whole.answered_share is None
    assert [month.first for month in found.months] == [dt.date(2026, month, 1) for month in range(4, 10)]
    assert len(found.months) == MONTHS


def test_what_people_and_employers_did() -> None:
    asked = [
        *many(60, 40, 0, True, Sequel.INTERVIEW),
        *many(20, 40, 100, True),  # long since accepted, and no sequel
        *many(40, 40, 200, False),
        *many(40, 40, 300, None),  # lapsed
        *many(30, 2, 400, None),  # waiting
        *many(50, 400, 500, True),  # too long ago
    ]
    found = contacts_of(asked, NOW, SECRET)
    assert found.n_requests == 190
    whole = found.whole
    assert whole.answered_share == 0.75  # 120 of 160
    assert whole.accepted_share == 0.65  # 80 of 120, to the nearest twentieth
    assert whole.followed_share == 0.75  # 60 of 80
    assert whole.median_days == 2
    for told, count in ((whole.sent, 190), (whole.waiting, 30), (whole.lapsed, 40), (whole.refused, 40)):
        assert told.count is not None
        assert abs(told.count - count) <= 8
    by_month = {month.first.month: month.answers for month in found.months}
    assert by_month[9].sent.count is not None  # 30, of two days ago
    assert by_month[8].sent.count is not None
    assert by_month[8].sent.count > by_month[9].sent.count
    assert by_month[4].sent.is_few


def test_few_requests_tell_no_share_and_no_count() -> None:
    found = contacts_of(many(LEAST - 1, 3, 0, True), NOW, SECRET)
    assert found.whole.sent.is_few
    assert found.whole.accepted.is_few
    assert found.whole.accepted_share is None
    assert found.whole.median_days is None
    enough = contacts_of(many(LEAST_FOR_A_SHARE, 3, 0, True), NOW, SECRET)
    assert enough.whole.accepted_share == 1.0


def test_asking_tomorrow_is_asking_the_same() -> None:
    asked = many(33, 10, 0, False)
    days = [contacts_of(asked, NOW + dt.timedelta(days=day), SECRET).whole.sent for day in range(10)]
    assert len(set(days)) == 1
