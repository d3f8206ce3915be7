"""Each call leaves a line, whatever route answers it and however it ends."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auditing.call import Call
from api.auditing.log import AuditLog
from api.auditing.operations import NOT_AUDITED
from api.edge.observed import LEFT
from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType
from features.store import along

RETRY_AFTER_S: Final = 5


class Audited:
    """ASGI middleware, around all that refuses: what is refused leaves a line too."""

    def __init__(self, app: ASGIApp, log: AuditLog) -> None:
        self.app = app
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(NOT_AUDITED):
            await self.app(scope, receive, send)
            return
        if not self.log.take_place() and not await self.log.wait_for_place():
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            told = "Le journal d'audit ne peut rien noter pour l'instant."
            await tell(ApiProblem(ProblemType.BUSY, told, headers=headers), scope, receive, send)
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
            call.end(LEFT)
            along.reset(token)
