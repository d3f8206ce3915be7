"""What the store keeps of who may sign in, on each engine."""

import dataclasses
import time

import pytest
import sqlalchemy as sa

from features.records import Profile
from features.store import Kind, Store
from features.store.access import accounts, changes, clients, failures, link_codes, once, sign_ins
from features.store.access.accounts import Account, AccountState
from features.store.access.changes import KEPT_S, Changed
from features.store.access.clients import Client, Owner
from features.store.access.failures import Watch, delay_s
from features.store.access.link_codes import LinkCode
from features.store.access.sign_ins import SignIn
from features.store.tables import access_change

CLIENT = Client("flux-1", "Flux", "partenaire", ("offres.lire", "offres.ecrire"), "$argon2id$…", 12, Owner(feed="jobs"))
ACCOUNT = Account("a" * 32, "https://f.example", "sujet", 12, "a" * 32)


def lines(store: Store) -> list[tuple[Changed, str]]:
    with store.engine.connect() as connection:
        return [(line.kind, line.key) for line in changes.since(connection, 0)]


def test_a_client_comes_back_as_it_was_put(store: Store) -> None:
    with store.writing() as writer:
        clients.put(writer.connection, CLIENT)
        clients.put(writer.connection, dataclasses.replace(CLIENT, id="flux-2", enabled=False, generation=3))
    with store.engine.connect() as connection:
        assert clients.get(connection, "flux-1") == CLIENT
        assert list(clients.all_clients(connection)) == ["flux-1", "flux-2"]
        assert clients.get(connection, "flux-3") is None
    assert lines(store) == [(Changed.CLIENT, "flux-1"), (Changed.CLIENT, "flux-2")]


def test_an_account_comes_back_as_it_was_put(store: Store) -> None:
    whole = dataclasses.replace(
        ACCOUNT,
        state=AccountState.APPROVED,
        role="conseiller",
        owner=Owner(counsellor_id="c1", team_ids=("c2", "c3")),
        decided_at=13,
        decided_by="autre",
        presented="s1.a.xyz",
    )
    with store.writing() as writer:
        accounts.put(writer.connection, ACCOUNT)
        accounts.put(writer.connection, whole)
    with store.engine.connect() as connection:
        assert accounts.get(connection, ACCOUNT.id) == whole
        assert accounts.of_subject(connection, "https://f.example", "sujet") == whole
        assert accounts.of_subject(connection, "https://autre.example", "sujet") is None
        assert accounts.page(connection, AccountState.APPROVED, 0, 10) == ([whole], 1)
        assert accounts.page(connection, AccountState.REQUESTED, 0, 10) == ([], 0)
        assert accounts.page(connection, None, 1, 10) == ([], 1)
    twin = dataclasses.replace(ACCOUNT, id="b" * 32)
    with pytest.raises(sa.exc.IntegrityError), store.writing() as writer:
        accounts.put(writer.connection, twin)


def test_what_is_of_a_profile_goes_with_it(store: Store) -> None:
    store.upsert([Profile(id="p1", projects=()), Profile(id="p2", projects=())], "essai")
    linked = dataclasses.replace(ACCOUNT, state=AccountState.APPROVED, owner=Owner(profile_id="p1"))
    other = dataclasses.replace(ACCOUNT, id="b" * 32, subject="autre", owner=Owner(profile_id="p2"))
    with store.writing() as writer:
        for each in (linked, other):
            accounts.put(writer.connection, each)
            sign_ins.put(writer.connection, SignIn(each.id[:8], each.id, int(time.time()) + 60, "local", ""))
        link_codes.put(writer.connection, LinkCode("p1", "hash", 99, "c1"))
        failures.failed(writer.connection, [failures.of_profile("p1")], int(time.time()))
    store.delete(Kind.PROFILE, ["p1"])
    with store.engine.connect() as connection:
        assert accounts.of_profile(connection, "p1") == []
        assert accounts.of_profile(connection, "p2") == [other]
        assert link_codes.get(connection, "p1") is None
        assert failures.none_of(connection, failures.of_profile("p1"))
    assert lines(store)[-1] == (Changed.ACCOUNT, linked.id)


def test_a_session_that_ends_is_told_and_what_it_kept_is_gone(store: Store) -> None:
    begun = SignIn("s1", "a1", int(time.time()) + 60, "local", "s1.a.jeton")
    with store.writing() as writer:
        sign_ins.put(writer.connection, begun)
        sign_ins.put(writer.connection, dataclasses.replace(begun, id="s2"))
        sign_ins.put(writer.connection, dataclasses.replace(begun, id="vieille", ends_at=1))
        sign_ins.put(writer.connection, dataclasses.replace(begun, id="s3", account_id="a2"))
    with store.writing() as writer:
        assert sign_ins.end(writer.connection, "s1") == begun
        assert sign_ins.end(writer.connection, "s1") is None
        assert sign_ins.end(writer.connection, "vieille") is None, "over: swept when another began"
    assert lines(store) == [(Changed.SESSION, key) for key in ("s1", "s1", "vieille")]


def test_the_log_forgets_what_no_session_can_outlast(store: Store) -> None:
    with store.writing() as writer:
        changes.log(writer.connection, Changed.SESSION, ["a", "b"])
        old = int(time.time()) - KEPT_S - 10
        writer.connection.execute(sa.update(access_change).values(at=old))
    with store.writing() as writer:
        changes.log(writer.connection, Changed.SESSION, ["c"])
    with store.engine.connect() as connection:
        kept = changes.since(connection, 0)
        assert [line.key for line in kept][-1] == "c"
        assert len(kept) <= 2, "all but the newest of before"
        assert changes.since(connection, kept[-1].seq) == []


def test_what_is_used_once(store: Store) -> None:
    ends_at = int(time.time()) + 60
    with store.writing() as writer:
        assert once.use(writer.connection, "login", "x", ends_at)
        assert not once.use(writer.connection, "login", "x", ends_at)
        assert once.use(writer.connection, "code", "x", ends_at)
        assert once.use(writer.connection, "login", "y", 1)
        assert once.use(writer.connection, "login", "y", ends_at), "it had ended: swept"


def test_the_wait_grows_from_the_fifth_failure() -> None:
    assert [delay_s(failures_in_a_row, 5) for failures_in_a_row in range(4, 9)] == [0, 30, 60, 120, 240]
    assert delay_s(10_000, 5) == 3600


def test_failures_are_counted_and_forgotten(store: Store) -> None:
    name, place = Watch("client", ("x", "192.0.2.1"), 2), Watch("address", ("192.0.2.1",), 3)
    with store.writing() as writer:
        assert failures.failed(writer.connection, [name, place], 100) == 0
        assert failures.failed(writer.connection, [name, place], 101) == 30
        assert failures.locked_for_s(writer.connection, [name], 101) == 30
        assert failures.locked_for_s(writer.connection, [place], 101) == 0
        failures.succeeded(writer.connection, [name])
        assert failures.locked_for_s(writer.connection, [name, place], 102) == 0
        assert failures.failed(writer.connection, [place], 103) == 30
        assert failures.failed(writer.connection, [name], 103 + 24 * 3600 + 1) == 0
        assert failures.none_of(writer.connection, place), "a day without one"


def test_accounts_that_came_to_nothing_are_found_and_dropped(store: Store) -> None:
    kept = [
        dataclasses.replace(ACCOUNT, id=f"{number:032x}", subject=str(number), state=state, asked_at=asked_at)
        for number, (state, asked_at) in enumerate(
            [(state, asked_at) for state in AccountState for asked_at in (100, 200)]
        )
    ]
    with store.writing() as writer:
        for each in kept:
            accounts.put(writer.connection, each)
        found = accounts.came_to_nothing(writer.connection, 150)
        assert found == [each.id for each in kept if each.asked_at == 100 and each.state not in STANDING]
        accounts.drop(writer.connection, found)
        assert accounts.came_to_nothing(writer.connection, 150) == []
        assert accounts.page(writer.connection, None, 0, 99)[1] == len(kept) - 3
    assert lines(store)[-3:] == [(Changed.ACCOUNT, key) for key in found]


STANDING = (AccountState.APPROVED, AccountState.DISABLED)
