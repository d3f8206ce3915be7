"""A bare ASGI exchange, for what stands before the routes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass
class Told:
    """What one request was answered."""

    messages: list[Message] = field(default_factory=list)

    async def send(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        status: int = self.messages[0]["status"]
        return status

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.messages[1:])

    @property
    def problem(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.body)
        return found


def scope_of(method: str = "GET", path: str = "/v1/offres", query: bytes = b"", **headers: str) -> Scope:
    """A request's scope; `Content_Type="…"` is the header Content-Type."""
    given = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"host", b"testserver"), *given],
        "client": ("203.0.113.7", 4000),
        "scheme": "http",
        "state": {},
    }


async def exchange(app: ASGIApp, scope: Scope, receive: Receive | None = None) -> Told:
    told = Told()

    await app(scope, receive or silent, told.send)
    return told


async def silent() -> Message:
    """What a request without a body says."""
    return {"type": "http.request", "body": b"", "more_body": False}


def ask(app: ASGIApp, scope: Scope, receive: Receive | None = None) -> Told:
    return asyncio.run(exchange(app, scope, receive))


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads its body and answers 200."""
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})
