"""Requests to be put in touch: their states, and what they tell of a firm."""

import datetime as dt

import msgspec
import pytest

from features.records import ContactRequest, EventKind, Sequel
from matching.engine import Engine
from matching.introductions import (
    LAPSE_DAYS,
    SEQUEL_DAYS,
    State,
    answered,
    followed,
    record_of,
    state_of,
)
from matching.schema import Collection
from tests.matching.made import SIRET, firm, offer, profile, write

NOW = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def request(number: int = 0, sent: dt.datetime = NOW) -> ContactRequest:
    return ContactRequest(
        id=f"{SIRET}-{number}",
        siret=SIRET,
        profile_id=f"p{number}",
        need="Aide-soignant",
        message="Bonjour",
        sent_at=sent,
        lapses_at=sent + LAPSE_DAYS * DAY,
    )


def test_a_request_waits_then_is_answered_or_lapses() -> None:
    assert state_of(request(), NOW) is State.WAITING
    assert state_of(request(), NOW + LAPSE_DAYS * DAY) is State.LAPSED
    accepted, events = answered(request(), accepted=True, now=NOW + DAY)
    assert state_of(accepted, NOW + 100 * DAY) is State.ACCEPTED
    assert [(event.kind, event.siret, event.offer_id) for event in events] == [(EventKind.APPLIED, SIRET, None)]
    refused, none = answered(request(), accepted=False, now=NOW)
    assert (state_of(refused, NOW), none) == (State.REFUSED, ())


def test_a_sequel_tells_once_and_may_change() -> None:
    accepted, _ = answered(request(), accepted=True, now=NOW)
    met, first = followed(accepted, Sequel.INTERVIEW, NOW)
    hired, second = followed(met, Sequel.HIRED, NOW + DAY)
    assert [event.kind for event in first] == [EventKind.INTERVIEWED]
    assert (second, hired.sequel) == ((), Sequel.HIRED)


def test_a_firm_s_record_by_hand() -> None:
    accepted = [answered(request(number), accepted=True, now=NOW)[0] for number in range(3)]
    accepted[0] = followed(accepted[0], Sequel.NONE, NOW)[0]
    refused = answered(request(3), accepted=False, now=NOW)[0]
    later = NOW + SEQUEL_DAYS * DAY
    found = record_of([*accepted, refused, request(4), request(5, later)], later)
    assert (found.sent, found.waiting, found.accepted, found.refused, found.lapsed) == (6, 1, 3, 1, 1)
    assert (found.followed, found.late) == (1, 2)
    assert found.answer_rate == pytest.approx(1 / 3)
    assert record_of([], NOW).answer_rate is None


def responsiveness_of(engine: Engine) -> float:
    offers = engine.catalogue(Collection.OFFERS)
    return float(offers.take("responsiveness", offers.rows_of("o1"))[0])


def test_a_firm_that_lets_people_wait_falls_in_what_rankers_read(local: Engine) -> None:
    write(local, firm(), profile("p0"), offer(siret=SIRET))
    assert responsiveness_of(local) != responsiveness_of(local)  # NaN: nobody applied
    waiting = []
    for number in range(6):
        accepted, events = answered(request(number), accepted=True, now=NOW)
        waiting.append(accepted)
        write(local, *events)
    silent = responsiveness_of(local)
    for accepted in waiting:
        write(local, *followed(accepted, Sequel.INTERVIEW, NOW)[1])
    assert silent < responsiveness_of(local)
    assert silent < 0.2
    assert msgspec.json.decode(msgspec.json.encode(waiting[0]), type=ContactRequest) == waiting[0]
