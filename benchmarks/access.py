"""What it costs to know who sends a request: tokens of machines and sessions of people.

    python -m benchmarks.access [--quick] [--json FILE]

`identify` as the gate calls it, on requests that show one of a thousand tokens in turn. `_seen`: the token was read
before, which is so of all requests of its bearer but the first. `_first`: its signature is checked. The target is 50 µs
for a token that was seen. `token_ms` is what giving a token to a client takes, most of it the hash of its secret;
`refusal_known_ms` and `refusal_unknown_ms` are what a wrong secret takes for a client that is there and for one that is
not: they must not differ by more than their spread. Baseline: checking the signature at each request, without memory.
"""

import asyncio
import dataclasses
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast

from fastapi import Request

from api.follow import Follower
from api.security import bearer, session
from api.security.access import Access
from api.security.actor import Actor, Role
from api.security.bearer import Bearers
from api.security.client_credentials import Asked, Refusal, granted
from api.security.directory import Directory
from api.security.enrolling import enrol
from api.security.session import Sessions
from api.security.signing_keys import SigningKeys
from api.security.tokens import Purpose, Tokens
from benchmarks.report import Report
from features.store import Store
from features.store.access.accounts import Account, AccountState
from features.store.access.clients import Owner

TARGET_US: Final = 50.0
URL: Final = "https://vivier.example"

Identify = Callable[[Request, Any], Awaitable[Actor | None]]


def main() -> None:
    report = Report.from_command_line("access", about=__doc__ or "")
    n_tokens, rounds = report.repeats(1000, quick=200), report.repeats(50, quick=20)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/vivier.db")
        tokens = Tokens(SigningKeys(Path(folder) / "keys"), URL, "/vivier")
        client, secret = enrol(store, "Mesure", Role.SERVICE, [])
        directory = Directory(store)
        access = Access(store, tokens, directory, Follower(directory, 60), note=unnoted)
        asyncio.run(measured(report, access, client.id, secret, n_tokens, rounds))
        store.close()
    report.finish()


async def measured(report: Report, access: Access, client_id: str, secret: str, n_tokens: int, rounds: int) -> None:
    """Every figure."""
    tokens = [await given(access, client_id) for _ in range(n_tokens)]
    sessions = Sessions(access, URL)
    cookies = [begun(sessions, number) for number in range(n_tokens)]
    for name, identify, shown, fresh in (
        ("bearer", bearer.identify, [request(authorization=f"Bearer {each}") for each in tokens], bearers_of),
        ("session", session.identify, [request(cookie=f"__Host-vivier={each}") for each in cookies], sessions_of),
    ):
        service = fresh(access)
        first = await timed(identify, shown, service)
        seen = [await timed(identify, shown, service) for _ in range(rounds)]
        report.figure(f"{name}_first_us", statistics.median(first))
        report.figure(f"{name}_seen_us", statistics.median(statistics.median(each) for each in seen))
        report.figure(f"{name}_seen_p99_us", statistics.quantiles([one for each in seen for one in each], n=100)[98])
    report.figure("target_us", TARGET_US)
    report.figure("signature_each_time_us", signature_us(access, tokens[:200]))
    taken = []
    for _ in range(report.repeats(30, quick=10)):
        began = time.perf_counter()
        await granted(access, Asked(client_id, secret, (), False), "192.0.2.1")
        taken.append((time.perf_counter() - began) * 1e3)
    report.figure("token_ms", statistics.median(taken))
    for name, asked_for in (("known", client_id), ("unknown", "personne-00000000")):
        report.figure(f"refusal_{name}_ms", statistics.median(await refused(access, asked_for, report)))


def unnoted(actor: Actor | None, action: str, **facts: str) -> None:
    """The audit log has a benchmark of its own."""


async def given(access: Access, client_id: str) -> str:
    """A token of the client, without the cost of its secret."""
    client = access.directory.clients[client_id]
    claims = {"client_id": client.id, "gen": client.generation, "scope": " ".join(client.scopes)}
    return access.tokens.issue(Purpose.ACCESS, claims, 900)


def begun(sessions: Sessions, number: int) -> str:
    """The cookie of a counsellor's session."""
    account = Account(f"{number:032x}", URL, str(number), 0, "")
    open_account = dataclasses.replace(
        account,
        state=AccountState.APPROVED,
        role=Role.COUNSELLOR.value,
        owner=Owner(counsellor_id=f"c{number}", team_ids=tuple(f"c{each}" for each in range(10))),
    )
    return sessions.begin(open_account, "local", "")


def bearers_of(access: Access) -> Any:
    return SimpleNamespace(bearers=Bearers(access), settings=SimpleNamespace(realm="/vivier"))


def sessions_of(access: Access) -> Any:
    return SimpleNamespace(sessions=Sessions(access, URL))


def request(**headers: str) -> Request:
    """A request with these headers and a few that browsers send."""
    usual = {"host": "vivier.example", "accept": "application/json", "user-agent": "mesure", "accept-language": "fr"}
    raw = [(name.encode(), value.encode()) for name, value in {**usual, **headers}.items()]
    return Request({"type": "http", "method": "GET", "path": "/v1/moi", "headers": raw, "state": {}})


async def timed(identify: Identify, shown: Sequence[Request], service: Any) -> list[float]:
    """Microseconds of each."""
    times = []
    for each in shown:
        fresh = Request(cast("Any", dict(each.scope)))
        began = time.perf_counter_ns()
        found = await identify(fresh, service)
        times.append((time.perf_counter_ns() - began) / 1e3)
        if found is None:
            raise RuntimeError("nobody was found behind a token")
    return times


def signature_us(access: Access, tokens: Sequence[str]) -> float:
    """What checking the signature at each request would take."""
    times = []
    for each in tokens:
        began = time.perf_counter_ns()
        access.tokens.read(Purpose.ACCESS, each)
        times.append((time.perf_counter_ns() - began) / 1e3)
    return statistics.median(times)


async def refused(access: Access, client_id: str, report: Report) -> list[float]:
    """Milliseconds of wrong secrets, each from another address."""
    times = []
    for number in range(report.repeats(30, quick=10)):
        began = time.perf_counter()
        try:
            await granted(access, Asked(client_id, "faux", (), False), f"198.51.100.{number}")
        except Refusal:
            times.append((time.perf_counter() - began) * 1e3)
    return times


if __name__ == "__main__":
    main()
