"""How often each account and each address may ask, and what they are told of it."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.errors import StorageError

from api.edge.rates import ACCOUNT, ADDRESS, Rates, address_of
from api.settings import Settings, SettingsError
from tests.api.conftest import client_over

LIMIT = 4
EMPLOYER = {"Authorization": "Bearer demo:employeur:13000548100010"}
OTHER = {"Authorization": "Bearer demo:employeur:13000548100028"}
MACHINE = {"Authorization": "Bearer demo:service"}


@pytest.fixture
def limited(sample_data_dir: Path) -> Iterator[TestClient]:
    rate = f"{LIMIT}/hour"
    with client_over(sample_data_dir, rate_limit=rate, rate_limit_machines="9/hour", rate_limit_address=rate) as client:
        del client.headers["Authorization"]
        yield client


def statuses(client: TestClient, path: str, times: int, **headers: str) -> list[int]:
    return [client.get(path, headers=headers).status_code for _ in range(times)]


def test_an_account_has_its_own_limit(limited: TestClient) -> None:
    path = "/v1/offres?range=0-0"
    assert statuses(limited, path, LIMIT + 1, **EMPLOYER) == [206] * LIMIT + [429]
    assert statuses(limited, path, 1, **OTHER) == [206]
    assert statuses(limited, path, 10, **MACHINE) == [206] * 9 + [429], "a machine's is another"


def test_who_is_over_is_told_when_to_come_back(limited: TestClient) -> None:
    first = limited.get("/v1/offres?range=0-0", headers=EMPLOYER).headers
    assert first["ratelimit-policy"] == f'"compte";q={LIMIT};w=3600'
    assert re.fullmatch(rf'"compte";r={LIMIT - 1};t=[0-9]+', first["ratelimit"])
    statuses(limited, "/v1/offres?range=0-0", LIMIT, **EMPLOYER)
    refused = limited.get("/v1/offres?range=0-0", headers=EMPLOYER)
    problem = refused.json()
    assert (refused.status_code, problem["type"]) == (429, "/problemes/trop-de-requetes")
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert re.fullmatch(
        r"Au plus 4 requêtes par heure de votre compte ; recommencez dans [0-9]+ s\.", problem["detail"]
    )


def test_what_comes_without_an_account_is_counted_by_address(limited: TestClient) -> None:
    assert statuses(limited, "/problemes/conflit", LIMIT + 1) == [200] * LIMIT + [429]
    assert statuses(limited, "/v1/offres?range=0-0", 1, **EMPLOYER) == [206], "who signs in does not pay for others"


def test_refused_tokens_and_unknown_addresses_count_too(limited: TestClient) -> None:
    wrong = {"Authorization": "Bearer zzz"}
    assert statuses(limited, "/v1/offres", LIMIT - 1, **wrong) == [401] * (LIMIT - 1)
    assert statuses(limited, "/rien", 1) == [404]
    assert statuses(limited, "/v1/offres", 2, **wrong) == [429, 429]
    assert limited.get("/v1/offres", headers=wrong).json()["type"] == "/problemes/trop-de-requetes"


def test_health_checks_are_never_refused(limited: TestClient) -> None:
    assert statuses(limited, "/health/live", 3 * LIMIT) == [200] * 3 * LIMIT


@pytest.mark.parametrize(
    ("client", "told"),
    [
        (("203.0.113.7", 1), "203.0.113.7"),
        (("::ffff:203.0.113.7", 1), "203.0.113.7"),
        (("2001:db8:1:2:aaaa::1", 1), "2001:db8:1:2::"),
        (("2001:db8:1:2:bbbb::2", 1), "2001:db8:1:2::"),
        (("fe80::1%eth0", 1), "fe80::"),
        (("testclient", 1), "testclient"),
        (None, ""),
    ],
)
def test_one_subscriber_is_one_address(client: tuple[str, int] | None, told: str) -> None:
    assert address_of({"type": "http", "client": client}) == told


def test_none_limits_nothing() -> None:
    rates = Rates.of(Settings(rate_limit="none", rate_limit_machines="none", rate_limit_address="none"))
    assert asyncio.run(rates.hit(ACCOUNT, "a")) is None


class Broken(MemoryStorage):
    """A store that is down."""

    async def acquire_sliding_window_entry(self, *_: object, **__: object) -> bool:
        raise StorageError(ConnectionError("redis://user:secret@host"))


def test_while_the_store_is_down_each_worker_counts_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> list[bool]:
        rates = Rates({ADDRESS: parse("2/hour")}, Broken())
        verdicts = [await rates.hit(ADDRESS, "a") for _ in range(3)]
        return [verdict.allowed for verdict in verdicts if verdict is not None]

    assert asyncio.run(scenario()) == [True, True, False]
    assert caplog.text.count("does not answer") == 1
    assert "secret" not in caplog.text


def test_a_store_that_needs_an_extra_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "redis", None)
    with pytest.raises(SettingsError, match=r"vivier\[redis\]"):
        Rates.of(Settings(rate_limit_storage="redis://127.0.0.1:6379/0"))


@pytest.mark.parametrize("value", ["0/minute", "10", "10/day", "ten/minute", "10/minute;5/second", ""])
def test_a_rate_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="rate_limit"):
        Settings(rate_limit=value)
