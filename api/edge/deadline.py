"""No request holds its place for ever: neither one whose body trickles in, nor one whose answer does not come.

A request that runs out of time is answered and given up; what it had begun in a worker thread ends there by itself and
its result is dropped. Work on the event loop itself cannot be cut: it is kept short by what may be asked.
"""

import asyncio
import contextlib
import time
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.body_limit import BULK_SUFFIX
from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType

LEAST_BYTES_PER_S: Final = 1024
"""Of a bulk body, in the mean, once it has been awaited for longer than the limit."""


class Deadline:
    """ASGI middleware: `limit_s` for a request and its body; a bulk one may last, as long as its body keeps coming."""

    def __init__(self, app: ASGIApp, limit_s: float) -> None:
        self.app = app
        self.limit_s = limit_s
        self._given_up: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_bulk = scope["method"] == "POST" and scope["path"].endswith(BULK_SUFFIX)
        exchange = _Exchange(receive, send, self.limit_s, is_bulk)
        task: asyncio.Task[None] = asyncio.create_task(self.app(scope, exchange.receive, exchange.send))  # type: ignore[arg-type]
        try:
            done, _ = await asyncio.wait({task}, timeout=None if is_bulk else self.limit_s)
        except asyncio.CancelledError:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            raise
        if done:
            await task
            return
        self._give_up(task)
        exchange.over = True
        if not exchange.started:
            kind = ProblemType.SLOW_BODY if exchange.awaiting_body else ProblemType.TIMEOUT
            await tell(late(kind, self.limit_s), scope, receive, send)

    def _give_up(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        self._given_up.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()  # nobody waits for it any more


def late(kind: ProblemType, limit_s: float) -> ApiProblem:
    """The problem of a request that ran out of time; its connection ends with it."""
    what = "Le corps n'est pas arrivé" if kind is ProblemType.SLOW_BODY else "La réponse n'a pas pu être établie"
    headers = {"Connection": "close"}
    if kind is ProblemType.TIMEOUT:
        headers["Retry-After"] = str(round(limit_s) or 1)
    return ApiProblem(kind, f"{what} en {limit_s:g} s.", headers=headers)


class _Exchange:
    """One request's messages, and how it stands with them."""

    def __init__(self, receive: Receive, send: Send, limit_s: float, is_bulk: bool) -> None:
        self._receive = receive
        self._send = send
        self._limit_s = limit_s
        self._is_bulk = is_bulk
        self._waited_s = 0.0
        self._received = 0
        self._whole = False
        self.started = False
        """Whether an answer is on its way."""
        self.over = False
        self.awaiting_body = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()  # whether the client is still there: that may take for ever
        self.awaiting_body = True
        message = await (self._in_time() if self._is_bulk else self._receive())
        self.awaiting_body = False
        self._whole = not message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        """The next piece of a bulk body. Raises ApiProblem (408)."""
        since = time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), self._limit_s)
        except TimeoutError:
            raise late(ProblemType.SLOW_BODY, self._limit_s) from None
        self._waited_s += time.monotonic() - since
        self._received += len(message.get("body", b""))
        if self._waited_s > self._limit_s and self._received < LEAST_BYTES_PER_S * self._waited_s:
            raise late(ProblemType.SLOW_BODY, self._limit_s)
        return message

    async def send(self, message: Any) -> None:
        if self.over:
            return
        self.started = True
        await self._send(message)
