"""No more requests are taken on than can be answered soon: the others are told at once to come back.

A rush of a moment is taken on and worked off. One that lasts would keep every request waiting for as long as a full
house takes; so while it lasts only `RUSH_WAITING` at a time may wait to begin. Queues that tell a standing wait from a
burst do the same (Nichols & Jacobson, *Controlling Queue Delay*, ACM Queue 10(5), 2012; Maurer, *Fail at Scale*, ACM
Queue 13(8), 2015), by the age of what waits; here requests wait in their sockets, where it cannot be seen, and a rush
is told by what is refused of a process that is busy.
"""

import asyncio
from time import monotonic, process_time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType

RETRY_AFTER_S: Final = 1
RUSH_S: Final = 1.0
"""For how long a rush is watched before it may be over."""
RUSH_AFTER_S: Final = 0.2
"""All places taken again after this: a burst has been worked off by then."""
RUSH_WAITING: Final = 2
"""Requests that may wait to begin while there is one; searches are worked on one at a time."""
RUSH_REFUSED: Final = 0.25
"""It goes on while more than this share is refused: at 70 % of what a process can do it is a tenth."""
RUSH_BUSY: Final = 0.3
"""And while the process works for more than this share of the time: of those who come together, as they do who were
told to come back in a second, many are refused by a process that has hardly anything to do."""
NEVER: Final = float("-inf")


class Rush:
    """More than can be answered: from a request that found all places taken again, to a second in which few are
    refused or the process is not busy."""

    def __init__(self) -> None:
        self._full_at = NEVER
        self._until = NEVER
        self._came = 0
        self._refused = 0
        self._worked = 0.0
        """Seconds of the processor's time when the watch began."""

    def allows(self, waiting: int, full: bool) -> bool:
        """Whether a request may join the `waiting` ones; `full`: all places are taken."""
        now = monotonic()
        if NEVER < self._until <= now:
            self._begin(now + RUSH_S if self._lasts(now) else NEVER)
        if full and self._until == NEVER and self._full_again(now):
            self._begin(now + RUSH_S)
        refused = full or (waiting >= RUSH_WAITING and self._until != NEVER)
        self._came += 1
        self._refused += refused
        return not refused

    def _full_again(self, now: float) -> bool:
        since = now - self._full_at
        if since > RUSH_AFTER_S + RUSH_S:
            self._full_at = now
        return RUSH_AFTER_S <= since <= RUSH_AFTER_S + RUSH_S

    def _lasts(self, now: float) -> bool:
        watched = now - self._until + RUSH_S
        return (
            watched < 2 * RUSH_S
            and self._refused > RUSH_REFUSED * self._came
            and process_time() - self._worked > RUSH_BUSY * watched
        )

    def _begin(self, until: float) -> None:
        self._until, self._came, self._refused, self._worked = until, 0, 0, process_time()


class InFlight:
    """ASGI middleware: at most `limit` requests under way or waiting in this process; health checks do not count.

    A request is counted before any of those that came with it is worked on, so a burst is cut where it should be. In a
    rush only those that wait to begin are fewer: long uploads that are under way keep nobody out who finds a place.
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
        place = _Place(self)
        try:
            await self._begin()
            await self.app(scope, receive, place.until_answered(send))
        finally:
            place.leave()

    async def _begin(self) -> None:
        """Those that came in the same instant are counted before the first is answered."""
        self.waiting += 1
        try:
            await asyncio.sleep(0)
        finally:
            self.waiting -= 1


class _Place:
    """One request's place. It is free once the answer is whole: who has it may ask again before all that was called on
    the way has returned, turns of the event loop later. Work that is done after an answer takes none."""

    def __init__(self, of: InFlight) -> None:
        self._of: InFlight | None = of
        of.under_way += 1

    def leave(self) -> None:
        if self._of is not None:
            self._of.under_way -= 1
            self._of = None

    def until_answered(self, send: Send) -> Send:
        async def watched(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                self.leave()

        return watched
