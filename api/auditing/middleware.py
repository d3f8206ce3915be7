"""Each call leaves a line, whatever route answers it and however it ends."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auditing.call import Call
from api.auditing.log import AuditLog
from api.auditing.operations import NOT_AUDITED
from api.problems import ApiProblem, ProblemType
from features.store import along

CLIENT_LEFT: Final = 499
"""Status of a call whose sender left before the answer."""
RETRY_AFTER_S: Final = 5


class Audited:
    """ASGI middleware, the outermost: what the others refuse leaves a line too."""

    def __init__(self, app: ASGIApp, log: AuditLog) -> None:
        self.app = app
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NOT_AUDITED):
            await self.app(scope, receive, send)
            return
        if not self.log.take_place() and not await self.log.wait_for_place():
            busy = ApiProblem(ProblemType.BUSY, "Le journal d'audit ne peut rien noter pour l'instant.").response()
            busy.headers["Retry-After"] = str(RETRY_AFTER_S)
            await busy(scope, receive, send)
            return
        call = Call(scope, self.log)
        token = along.set(call)

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.end(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            call.end(500)
            raise
        finally:
            call.end(CLIENT_LEFT)
            along.reset(token)
