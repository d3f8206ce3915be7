"""No body is read beyond its limit: neither one that announces its length, nor one that comes in chunks."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType

BULK_SUFFIX = "/lot"


class BodyLimit:
    """ASGI middleware: `bulk` bytes for the bulk writes, `single` bytes for all else."""

    def __init__(self, app: ASGIApp, single: int, bulk: int) -> None:
        self.app = app
        self.single = single
        self.bulk = bulk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_bulk = scope["method"] == "POST" and scope["path"].endswith(BULK_SUFFIX)
        limit = self.bulk if is_bulk else self.single
        too_large = ApiProblem(ProblemType.TOO_LARGE, f"Le corps de la requête dépasse {limit} octets.")
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > limit:
            await tell(too_large, scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise too_large
            return message

        await self.app(scope, counted, send)
