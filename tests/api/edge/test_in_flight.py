"""The cap on requests under way: one too many is told at once, and what has ended, however it did, counts no more."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.app import create_app
from api.edge.in_flight import RETRY_AFTER_S, RUSH_AFTER_S, RUSH_S, RUSH_WAITING, InFlight
from api.problems import MEDIA_TYPE, ProblemType
from api.service import Service
from features.records import Offer
from tests.api.edge.exchange import Told, silent

T = TypeVar("T")

LIMIT = 2

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


def scope(path: str) -> Scope:
    headers = [(b"host", b"testserver"), *SIGNED]
    target = {"path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers}
    return {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", **target}


SIGNED = [(b"authorization", b"Bearer demo:service")]


async def ask(app: ASGIApp, path: str = "/v1/offres") -> Told:
    answer = Told()
    await app(scope(path), silent, answer.send)
    return answer


async def say_ok(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def finished(scenario: Coroutine[Any, Any, T]) -> T:
    """What the scenario returns; it fails when it waits for what never comes."""

    async def in_time() -> T:
        async with asyncio.timeout(20):
            return await scenario

    return asyncio.run(in_time())


class Waiting:
    """An application whose answers wait to be let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.n_begun = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.n_begun += 1
        await self.go.wait()
        await say_ok(send)


async def turns(n: int = 5) -> None:
    """Let all that can run do so."""
    for _ in range(n):
        await asyncio.sleep(0)


def test_one_too_many_is_told_to_come_back(reader: TestClient) -> None:
    async def scenario() -> Told:
        inner = Waiting()
        app = InFlight(inner, LIMIT)
        first = [asyncio.create_task(ask(app)) for _ in range(LIMIT)]
        await turns()
        assert inner.n_begun == LIMIT
        refused = await ask(app)
        assert inner.n_begun == LIMIT
        inner.go.set()
        assert [answer.status for answer in await asyncio.gather(*first)] == [200] * LIMIT
        return refused

    refused = finished(scenario())
    assert refused.status == 503
    assert refused.headers["content-type"] == MEDIA_TYPE
    assert refused.headers["retry-after"] == str(RETRY_AFTER_S)
    problem = json.loads(refused.body)
    assert (problem["type"], problem["status"]) == (ProblemType.BUSY.uri, 503)
    assert reader.get(problem["type"]).json()["status"] == 503


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_checks_pass_when_all_places_are_taken_and_take_none(path: str) -> None:
    async def scenario() -> None:
        inner = Waiting()
        app = InFlight(inner, LIMIT)
        checks = [asyncio.create_task(ask(app, path)) for _ in range(LIMIT + 1)]
        await turns()
        others = [asyncio.create_task(ask(app)) for _ in range(LIMIT)]
        await turns()
        assert inner.n_begun == 2 * LIMIT + 1
        assert (await ask(app)).status == 503
        late = asyncio.create_task(ask(app, path))
        await turns()
        inner.go.set()
        assert {answer.status for answer in await asyncio.gather(*checks, *others, late)} == {200}

    finished(scenario())


def test_an_address_that_only_resembles_a_health_check_is_counted() -> None:
    async def scenario() -> None:
        app = InFlight(Waiting(), 0)
        assert (await ask(app, "/healthy")).status == 503
        assert (await ask(app, "/v1/health/live")).status == 503

    finished(scenario())


def test_a_burst_is_cut_at_the_limit_even_when_nothing_is_waited_for() -> None:
    """Each handler runs from start to end in one go: counted as they run, ten would pass one after the other."""

    async def scenario() -> None:
        app = InFlight(at_once, LIMIT)
        answers = await asyncio.gather(*(ask(app) for _ in range(10)))
        assert [answer.status for answer in answers] == [200] * LIMIT + [503] * (10 - LIMIT)
        assert app.under_way == 0

    finished(scenario())


async def at_once(scope: Scope, receive: Receive, send: Send) -> None:
    await say_ok(send)


class Clock:
    """Time that goes by, and what of it the process works."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.worked = 100.0
        monkeypatch.setattr("api.edge.in_flight.monotonic", lambda: self.now)
        monkeypatch.setattr("api.edge.in_flight.process_time", lambda: self.worked)

    def pass_by(self, seconds: float, busy: float = 0.9) -> None:
        self.now += seconds
        self.worked += busy * seconds


async def served(app: InFlight, asked: int) -> int:
    """Of so many that come together."""
    answers = await asyncio.gather(*(ask(app) for _ in range(asked)))
    return sum(answer.status == 200 for answer in answers)


async def rushed(clock: Clock) -> InFlight:
    """One that has just found all its places taken again."""
    app = InFlight(at_once, PLACES)
    assert await served(app, PLACES + 1) == PLACES
    clock.pass_by(1.5 * RUSH_AFTER_S)
    assert await served(app, PLACES + 1) == PLACES
    return app


PLACES = 8


def test_a_burst_begins_no_rush_and_a_second_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)

    async def scenario() -> None:
        app = InFlight(at_once, PLACES)
        assert await served(app, PLACES + 1) == PLACES
        assert await served(app, PLACES + 1) == PLACES  # until it is worked off
        clock.pass_by(60)
        assert await served(app, PLACES + 1) == PLACES  # nor another, much later
        clock.pass_by(1.5 * RUSH_AFTER_S)
        assert await served(app, PLACES + 1) == PLACES
        assert await served(app, PLACES) == RUSH_WAITING

    finished(scenario())


def test_a_rush_goes_on_while_a_busy_process_refuses_many(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)

    async def scenario() -> None:
        app = await rushed(clock)
        for _ in range(3):
            assert await served(app, PLACES) == RUSH_WAITING
            clock.pass_by(1.01 * RUSH_S)
        for _ in range(50):
            assert await served(app, RUSH_WAITING) == RUSH_WAITING  # nobody is refused any more
        assert await served(app, RUSH_WAITING + 1) == RUSH_WAITING  # or one in a hundred
        clock.pass_by(1.01 * RUSH_S)
        assert await served(app, PLACES) == PLACES

    finished(scenario())


@pytest.mark.parametrize(
    ("seconds", "busy"),
    [(1.01 * RUSH_S, 0.1), (60, 0.9)],
    ids=["those who come back together find a process at rest", "nobody followed"],
)
def test_a_rush_ends(monkeypatch: pytest.MonkeyPatch, seconds: float, busy: float) -> None:
    clock = Clock(monkeypatch)

    async def scenario() -> None:
        app = await rushed(clock)
        assert await served(app, PLACES) == RUSH_WAITING
        clock.pass_by(seconds, busy)
        assert await served(app, PLACES) == PLACES

    finished(scenario())


def test_what_takes_long_takes_no_place_in_a_rush() -> None:
    async def scenario() -> None:
        inner = Waiting()
        app = InFlight(inner, 8)
        long = [asyncio.create_task(ask(app)) for _ in range(8)]
        await turns()
        assert (await ask(app)).status == 503
        long.pop().cancel()
        await turns()
        coming = asyncio.create_task(ask(app))
        await turns()
        inner.go.set()
        assert (await coming).status == 200
        await asyncio.gather(*long)

    finished(scenario())


def test_a_place_is_free_once_the_answer_is_whole() -> None:
    """Not when all that was called has returned: on a kept-alive connection the next request may be there before."""

    async def scenario() -> None:
        go = asyncio.Event()

        async def inner(scope: Scope, receive: Receive, send: Send) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
            assert app.under_way == 1
            await send({"type": "http.response.body", "body": b"}"})
            assert app.under_way == 0
            await go.wait()

        app = InFlight(inner, 1)
        first = asyncio.create_task(ask(app))
        await turns()
        second = asyncio.create_task(ask(app))
        await turns()
        assert app.under_way == 0
        go.set()
        assert [(await each).status for each in (first, second)] == [200, 200]
        assert app.under_way == 0

    finished(scenario())


def test_a_burst_of_searches_is_cut_at_the_limit(reader: TestClient) -> None:
    """In the application as it is: the searches run on the event loop and wait for nothing either."""
    service: Service = reader.app.state.service  # type: ignore[attr-defined]
    settings = service.settings.model_copy(update={"in_flight_limit": LIMIT})
    (offer,) = service.store.page(Offer, 0, 1)

    async def scenario() -> None:
        path = f"/v1/offres/{offer.id}/profils"
        for _ in range(2):
            app = create_app(replace(service, settings=settings))
            statuses = [answer.status for answer in await asyncio.gather(*(ask(app, path) for _ in range(10)))]
            assert set(statuses[:LIMIT]) <= {200, 204, 206}
            assert statuses[LIMIT:] == [503] * (10 - LIMIT)

    finished(scenario())


async def ends_well(scope: Scope, receive: Receive, send: Send) -> None:
    await say_ok(send)


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("a bug")


async def sees_the_client_leave(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def cannot_send(scope: Scope, receive: Receive, send: Send) -> None:
    raise OSError("the connection is lost")


async def is_cancelled(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def gone() -> Message:
    return {"type": "http.disconnect"}


@pytest.mark.parametrize("inner", [ends_well, fails, sees_the_client_leave, cannot_send, is_cancelled])
@pytest.mark.parametrize("turns_before", [0, 1, 5], ids=["unstarted", "counted", "under way"])
def test_what_has_ended_counts_no_more(inner: Handler, turns_before: int) -> None:
    """Many more than the limit, one after the other, each ended at some moment of its life."""

    async def scenario() -> None:
        app = InFlight(inner, LIMIT)
        for _ in range(3 * LIMIT):
            task = asyncio.create_task(run(app))
            await turns(turns_before)
            assert app.under_way <= 1
            if inner is is_cancelled:
                task.cancel()
            with contextlib.suppress(ValueError, OSError, asyncio.CancelledError):
                await task
            assert app.under_way == 0

    async def run(app: InFlight) -> None:
        answer = Told()
        await app(scope("/v1/offres"), gone, answer.send)
        assert all(message.get("status") != 503 for message in answer.messages)

    finished(scenario())


def test_refusals_neither_take_nor_free_a_place() -> None:
    async def scenario() -> None:
        inner = Waiting()
        app = InFlight(inner, LIMIT)
        waiting = [asyncio.create_task(ask(app)) for _ in range(LIMIT)]
        await turns()
        for _ in range(5):
            assert (await ask(app)).status == 503
        assert app.under_way == LIMIT
        inner.go.set()
        await asyncio.gather(*waiting)
        assert app.under_way == 0
        assert (await ask(app)).status == 200

    finished(scenario())


def test_an_error_goes_on_to_who_handles_it() -> None:
    with pytest.raises(ValueError, match="a bug"):
        finished(ask(InFlight(fails, LIMIT)))


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_what_is_no_request_passes_untouched(kind: str) -> None:
    seen: list[tuple[Any, ...]] = []

    async def inner(*given: Any) -> None:
        seen.append(given)

    app = InFlight(inner, 0)
    given = {"type": kind}, silent, Told().send
    called: Coroutine[Any, Any, None] = app(*given)
    with pytest.raises(StopIteration):
        called.send(None)  # it ends in one go
    assert len(seen) == 1
    assert all(one is other for one, other in zip(seen[0], given, strict=True))
    assert app.under_way == 0
