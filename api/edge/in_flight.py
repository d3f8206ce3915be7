"""No more requests are taken on than can be answered soon: the others are told at once to come back.

A rush of a moment is taken on and worked off. One that lasts would keep every request waiting for as long as a full
house takes; so for a second after each refusal only a quarter as many may wait to begin. Queues that tell a standing
wait from a burst do the same (Nichols & Jacobson, *Controlling Queue Delay*, ACM Queue 10(5), 2012; Maurer, *Fail at
Scale*, ACM Queue 13(8), 2015), by the age of what waits; here requests wait in their sockets, where it cannot be seen.
"""

import asyncio
from time import monotonic
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType

RETRY_AFTER_S: Final = 1
RUSH_S: Final = 1.0
"""How long a rush goes on after the last refusal."""
RUSH_SHARE: Final = 4
"""While it does, one in so many of the limit may wait to begin."""


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
        self._rush_until = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self.app(scope, receive, send)
            return
        if self._is_full():
            self._rush_until = monotonic() + RUSH_S
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

    def _is_full(self) -> bool:
        if self.under_way >= self.limit:
            return True
        return self.waiting >= max(1, self.limit // RUSH_SHARE) and monotonic() < self._rush_until

    async def _begin(self) -> None:
        """Those that came in the same instant are counted before the first is answered."""
        self.waiting += 1
        try:
            await asyncio.sleep(0)
        finally:
            self.waiting -= 1
