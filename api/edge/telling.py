"""A refusal from before the routes, in the form that routes give theirs: a problem to machines, a page to people."""

import logging

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.problems import ApiProblem

log = logging.getLogger(__name__)


async def tell(problem: ApiProblem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with `problem`, its headers included; as problem+json where a page cannot be made."""
    response = problem.response()
    handler = getattr(scope.get("app"), "exception_handlers", {}).get(ApiProblem)
    if handler is not None:
        try:
            response = await handler(Request(scope, receive), problem)
        except Exception:
            log.exception("a refusal could not be made into a page")
    await response(scope, receive, send)
