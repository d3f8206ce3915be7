"""A run over a deployment: killed at several instants and run again, cut into shards, and run twice."""

import asyncio
import datetime as dt
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from api import digest_run
from api.delivery.base import Recipient, Result
from api.delivery.email import MailSender
from api.delivery.hand_over import ALL_GONE, CHANGED, STOPPED, UNFORESEEN, HandedOver, hand_over
from api.digest_run import holding, prepare_day
from api.service import Service
from api.settings import Settings
from features.records import Channel, Consents, Frequency, Identity, Profile, Subscription
from features.store import Kind, Store
from features.store.digests import BUCKETS, DigestRow, DigestState, buckets_of_shard, get
from features.store.erasure import erase
from features.store.tables import delivery, digest
from matching.digests import run as run_module
from matching.digests.digest import Digest, from_json
from matching.digests.prepare import Due
from matching.digests.prices import DigestPrices
from matching.digests.run import Tally
from tests.api.delivery.conftest import Sink, sink  # noqa: F401 - a fixture
from tests.keys import KEYRING

MOMENT = dt.datetime.combine(dt.datetime.now(dt.UTC).date(), dt.time(12), dt.UTC)
EVERYONE = range(BUCKETS)


@pytest.fixture
def subscribed(deployment: Path) -> Path:
    """A deployment in which everyone agreed to e-mail and is subscribed, two in three by e-mail, every day."""
    store = Store.open(f"sqlite:///{deployment / 'vivier.db'}", KEYRING)
    agreed, subscriptions = [], []
    for number, profile in enumerate(store.page(Profile, 0, 200)):
        agreed.append(msgspec.structs.replace(profile, consents=Consents(profiling=True, contact_by_email=True)))
        channel = Channel.PAGE if number % 3 == 0 else Channel.EMAIL
        subscriptions.append(
            Subscription(id=f"s-{profile.id}", profile_id=profile.id, channel=channel, frequency=Frequency.DAILY)
        )
    store.upsert(agreed, "test")
    store.upsert(subscriptions, "test")
    store.upsert([Identity(id=each.id, email=f"{each.id}@exemple.fr") for each in agreed], "test")
    sample_own = [each.id for batch in store.scan(Subscription) for each in batch if not each.id.startswith("s-")]
    store.delete(Kind.SUBSCRIPTION, sample_own)
    store.close()
    return deployment


def settings_of(data_dir: Path, port: int | None = None, **more: Any) -> Settings:
    return Settings(
        data_dir=data_dir,
        digest_least_quality=0.3,
        smtp_host=None if port is None else "127.0.0.1",
        smtp_port=port or 25,
        smtp_security="none",
        **more,
    )


@pytest.fixture
def opened() -> Iterator[list[Service]]:
    services: list[Service] = []
    yield services
    for service in services:
        service.store.close()


def open_service(data_dir: Path, opened: list[Service], port: int | None = None, **more: Any) -> Service:
    service = Service.open(settings_of(data_dir, port, **more))
    service.engine.clock = MOMENT.date
    opened.append(service)
    return service


def send(service: Service, lots: range = EVERYONE) -> HandedOver:
    return asyncio.run(hand_over(service.house, service.engine, lots, lambda: MOMENT))


def digests_of(store: Store) -> dict[str, tuple[str, str]]:
    """State and content of each digest."""
    with store.engine.connect() as connection:
        return {row.id: (row.state, row.body) for row in connection.execute(sa.select(digest))}


def ledger_of(store: Store) -> list[tuple[str, str, str]]:
    with store.engine.connect() as connection:
        lines = connection.execute(sa.select(delivery.c.profile_id, delivery.c.kind, delivery.c.item_id)).all()
    return sorted(tuple(line) for line in lines)


KILLED = """
import asyncio, datetime as dt, sys
from pathlib import Path
from api.delivery import hand_over as sending
from api.digest_run import holding, prepare_day
from api.service import Service
from api import digest_run
from matching.digests import run as running
from tests.api.test_digest_run import EVERYONE, MOMENT, settings_of

instant, data_dir, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])

def stop_here():
    print("here", flush=True)
    sys.stdin.read()

def counting(function, calls, after=False):
    done = 0
    def called(*args, **kwargs):
        nonlocal done
        done += 1
        if done > calls and not after:
            stop_here()
        result = function(*args, **kwargs)
        if done > calls and after:
            stop_here()
        return result
    return called

if instant == "in the transaction":
    running.keep = counting(running.keep, 1, after=True)
if instant == "between two groups":
    digest_run.run = counting(digest_run.run, 4)
if instant == "taken but not noted":
    sending._note = counting(sending._note, 5)
if instant == "noted":
    sending._note = counting(sending._note, 9, after=True)
service = Service.open(settings_of(data_dir, port))
service.engine.clock = MOMENT.date
running.lots_together.__defaults__ = (20,)
with holding(service.settings, service.store.engine, EVERYONE):
    prepare_day(service, MOMENT, EVERYONE)
    asyncio.run(sending.hand_over(service.house, service.engine, EVERYONE, lambda: MOMENT))
"""
INSTANTS = ("in the transaction", "between two groups", "taken but not noted", "noted")


@pytest.mark.slow
def test_killed_at_several_instants_nobody_gets_two_and_nobody_none(
    subscribed: Path,
    tmp_path: Path,
    opened: list[Service],
    sink: Sink,  # noqa: F811
) -> None:
    undisturbed = open_service(Path(shutil.copytree(subscribed, tmp_path / "undisturbed")), opened)
    prepare_day(undisturbed, MOMENT, EVERYONE)
    expected = digests_of(undisturbed.store)
    by_email = {key for key, (state, _) in expected.items() if state == DigestState.PREPARED.value}
    assert len(by_email) > 20

    for instant in INSTANTS:
        arguments = [sys.executable, "-c", KILLED, instant, str(subscribed), str(sink.port)]
        with subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "here\n", instant
            process.send_signal(signal.SIGKILL)
            process.wait()
    last = open_service(subscribed, opened, sink.port)
    with holding(last.settings, last.store.engine, EVERYONE):
        tally = prepare_day(last, MOMENT, EVERYONE)
        done = send(last)
    assert done.closed == {}
    assert (tally.prepared, tally.already_prepared) == (0, tally.due)

    ids = [message["Message-ID"].strip("<>").partition("@")[0] for message in sink.messages]
    assert set(ids) == by_email
    twice = {key for key in ids if ids.count(key) > 1}
    assert len(twice) <= 1, "only the letter that was taken and not noted may come again, and it is the same one"
    people = {message["Message-ID"]: message["To"] for message in sink.messages}
    assert len(set(people.values())) == len(people)
    found = digests_of(last.store)
    assert {key: body for key, (_, body) in found.items()} == {key: body for key, (_, body) in expected.items()}
    assert not [key for key, (state, _) in found.items() if state == DigestState.PREPARED.value]
    lines = ledger_of(last.store)
    assert lines == ledger_of(undisturbed.store)
    assert len(lines) == len(set(lines)) > 50

    before = len(sink.messages)
    assert send(last) == HandedOver()
    assert len(sink.messages) == before


@pytest.mark.slow
def test_shards_add_up_to_the_whole(subscribed: Path, tmp_path: Path, opened: list[Service]) -> None:
    whole = open_service(Path(shutil.copytree(subscribed, tmp_path / "whole")), opened)
    total = prepare_day(whole, MOMENT, EVERYONE)
    parted = open_service(subscribed, opened)
    parts = [prepare_day(parted, MOMENT, buckets_of_shard(number, 3)) for number in (3, 1, 2)]
    assert all(part.due > 0 for part in parts)
    assert sum(parts, Tally()) == total
    assert digests_of(parted.store) == digests_of(whole.store)
    assert ledger_of(parted.store) == ledger_of(whole.store)


def test_a_shard_that_is_none_is_refused() -> None:
    assert sorted(lot for number in (1, 2, 3) for lot in buckets_of_shard(number, 3)) == list(range(BUCKETS))
    for number, count in ((0, 1), (2, 1), (1, 0), (1, 257)):
        with pytest.raises(ValueError, match="shard"):
            buckets_of_shard(number, count)


def test_a_digest_that_fails_in_an_unforeseen_way_does_not_stop_those_behind_it(
    subscribed: Path,
    opened: list[Service],
    sink: Sink,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = open_service(subscribed, opened, sink.port)
    prepare_day(service, MOMENT, EVERYONE)
    first = min(key for key, (state, _) in digests_of(service.store).items() if state == DigestState.PREPARED.value)
    send_one = MailSender.send

    async def stumbling(sender: MailSender, made: Digest, recipient: Recipient) -> Result:
        if made.id == first:
            raise RuntimeError("unforeseen")
        return await send_one(sender, made, recipient)

    monkeypatch.setattr(MailSender, "send", stumbling)
    done = send(service)
    assert (done.later, done.failed, done.handed_over) == (1, 0, len(sink.messages))
    assert done.handed_over > 20
    row = get(service.store, first)
    assert row is not None
    assert (row.state, row.attempts, row.failure) == (DigestState.PREPARED, 1, UNFORESEEN)


def test_what_people_and_firms_did_meanwhile_counts_until_the_moment_of_sending(
    subscribed: Path,
    opened: list[Service],
    sink: Sink,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = open_service(subscribed, opened, sink.port, timezone="UTC", quiet_hours="0-23")
    store = service.store
    prepare_day(service, MOMENT, EVERYONE)
    waiting = sorted(key for key, (state, _) in digests_of(store).items() if state == DigestState.PREPARED.value)
    rows = [row for row in (get(store, key) for key in waiting) if row is not None]
    first, paused, stopped, moved, instant, emptied, withdrawn, erased = rows[:8]

    def change(row: DigestRow, **what: object) -> None:
        subscription = store.get(Subscription, row.subscription_id)
        assert subscription is not None
        store.upsert([msgspec.structs.replace(subscription, **what)], "test")

    send_one = MailSender.send

    async def meanwhile(sender: MailSender, made: Digest, recipient: Recipient) -> Result:
        if made.id == first.id:
            change(paused, paused_until=MOMENT.date() + dt.timedelta(days=2))
            change(stopped, active=False)
            change(moved, channel=Channel.PAGE)
            change(instant, frequency=Frequency.INSTANT)
            person = store.get(Profile, withdrawn.profile_id)
            assert person is not None
            store.upsert([msgspec.structs.replace(person, consents=Consents(profiling=True))], "test")
            erase(store, erased.profile_id)
        return await send_one(sender, made, recipient)

    monkeypatch.setattr(MailSender, "send", meanwhile)
    body = from_json(emptied.body)
    store.delete(Kind.OFFER, [item.id for item in body.offers])
    store.delete(Kind.SESSION, [item.id for item in body.trainings])
    done = send(service)
    found = {row.id: row for row in (get(store, key) for key in waiting) if row is not None}
    assert found[first.id].state is DigestState.HANDED_OVER
    assert done.held == 2
    for held in (paused, instant):
        assert (found[held.id].state, found[held.id].attempts) == (DigestState.PREPARED, 0)
    no_mail = "vous n'acceptez plus d'être joint par courriel"
    for given_up, why in ((stopped, STOPPED), (moved, CHANGED), (emptied, ALL_GONE), (withdrawn, no_mail)):
        assert (found[given_up.id].state, found[given_up.id].failure) == (DigestState.FAILED, why)
    assert erased.id not in found
    later = asyncio.run(
        hand_over(service.house, service.engine, EVERYONE, lambda: MOMENT.replace(hour=23) + dt.timedelta(days=2))
    )
    assert (later.held, later.handed_over) == (0, 2)


def test_nothing_is_kept_of_who_was_erased_while_it_was_prepared(
    subscribed: Path, opened: list[Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = open_service(subscribed, opened)
    erased, unsubscribed, *_ = service.store.page(Subscription, 0, 200)
    prepared = run_module.prepare

    def meanwhile(*given: Any) -> list[Digest]:
        made = prepared(*given)
        assert {erased.id, unsubscribed.id} <= {each.subscription_id for each in made}
        service.store.delete(Kind.PROFILE, [erased.profile_id])
        service.store.delete(Kind.SUBSCRIPTION, [unsubscribed.id])
        return made

    monkeypatch.setattr(run_module, "prepare", meanwhile)
    prepare_day(service, MOMENT, EVERYONE)
    gone = {erased.profile_id, unsubscribed.profile_id}
    with service.store.engine.connect() as connection:
        for table in (digest, delivery):
            found = set(connection.scalars(sa.select(table.c.profile_id)))
            assert found
            assert not found & gone


def test_prices_are_made_of_all_who_are_due_and_again_when_the_knob_changes(
    subscribed: Path, opened: list[Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[int, float]] = []

    def counted(_: object, due: Iterable[Due], knob: float) -> DigestPrices:
        made.append((len(list(due)), knob))
        return DigestPrices()

    monkeypatch.setattr(digest_run, "prices_of_day", counted)
    service = open_service(subscribed, opened, digest_knob=0.5)
    everyone = service.store.count(Kind.SUBSCRIPTION)
    for _ in range(2):
        prepare_day(service, MOMENT, EVERYONE, Frequency.WEEKLY)
    prepare_day(open_service(subscribed, opened, digest_knob=0.7), MOMENT, EVERYONE, Frequency.WEEKLY)
    assert made == [(everyone, 0.5), (everyone, 0.7)]


def test_without_consent_nothing_is_sent_and_the_page_says_why(subscribed: Path, opened: list[Service]) -> None:
    service = open_service(subscribed, opened)
    store = service.store
    (one,) = [each for each in store.page(Subscription, 0, 10) if each.channel is Channel.EMAIL][:1]
    profile = store.get(Profile, one.profile_id)
    assert profile is not None
    store.upsert([msgspec.structs.replace(profile, consents=Consents())], "test")
    service.engine.catch_up()
    prepare_day(service, MOMENT, EVERYONE)
    (body,) = [body for _, body in digests_of(store).values() if f'"{one.id}"' in body]
    assert run_module.NO_CONSENT in msgspec.json.decode(body)["why_nothing"]
    assert not [line for line in ledger_of(store) if line[0] == one.profile_id]
