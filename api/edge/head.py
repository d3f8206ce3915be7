"""HEAD, answered as GET is, without the body (RFC 9110, 9.3.2)."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOUND: Final = ("route", "endpoint", "path_params")
"""What the router found: those before this tell it of HEAD as of GET."""


class HeadAsGet:
    """Wraps the application: each address that answers GET answers HEAD with the same status and headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        as_get = {**scope, "method": "GET"}

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope.update({name: as_get[name] for name in FOUND if name in as_get})
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app(as_get, receive, without_body)
