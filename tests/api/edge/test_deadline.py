"""A request past its time is answered and gives its place back; a body that trickles in ends."""

import asyncio
import threading

import pytest
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge import deadline
from api.edge.deadline import Deadline
from api.edge.in_flight import InFlight
from tests.api.edge.exchange import exchange, fine, scope_of

LIMIT_S = 0.05


async def never(scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await asyncio.Event().wait()


def test_an_answer_that_does_not_come_is_504_and_gives_its_place_back() -> None:
    async def scenario() -> None:
        app = InFlight(Deadline(never, LIMIT_S), 1)
        for _ in range(3):
            told = await exchange(app, scope_of())
            assert (told.status, told.problem["type"]) == (504, "/problemes/delai-depasse")
            assert told.headers["connection"] == "close"
            assert app.under_way == 0

    asyncio.run(scenario())


def test_work_in_a_thread_is_given_up_at_once_and_its_result_dropped() -> None:
    freed = threading.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await run_in_threadpool(freed.wait, 60)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def scenario() -> None:
        told = await exchange(Deadline(slow, LIMIT_S), scope_of())
        assert not freed.is_set()
        freed.set()
        await asyncio.sleep(0.05)
        assert [each["type"] for each in told.messages] == ["http.response.start", "http.response.body"]
        assert told.status == 504

    asyncio.run(scenario())


def test_what_the_application_says_in_time_is_said() -> None:
    assert asyncio.run(exchange(Deadline(fine, 5), scope_of())).status == 200

    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(exchange(Deadline(fails, 5), scope_of()))


def trickle(pieces: int, every_s: float, size: int = 1) -> Receive:
    left = pieces

    async def receive() -> Message:
        nonlocal left
        left -= 1
        await asyncio.sleep(every_s)
        return {"type": "http.request", "body": b"x" * size, "more_body": left > 0}

    return receive


def test_a_body_that_trickles_in_is_408() -> None:
    told = asyncio.run(exchange(Deadline(fine, LIMIT_S), scope_of("POST"), trickle(100, 0.01)))
    assert (told.status, told.problem["type"]) == (408, "/problemes/corps-trop-lent")


async def answering_problems(app: ASGIApp, scope: Scope, receive: Receive) -> int:
    from api.problems import ApiProblem

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except ApiProblem as problem:
            await problem.response()(scope, receive, send)

    return (await exchange(Deadline(inner, LIMIT_S), scope, receive)).status


def test_a_bulk_body_may_last_as_long_as_it_keeps_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    bulk = scope_of("POST", "/v1/offres/lot")
    assert asyncio.run(answering_problems(fine, dict(bulk), trickle(10, 0.01, size=4096))) == 200
    assert asyncio.run(answering_problems(fine, dict(bulk), trickle(2, 1.0))) == 408, "no piece in time"
    monkeypatch.setattr(deadline, "LEAST_BYTES_PER_S", 1024)
    assert asyncio.run(answering_problems(fine, dict(bulk), trickle(100, 0.02))) == 408, "a byte now and then"


def test_an_application_that_is_cut_off_takes_its_work_along() -> None:
    ended = []

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    async def scenario() -> None:
        task = asyncio.create_task(exchange(Deadline(watched, 60), scope_of()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert ended == [True]
