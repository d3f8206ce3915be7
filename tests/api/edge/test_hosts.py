"""Requests that call the service by a name that is not its own are turned away."""

import pytest

from api.edge.hosts import KnownHosts, names_of
from api.settings import Settings
from tests.api.edge.exchange import ask, fine, scope_of


def status(settings: Settings, *hosts: str, path: str = "/v1/offres") -> int:
    scope = scope_of(path=path)
    scope["headers"] = [(b"host", host.encode()) for host in hosts]
    return ask(KnownHosts(fine, names_of(settings)), scope).status


def settings(**given: object) -> Settings:
    return Settings(**{"allowed_hosts": None, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_by_default_loopback_is_known(host: str) -> None:
    assert status(settings(), host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8000",
        "",
        "[::1",
        "a@localhost:x",
    ],
)
def test_other_names_are_turned_away(host: str) -> None:
    assert status(settings(), host) == 421


def test_the_public_name_and_the_address_that_is_listened_on_are_known() -> None:
    own = settings(public_url="https://vivier.example.fr/api", host="10.0.0.4")
    assert [status(own, host) for host in ("vivier.example.fr", "10.0.0.4:8000", "10.0.0.5")] == [200, 200, 421]
    assert status(settings(host="0.0.0.0"), "0.0.0.0") == 421


def test_a_list_replaces_the_names_and_may_take_all_under_one() -> None:
    listed = settings(allowed_hosts="api.example.fr, *.interne.example")
    hosts = ("api.example.fr", "a.interne.example", "a.b.interne.example", "interne.example", "localhost")
    assert [status(listed, host) for host in hosts] == [200, 200, 200, 421, 421]
    assert status(settings(allowed_hosts="*"), "any.thing") == 200


def test_no_name_or_two_is_turned_away() -> None:
    assert status(settings()) == 421
    assert status(settings(), "localhost", "evil.example") == 421


def test_health_checks_come_by_address() -> None:
    assert status(settings(), "10.1.2.3:8000", path="/health/live") == 200
