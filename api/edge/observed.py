"""Every request leaves a line in the log, a count, a span; none of them holds anything that was sent."""

import time
from typing import Final

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge import logs, metrics, trace
from api.edge.telling import tell
from api.errors import unexpected

NO_ROUTE: Final = "(none)"
LEFT: Final = 499
"""Nobody waited for the answer any more (as nginx counts it)."""

_log = logs.logger("vivier.request")


class Observed:
    """ASGI middleware. An error that nobody expected ends here: its answer names an incident, the log its frames."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, since = trace.begin(scope), time.perf_counter()
        scope.setdefault("state", {})["trace_id"] = begun.trace_id  # the audit log's lines say the same
        status = LEFT

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["Traceparent"] = begun.header
            await send(message)

        metrics.UNDER_WAY.inc()
        try:
            with structlog.contextvars.bound_contextvars(trace_id=begun.trace_id, span_id=begun.span_id):
                try:
                    await self.app(scope, receive, watched)
                except Exception as error:
                    problem = unexpected(error)
                    if status == LEFT:
                        await tell(problem, scope, receive, watched)
                finally:
                    self._note(scope, begun, status, time.perf_counter() - since)
        finally:
            metrics.UNDER_WAY.dec()

    @staticmethod
    def _note(scope: Scope, begun: trace.Trace, status: int, seconds: float) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in metrics.METHODS else "other"
        actor = scope.get("state", {}).get("actor")
        role = None if actor is None else str(actor.role)
        metrics.note(method, route, status, seconds)
        trace.end(begun, method, route, status, role)
        fields = {"method": method, "route": route, "status": status, "duration_ms": round(seconds * 1000, 2)}
        if actor is not None:
            fields |= {"actor": actor.id, "role": role}
        say = _log.error if status >= 500 else _log.debug if route.startswith("/health/") else _log.info
        say("request", **fields)


def route_of(scope: Scope) -> str:
    """The route that took a request, as it is written (`/v1/profils/{id}`)."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) and path else NO_ROUTE
