"""Many clients over kept-alive connections in one event loop, and what became of each request.

A *closed* load is so many clients that each ask again once they have their answer; an *open* one asks at given moments
whether answers have come or not, as the public does. A request is lost when it was sent and no whole answer came; a
connection that is refused took no request.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, cast

import numpy as np
from httptools import HttpParserError, HttpResponseParser
from numpy.typing import NDArray

from benchmarks.http_client import SIGNED, Ask

PATIENCE_S: Final = 60.0
"""After which an answer counts as lost."""
SERVED: Final = frozenset({200, 204, 206})
TOLD_TO_WAIT: Final = frozenset({429, 503})


@dataclass
class Tally:
    """What became of requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    """429 and 503 that do not say when to come back."""
    lost: Counter[str] = field(default_factory=Counter)
    """By class of error."""
    door_closed: int = 0
    """Connections that were refused: nothing was asked."""
    unasked: int = 0
    """Requests that this client could not make: it had as many under way as it may."""
    ended_at: list[float] = field(default_factory=list)
    """Of each answer that was served, seconds of `time.monotonic`; so is `took_ms`."""
    took_ms: list[float] = field(default_factory=list)
    told_ms: list[float] = field(default_factory=list)
    """Of each that was told to wait: how long that took."""
    versions: Counter[bytes] = field(default_factory=Counter)
    """Of answers, by what `mark` found in them."""

    @property
    def ended(self) -> int:
        """Requests that were sent."""
        return sum(self.statuses.values()) + self.lost.total()

    @property
    def served(self) -> int:
        return sum(count for status, count in self.statuses.items() if status in SERVED)

    @property
    def told_to_wait(self) -> int:
        return sum(count for status, count in self.statuses.items() if status in TOLD_TO_WAIT)

    def why(self) -> str:
        """How many of each kind failed, for who reads the figures."""
        bad = {str(status): n for status, n in self.statuses.items() if status not in SERVED | TOLD_TO_WAIT}
        return ", ".join(f"{what} {n}" for what, n in sorted({**bad, **self.lost}.items()))

    @property
    def failed(self) -> int:
        """Answers that are neither, and requests without one."""
        return sum(self.statuses.values()) - self.served - self.told_to_wait + self.lost.total()

    def times_ms(self) -> NDArray[np.float64]:
        """Of what was served, ascending."""
        return np.sort(np.array(self.took_ms))

    def p_ms(self, share: float) -> float:
        """The time within which that share was served; NaN where nothing was."""
        times = self.times_ms()
        return float(times[int(len(times) * share)]) if len(times) else float("nan")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Wire(asyncio.Protocol):
    """One connection that reads one answer after the other, with the parser of the server's own kind: the client has
    to be the last to run out of breath."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.is_lost = False
        self.keeps = True
        self._answer: asyncio.Future[Answer] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def ask(self, content: bytes) -> asyncio.Future[Answer]:
        self._parser = HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(content)
        return self._answer

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            self._fail(ValueError(str(error)))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self.keeps = self._headers.get("connection", "").lower() != "close"
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(self._parser.get_status_code(), self._headers, b"".join(self._body)))

    def eof_received(self) -> None:
        self.is_lost = True
        self._fail(EOFError("the connection ended before the answer did"))

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        self._fail(error or EOFError("the connection ended before the answer did"))

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


class Line:
    """One connection, opened when it is first needed and after each end."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._wire: _Wire | None = None

    async def ask(self, ask: Ask) -> Answer:
        """Raises ConnectionRefusedError where nobody listens; any other OSError, TimeoutError or EOFError is of a
        request that was sent."""
        if self._wire is not None and self._wire.is_lost:
            self.close()  # the server closed it while nothing was asked
        if self._wire is None:
            _, self._wire = await asyncio.get_running_loop().create_connection(_Wire, "127.0.0.1", self._port)
        wire = self._wire
        try:
            async with asyncio.timeout(PATIENCE_S):
                answer = await wire.ask(_written(ask))
        except BaseException:
            self.close()
            raise
        if not wire.keeps:
            self.close()
        return answer

    def close(self) -> None:
        if self._wire is not None:
            self._wire.transport.close()
        self._wire = None


@lru_cache(maxsize=10_000)
def _written(ask: Ask) -> bytes:
    body = (ask.body or "").encode()
    head = f"{'GET' if ask.body is None else 'POST'} {ask.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in SIGNED.items())
    if ask.body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


async def one(line: Line, ask: Ask, tally: Tally, mark: Callable[[Answer], bytes] | None = None) -> bool:
    """Ask, and note what became of it; False where nobody listens any more."""
    started = time.monotonic()
    try:
        answer = await line.ask(ask)
    except ConnectionRefusedError:
        tally.door_closed += 1
        return False
    except (OSError, EOFError, TimeoutError, ValueError) as error:
        tally.lost[type(error).__name__] += 1
        return True
    now = time.monotonic()
    tally.statuses[answer.status] += 1
    if answer.status in SERVED:
        tally.ended_at.append(now)
        tally.took_ms.append((now - started) * 1000)
        if mark is not None:
            tally.versions[mark(answer)] += 1
    elif answer.status in TOLD_TO_WAIT:
        tally.told_ms.append((now - started) * 1000)
        tally.without_retry_after += "retry-after" not in answer.headers
    return True


async def closed(
    port: int,
    pool: Sequence[Ask],
    clients: int,
    until: Callable[[], bool],
    tally: Tally,
    mark: Callable[[Answer], bytes] | None = None,
) -> None:
    """`clients` that ask one after the other until it is time, or nobody listens any more."""

    async def client(number: int) -> None:
        line, draw = Line(port), random.Random(number)
        with contextlib.closing(line):
            while not until() and await one(line, draw.choice(pool), tally, mark):
                pass

    await asyncio.gather(*[client(number) for number in range(clients)])


async def at_rate(
    port: int,
    pool: Sequence[Ask],
    per_s: float,
    until: Callable[[], bool],
    tally: Tally,
    seed: int,
    most_open: int = 2_000,
    mark: Callable[[Answer], bytes] | None = None,
) -> None:
    """Requests at random moments (a Poisson process of `per_s`) until it is time, each on a connection that is free;
    at most `most_open` under way: those beyond are not made (`unasked`)."""
    draw = random.Random(seed)
    free: deque[Line] = deque()
    tasks: set[asyncio.Task[None]] = set()

    async def ask(what: Ask) -> None:
        line = free.popleft() if free else Line(port)  # in turn: the last one back is the quickest to refuse
        await one(line, what, tally, mark)
        free.append(line)

    wrong: list[BaseException] = []

    def ended(task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            wrong.append(error)

    moment = time.monotonic()
    while not until():
        moment += draw.expovariate(per_s)
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        if len(tasks) >= most_open:
            tally.unasked += 1
            continue
        task = asyncio.create_task(ask(draw.choice(pool)))
        tasks.add(task)
        task.add_done_callback(ended)
    if tasks:
        await asyncio.wait(tasks)
    if wrong:
        raise wrong[0]
    for line in free:
        line.close()
