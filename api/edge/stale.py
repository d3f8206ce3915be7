"""A node that may have missed a write says so instead of answering: another one has the news.

A refusal is 503 with `Retry-After`. A proxy that has other nodes says where it wants to be sent instead, in
`Vivier-Sinon`, and gets it back as `X-Accel-Redirect` (nginx; deploy/nginx.conf): so a POST is passed on too, for
nothing of it was done. Where every node refuses, a request with `Cache-Control: max-stale` (RFC 9111) is answered from
memory, with `Age`.
"""

import math
from collections.abc import Callable
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType

RETRY_AFTER_S: Final = 1
OTHERWISE: Final = "Vivier-Sinon"
STATE: Final = "Vivier-Etat"


class RefusedWhenStale:
    """ASGI middleware: requests that come when what is known may be older than `limit_s` are refused, but for
    health checks. Answers tell what they were made from (`state`)."""

    def __init__(self, app: ASGIApp, limit_s: float, age_s: Callable[[], float], state: Callable[[], str]) -> None:
        self.app = app
        self._limit_s, self._age_s, self._state = limit_s, age_s, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self.app(scope, receive, send)
            return
        headers, age_s = Headers(scope=scope), self._age_s()
        stale = age_s > self._limit_s
        if stale and not _takes_stale(headers.get("cache-control", ""), age_s):
            await tell(_refusal(age_s, headers.get(OTHERWISE)), scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered[STATE] = self._state()
                if stale:
                    answered["Age"] = str(round(age_s))
            await send(message)

        await self.app(scope, receive, told)


def _refusal(age_s: float, otherwise: str | None) -> ApiProblem:
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    if otherwise:
        headers["X-Accel-Redirect"] = otherwise
    if math.isinf(age_s):
        told = "Ce nœud vient de démarrer et n'a pas encore lu le journal des changements."
        return ApiProblem(ProblemType.STALE, told, headers=headers)
    since = "une seconde" if age_s < 2 else f"{round(age_s)} secondes"
    told = f"Ce nœud ne sait pas ce qui a été écrit depuis {since} : sa réponse pourrait être périmée."
    return ApiProblem(ProblemType.STALE, told, headers=headers)


def _takes_stale(cache_control: str, age_s: float) -> bool:
    """Whether a request says that it takes an answer of that age."""
    for directive in cache_control.split(","):
        name, _, value = directive.strip().partition("=")
        if name.lower() == "max-stale":
            return not value or (value.isdecimal() and age_s <= int(value))
    return False
