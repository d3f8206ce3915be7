"""No more requests are taken on than can be answered soon: the others are told at once to come back.

A rush of a moment is taken on and worked off. One that lasts would keep every request waiting for as long as a full
house takes; so while it lasts only `RUSH_WAITING` at a time may wait to begin. Queues that tell a standing wait from a
burst do the same (Nichols & Jacobson, *Controlling Queue Delay*, ACM Queue 10(5), 2012; Maurer, *Fail at Scale*, ACM
Queue 13(8), 2015), by the age of what waits; here requests wait in their sockets, where it cannot be seen, and a rush
is told by the share that has to be refused.
"""

import asyncio
from time import monotonic
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType

RETRY_AFTER_S: Final = 1
RUSH_S: Final = 1.0
"""For how long a rush is watched before it may be over."""
RUSH_WAITING: Final = 2
"""Requests that may wait to begin while there is one: one is worked on at a time."""
RUSH_REFUSED: Final = 0.25
"""It goes on while more than this share is refused: at 70 % of what a process can do it is a tenth."""
NEVER: Final = float("-inf")


class Rush:
    """More than can be answered: from a request that found all places taken, to a second in which few are refused."""

    def __init__(self) -> None:
        self._until = NEVER
        self._came = 0
        self._refused = 0

    def allows(self, waiting: int, full: bool) -> bool:
        """Whether a request may join the `waiting` ones; `full`: all places are taken."""
        now = monotonic()
        if now >= self._until:
            lasts = now < self._until + RUSH_S and self._refused > RUSH_REFUSED * self._came
            self._begin(now + RUSH_S if lasts else NEVER)
        if full and self._until == NEVER:
            self._begin(now + RUSH_S)
        refused = full or (waiting >= RUSH_WAITING and self._until != NEVER)
        self._came += 1
        self._refused += refused
        return not refused

    def _begin(self, until: float) -> None:
        self._until, self._came, self._refused = until, 0, 0


class InFlight:
    """ASGI middleware: at most `limit` requests under way or waiting in this process; health checks do not count.

    A request is counted before any of those that came with it is worked on, so a burst is cut where it should be. What
    is under way in a rush, be it a long upload, takes no place from those that come.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit
        self.under_way = 0
        self.waiting = 0
        """Of those, the ones that have not begun."""
        self._rush = Rush()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self.app(scope, receive, send)
            return
        if not self._rush.allows(self.waiting, full=self.under_way >= self.limit):
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            busy = ApiProblem(ProblemType.BUSY, "D'autres requêtes sont déjà en cours.", headers=headers)
            await tell(busy, scope, receive, send)
            return
        self.under_way += 1
        try:
            await self._begin()
            await self.app(scope, receive, send)
        finally:
            self.under_way -= 1

    async def _begin(self) -> None:
        """Those that came in the same instant are counted before the first is answered."""
        self.waiting += 1
        try:
            await asyncio.sleep(0)
        finally:
            self.waiting -= 1
