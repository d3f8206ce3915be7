"""The clock moves, and what is over goes: no day too early, none too late."""

import dataclasses
import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from features.enrolment import SOURCE as BY_DEFAULT
from features.privacy.tombstones import Tombstones
from features.records import (
    Channel,
    ContactRequest,
    Event,
    EventKind,
    Identity,
    Profile,
    Project,
    Record,
    Subscription,
)
from features.retention.base import Durations, Keeping
from features.retention.registry import RULES
from features.store import Kind, Store, about_profile, flags, visits
from features.store.digests import Delivery, DigestRow, DigestState, ItemKind, delivered, existing, keep
from features.store.erasure import erase
from features.store.erasure_log import BLANK
from tests.keys import KEYRING

DAY_0 = dt.date(2026, 1, 10)
BY_NAME = {rule.name: rule for rule in RULES}


@pytest.fixture
def store(store_url: str, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(store_url, KEYRING, Tombstones(tmp_path / "tombstones", KEYRING))
    opened.clock = lambda: DAY_0
    yield opened
    opened.close()


def keeping(store: Store, folder: Path, days_later: int) -> Keeping:
    return Keeping(store, folder, DAY_0 + dt.timedelta(days=days_later), Durations(), lambda key: erase(store, key))


def over(store: Store, folder: Path, rule: str, days_later: int) -> list[str]:
    return list(BY_NAME[rule].over(keeping(store, folder, days_later)))


def run(store: Store, folder: Path, rule: str, days_later: int) -> int:
    now = keeping(store, folder, days_later)
    found = BY_NAME[rule].over(now)
    BY_NAME[rule].drop(now, found)
    assert BY_NAME[rule].over(now) == []
    return len(found)


def at(days_later: int) -> dt.datetime:
    return dt.datetime.combine(DAY_0 + dt.timedelta(days=days_later), dt.time(9), dt.UTC)


def person(key: str) -> Profile:
    return Profile(id=key, projects=(Project(rome_code="J1501"),))


def written(store: Store, days_later: int, record: Record, source: str = "essai") -> None:
    store.clock = lambda: DAY_0 + dt.timedelta(days=days_later)
    store.upsert([record], source)


def test_every_rule_says_why_and_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == len(RULES)
    for rule in RULES:
        assert rule.because
        assert rule.because_fr
        assert rule.days(Durations()) > 0
    assert {rule.days(dataclasses.replace(Durations(), profiles=1)) for rule in RULES} >= {1}


def test_people_are_forgotten_two_years_after_the_last_contact_and_no_day_before(store: Store, tmp_path: Path) -> None:
    written(store, 0, person("p1"))
    assert over(store, tmp_path, "profiles", 730) == []
    assert over(store, tmp_path, "profiles", 731) == ["p1"]
    assert run(store, tmp_path, "profiles", 731) == 1
    assert store.get(Profile, "p1") is None
    assert store.erased is not None
    assert "p1" in store.erased


HEARD: dict[str, tuple[Record, str]] = {
    "identity": (Identity(id="p1", last_name="Martin"), "api"),
    "subscription": (Subscription(id="s1", profile_id="p1"), "api"),
    "profile": (msgspec.structs.replace(person("p1"), summary="autre"), "essai"),
    "opened": (Event(id="e1", kind=EventKind.OPENED, at=at(300), profile_id="p1"), "api"),
    "answer": (
        ContactRequest(
            id="13000548100010-1",
            siret="13000548100010",
            profile_id="p1",
            message="Bonjour",
            sent_at=at(290),
            lapses_at=at(304),
            accepted=True,
            answered_at=at(300),
        ),
        about_profile("p1"),
    ),
}


@pytest.mark.parametrize("what", sorted(HEARD))
def test_each_of_these_is_a_contact(store: Store, tmp_path: Path, what: str) -> None:
    written(store, 0, person("p1"))
    written(store, 300, *HEARD[what])
    assert over(store, tmp_path, "profiles", 731) == []
    assert over(store, tmp_path, "profiles", 1030) == []
    assert over(store, tmp_path, "profiles", 1031) == ["p1"]


NOT_HEARD: dict[str, tuple[Record, str]] = {
    "shown": (Event(id="e1", kind=EventKind.SHOWN, at=at(300), profile_id="p1"), "api"),
    "by default": (Subscription(id="s1", profile_id="p1", by_default=True), BY_DEFAULT),
    "the same again": (person("p1"), "essai"),
    "somebody else": (Event(id="e1", kind=EventKind.OPENED, at=at(300), profile_id="p2"), "api"),
    "not answered": (
        ContactRequest(id="1-1", siret="1", profile_id="p1", message="Bonjour", sent_at=at(300), lapses_at=at(314)),
        about_profile("p1"),
    ),
}


@pytest.mark.parametrize("what", sorted(NOT_HEARD))
def test_none_of_these_is_a_contact(store: Store, tmp_path: Path, what: str) -> None:
    written(store, 0, person("p1"))
    written(store, 300, *NOT_HEARD[what])
    assert over(store, tmp_path, "profiles", 731) == ["p1"]


def test_refused_and_lapsed_requests_go_after_three_months_and_accepted_ones_stay(store: Store, tmp_path: Path) -> None:
    def asked(key: str, accepted: bool | None) -> ContactRequest:
        answered_at = None if accepted is None else at(2)
        return ContactRequest(
            id=key, siret="1", profile_id="p", message="m", sent_at=at(0), lapses_at=at(14), accepted=accepted,
            answered_at=answered_at,
        )  # fmt: skip

    for key, accepted in (("refused", False), ("lapsed", None), ("accepted", True)):
        written(store, 0, asked(key, accepted), about_profile("p"))
    assert over(store, tmp_path, "contact-requests", 92) == []
    assert over(store, tmp_path, "contact-requests", 93) == ["refused"]
    assert run(store, tmp_path, "contact-requests", 105) == 2
    assert [each.id for each in store.page(ContactRequest, 0, 9)] == ["accepted"]


def test_digests_and_their_ledger_go_after_a_year_but_not_what_waits(store: Store, tmp_path: Path) -> None:
    written(store, 0, Subscription(id="s1", profile_id="p1"))

    def row(key: str, state: DigestState) -> DigestRow:
        return DigestRow(key, "s1", "p1", state, Channel.PAGE, at(0).isoformat(), "{}")

    rows = [row("sent", DigestState.HANDED_OVER), row("waits", DigestState.PREPARED)]
    with store.writing() as writer:
        keep(writer, rows, [Delivery("p1", ItemKind.OFFER, "o1", 1, "sent", "s1")])
    assert over(store, tmp_path, "digests", 365) == []
    assert run(store, tmp_path, "digests", 366) == 1
    assert existing(store, ["sent", "waits"]) == {"waits"}
    assert list(delivered(store, ["p1"])) == []


def test_what_an_event_said_before_goes_a_year_after_it_was_corrected(store: Store, tmp_path: Path) -> None:
    event = Event(id="e1", kind=EventKind.SHOWN, at=at(0), profile_id="p1")
    written(store, 0, event)
    written(store, 100, msgspec.structs.replace(event, kind=EventKind.OPENED))
    assert over(store, tmp_path, "corrections", 465) == []
    assert run(store, tmp_path, "corrections", 466) == 1
    assert store.events_before(["e1"]) == {}
    assert store.get(Event, "e1") is not None


def test_files_go_a_year_after_they_were_written(store: Store, tmp_path: Path) -> None:
    (tmp_path / "rejects").mkdir()
    for name in ("rejects/profils-rejects.ndjson", "serve.log", "vivier.db"):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (at(0).timestamp(), at(0).timestamp()))
    for day in (DAY_0, DAY_0 + dt.timedelta(days=1)):
        (tmp_path / "digest-prices" / day.isoformat()).mkdir(parents=True)
    assert over(store, tmp_path, "files", 365) == []
    assert run(store, tmp_path, "files", 366) == 3
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert {"vivier.db", f"digest-prices/{(DAY_0 + dt.timedelta(days=1)).isoformat()}"} <= left
    assert f"digest-prices/{DAY_0.isoformat()}" not in left
    assert "serve.log" not in left


def test_an_erasure_loses_its_number_after_a_day_and_its_hash_after_three_years(store: Store, tmp_path: Path) -> None:
    written(store, 0, person("p1"))
    erase(store, "p1")
    assert over(store, tmp_path, "erasure-numbers", 0) == []
    assert run(store, tmp_path, "erasure-numbers", 1) == 1
    assert store.changes(0)[-1].record_id == BLANK
    assert run(store, tmp_path, "tombstones", 1095) == 0
    assert store.erased is not None
    assert "p1" in store.erased
    assert run(store, tmp_path, "tombstones", 1096) == 1
    assert "p1" not in store.erased
    store.upsert([person("p1")], "essai")
    assert store.count(Kind.PROFILE) == 1


def test_plans_of_visits_are_kept_as_long_as_logs_after_their_week(store: Store, tmp_path: Path) -> None:
    week = visits.monday_of(DAY_0)
    plan = [visits.PlannedVisit(week, "13000548100010", "k1", DAY_0, 1, visits.State.PROPOSED, "Sur place")]
    visits.renew(store, week, [], plan, [], "k1", at(0))
    assert over(store, tmp_path, "plans", 366) == []
    assert run(store, tmp_path, "plans", 367) == 1
    assert visits.taken(store, week) == {}


def test_flags_are_kept_as_long_as_logs(store: Store, tmp_path: Path) -> None:
    flag = flags.Flag("compte-1", "employeur", "13000548100010", "balayage", at(0).isoformat(timespec="seconds"), 10)
    flags.put(store, flag)
    assert over(store, tmp_path, "flags", 365) == []
    assert run(store, tmp_path, "flags", 366) == 1
    assert flags.page(store, 0, 10) == ([], 0)
