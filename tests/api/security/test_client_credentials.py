"""Machines: tokens for the right secret, one answer for all that is wrong, and a growing wait for who guesses."""

import asyncio
import base64
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from api.problems import ApiProblem, ProblemType
from api.security import hashing
from api.security.access import Access
from api.security.actor import Role
from api.security.bearer import Bearers
from api.security.client_credentials import LASTS_S, MOST, MOST_OF_AN_ADDRESS, Refusal, granted, place_of, read
from api.security.directory import OUTAGE_S
from api.security.enrolling import Unenrolled, enable, enrol, rotate_secret
from api.security.scopes import Scope
from api.security.tokens import BadToken
from features.store import Store
from features.store.access.clients import Client
from tests.api.security.conftest import Clock

ADDRESS = "192.0.2.7"


def ask(access: Access, client_id: str, secret: str, scope: str = "", address: str = ADDRESS) -> dict[str, Any]:
    fields = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, "scope": scope}
    return asyncio.run(granted(access, read(urlencode(fields).encode(), ""), address))


def refusal(access: Access, client_id: str, secret: str, **more: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        ask(access, client_id, secret, **more)
    return caught.value


def follow(access: Access) -> None:
    while (found := access.directory.read_changes()) is not None:
        access.directory.apply(found)


@pytest.fixture
def feed(access: Access) -> tuple[Client, str]:
    client, secret = enrol(access.store, "Flux Création", Role.PARTNER, ["offres.lire", "offres.ecrire"], feed="jobs")
    follow(access)
    return client, secret


def test_a_token_makes_its_client_the_actor(access: Access, feed: tuple[Client, str]) -> None:
    client, secret = feed
    assert client.id.startswith("flux-creation-")
    told = ask(access, client.id, secret, "offres.ecrire")
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", LASTS_S, "offres.ecrire")
    actor = Bearers(access).actor(told["access_token"])
    assert (actor.id, actor.role, actor.feed, actor.demo) == (client.id, Role.PARTNER, "jobs", False)
    assert actor.scopes == {Scope.OFFERS_WRITE}
    assert ask(access, client.id, secret)["scope"] == "offres.lire offres.ecrire"


def test_scopes_beyond_the_clients_are_refused(access: Access, feed: tuple[Client, str]) -> None:
    for scope in ("audit.lire", "offres.ecrire formations.ecrire", "profils.lire", "zzz", "OFFRES.LIRE"):
        refused = refusal(access, feed[0].id, feed[1], scope=scope)
        assert (refused.status, refused.error) == (400, "invalid_scope")


def test_scopes_that_were_taken_away_leave_tokens_at_once(access: Access, feed: tuple[Client, str]) -> None:
    import dataclasses

    from features.store.access import clients

    bearers, token = Bearers(access), ask(access, feed[0].id, feed[1])["access_token"]
    assert Scope.OFFERS_WRITE in bearers.actor(token).scopes
    with access.store.writing() as writer:
        clients.put(writer.connection, dataclasses.replace(feed[0], scopes=("offres.lire",)))
    follow(access)
    assert bearers.actor(token).scopes == {Scope.OFFERS_READ}


def test_unknown_disabled_and_wrong_are_one_answer(access: Access, feed: tuple[Client, str]) -> None:
    client, secret = feed
    wrong = refusal(access, client.id, "faux").response()
    unknown = refusal(access, "personne-00000000", "faux").response()
    enable(access.store, client.id, False)
    disabled = refusal(access, client.id, secret).response()
    assert wrong.status_code == 401
    assert wrong.body == unknown.body == disabled.body
    assert dict(wrong.headers) == dict(unknown.headers) == dict(disabled.headers)
    assert client.id.encode() not in bytes(wrong.body)


def test_an_unknown_name_costs_the_hash_that_a_wrong_secret_costs(
    access: Access, feed: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the time of an answer would tell which names there are."""
    verified: list[str] = []

    class Counting:
        def verify(self, secret: str, kept: str) -> bool:
            verified.append(kept)
            return genuine.verify(secret, kept)

        def hash(self, secret: str) -> str:
            return genuine.hash(secret)

    genuine = hashing._HASH
    monkeypatch.setattr(hashing, "_HASH", Counting())
    for name in (feed[0].id, "personne"):
        refusal(access, name, "faux")
    known, unknown = ([part for part in each.split("$") if "=" in part] for each in verified)
    assert known == unknown  # the parameters of Argon2, on which its time depends
    assert known


def test_five_failures_lock_a_name_at_an_address(access: Access, feed: tuple[Client, str], clock: Clock) -> None:
    client, secret = feed
    for _ in range(MOST - 1):
        assert refusal(access, client.id, "faux").status == 401
    assert refusal(access, client.id, "faux").status == 401
    locked = refusal(access, client.id, secret)
    assert (locked.status, locked.kind, locked.headers["Retry-After"]) == (429, ProblemType.LOCKED, "30")
    assert ask(access, client.id, secret, address="198.51.100.9")["access_token"]
    clock.now += 29
    assert refusal(access, client.id, secret).status == 429
    clock.now += 1
    assert ask(access, client.id, secret)["access_token"]


def test_the_wait_doubles_and_a_success_forgets(access: Access, feed: tuple[Client, str], clock: Clock) -> None:
    client, secret = feed
    for _ in range(MOST):
        refusal(access, client.id, "faux")
    waits = []
    for _ in range(3):
        waits.append(int(refusal(access, client.id, "faux").headers["Retry-After"]))
        clock.now += waits[-1]
        assert refusal(access, client.id, "faux").status == 401
    assert waits == [30, 60, 120]
    clock.now += 240
    ask(access, client.id, secret)
    for _ in range(MOST - 1):
        assert refusal(access, client.id, "faux").status == 401
    assert ask(access, client.id, secret)["access_token"]


def test_a_name_that_nobody_has_locks_like_one_that_is_there(access: Access) -> None:
    for _ in range(MOST):
        assert refusal(access, "personne", "faux").status == 401
    assert refusal(access, "personne", "faux").status == 429


def test_an_address_that_tries_many_names_is_not_heard(access: Access, feed: tuple[Client, str]) -> None:
    from features.store.access.failures import Watch, failed

    watched = Watch("address", (place_of(ADDRESS),), MOST_OF_AN_ADDRESS)
    with access.store.writing() as writer:
        for _ in range(MOST_OF_AN_ADDRESS - 1):
            failed(writer.connection, [watched], int(access.clock()))
    assert refusal(access, "encore-un", "faux").status == 401
    assert refusal(access, feed[0].id, feed[1]).status == 429


def test_an_ipv6_customer_is_one_place() -> None:
    assert place_of("2001:db8:1:2:3::4") == place_of("2001:db8:1:2:ffff::1") != place_of("2001:db8:1:3::1")
    assert place_of("192.0.2.7") != place_of("192.0.2.8")
    assert place_of("testclient") == "testclient"


def test_what_is_typed_is_not_kept(access: Access, feed: tuple[Client, str], tmp_path: Any) -> None:
    refusal(access, "mot-de-passe-dans-le-mauvais-champ", feed[1])
    access.store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("vivier.db*"))
    assert feed[1].encode() not in kept
    assert b"mauvais-champ" not in kept


def test_a_client_that_is_disabled_loses_its_tokens(access: Access, feed: tuple[Client, str]) -> None:
    client, secret = feed
    bearers, token = Bearers(access), ask(access, client.id, secret)["access_token"]
    assert bearers.actor(token)
    enable(access.store, client.id, False)
    follow(access)
    with pytest.raises(BadToken, match="désactivé"):
        bearers.actor(token)
    enable(access.store, client.id, True)
    follow(access)
    with pytest.raises(BadToken, match="désactivé"):
        bearers.actor(token)
    assert bearers.actor(ask(access, client.id, secret)["access_token"])


def test_another_secret_ends_the_old_one_and_its_tokens(access: Access, feed: tuple[Client, str]) -> None:
    client, secret = feed
    bearers, token = Bearers(access), ask(access, client.id, secret)["access_token"]
    drawn = rotate_secret(access.store, client.id)
    follow(access)
    with pytest.raises(BadToken):
        bearers.actor(token)
    assert refusal(access, client.id, secret).status == 401
    assert bearers.actor(ask(access, client.id, drawn)["access_token"])


def test_a_process_that_cannot_follow_lets_nobody_in(access: Access, feed: tuple[Client, str], clock: Clock) -> None:
    bearers = Bearers(access)
    clock.now += OUTAGE_S - 1
    token = ask(access, feed[0].id, feed[1])["access_token"]
    assert bearers.actor(token)
    clock.now += 2
    with pytest.raises(ApiProblem) as caught:
        bearers.actor(token)
    assert caught.value.status == 503
    follow(access)
    assert bearers.actor(token)


def test_a_token_ends(access: Access, feed: tuple[Client, str], clock: Clock) -> None:
    bearers, token = Bearers(access), ask(access, feed[0].id, feed[1])["access_token"]
    bearers.actor(token)
    clock.now += LASTS_S
    follow(access)
    with pytest.raises(BadToken, match="expiré"):
        bearers.actor(token)


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{quote_plus(name)}:{quote_plus(secret)}".encode()).decode()


def test_the_basic_header_is_read_as_the_rfc_has_it() -> None:
    asked = read(b"grant_type=client_credentials", basic("é:1", "a+b %"))
    assert (asked.client_id, asked.secret, asked.by_basic) == ("é:1", "a+b %", True)


@pytest.mark.parametrize(
    ("body", "authorization", "error"),
    [
        (b"", "", "invalid_request"),
        (b"{}", "", "invalid_request"),
        (b"\xff=1", "", "invalid_request"),
        (b"&".join(b"a%d=1" % each for each in range(30)), "", "invalid_request"),
        (b"grant_type=client_credentials", "", "invalid_request"),
        (b"grant_type=client_credentials&client_id=a", "", "invalid_request"),
        (b"grant_type=client_credentials&client_id=a&client_secret=", "", "invalid_request"),
        (b"grant_type=client_credentials&client_id=a&client_id=b&client_secret=c", "", "invalid_request"),
        (b"grant_type=client_credentials&client_id=a&client_secret=b", basic("a", "b"), "invalid_request"),
        (b"grant_type=client_credentials&client_id=a", basic("b", "b"), "invalid_request"),
        (b"grant_type=client_credentials", "Basic !!!", "invalid_request"),
        (b"grant_type=client_credentials", "Basic " + base64.b64encode(b"rien").decode(), "invalid_request"),
        (b"grant_type=password&username=a&password=b", "", "unsupported_grant_type"),
        (b"grant_type=authorization_code&code=a", "", "unsupported_grant_type"),
    ],
)
def test_a_request_that_is_not_well_formed(body: bytes, authorization: str, error: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(body, authorization)
    assert (caught.value.status, caught.value.error) == (400, error)


def test_who_can_be_a_machine(store: Store) -> None:
    for role in (Role.JOBSEEKER, Role.COUNSELLOR):
        with pytest.raises(Unenrolled, match="is for people"):
            enrol(store, "robot", role, [])
    with pytest.raises(Unenrolled, match="needs the name of its feed"):
        enrol(store, "flux", Role.PARTNER, [])
    with pytest.raises(Unenrolled, match="needs its SIRET"):
        enrol(store, "atelier", Role.EMPLOYER, [])
    with pytest.raises(Unenrolled, match="not an establishment of the store"):
        enrol(store, "atelier", Role.EMPLOYER, [], siret="13000548100010")
    with pytest.raises(Unenrolled, match=r"'audit\.lire' is not one of this role"):
        enrol(store, "flux", Role.PARTNER, ["audit.lire"], feed="a")
    with pytest.raises(Unenrolled, match="'zzz' is unknown"):
        enrol(store, "flux", Role.PARTNER, ["zzz"], feed="a")
    with pytest.raises(Unenrolled, match="1 to 80 characters"):
        enrol(store, " ", Role.SERVICE, [])
    with pytest.raises(Unenrolled, match="'zzz' is not there"):
        rotate_secret(store, "zzz")
