"""Security headers, on every answer: an API runs nothing, frames nothing and is framed by nobody.

(OWASP, *HTTP Headers Cheat Sheet*; a page that needs more says so itself, and its word stands.)
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
HSTS: Final = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
"""Two years; only where the service is reached over TLS."""


class SecurityHeaders:
    """ASGI middleware: what an answer does not say itself is added."""

    def __init__(self, app: ASGIApp, behind_tls: bool) -> None:
        self.app = app
        self._added = {**ALWAYS, **HSTS} if behind_tls else ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._added.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, completed)
