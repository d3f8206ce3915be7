"""No more requests are taken on than can be answered soon: the others are told at once to come back."""

import asyncio

from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType

RETRY_AFTER_S = 1


class InFlight:
    """ASGI middleware: at most `limit` requests under way or waiting in this process; health checks do not count.

    A request is counted before any of those that came with it is worked on, so a burst is cut where it should be.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self.app(scope, receive, send)
            return
        if self.under_way >= self.limit:
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            busy = ApiProblem(ProblemType.BUSY, f"{self.limit} requêtes sont déjà en cours.", headers=headers)
            await tell(busy, scope, receive, send)
            return
        self.under_way += 1
        try:
            await asyncio.sleep(0)  # those that came in the same instant are counted before the first is answered
            await self.app(scope, receive, send)
        finally:
            self.under_way -= 1
