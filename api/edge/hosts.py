"""The names that this service answers to: a page elsewhere cannot make a browser reach it under a name of its own.

(DNS rebinding: OWASP, *Host Header Injection*; RFC 9110, 7.4 has the status 421.)
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType
from api.settings import Settings

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
_ANY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - compared, not listened on


def names_of(settings: Settings) -> frozenset[str]:
    """The names that requests may call the service by, in lower case; `*` stands for any."""
    if settings.allowed_hosts is not None:
        return frozenset(listed(settings.allowed_hosts.lower()))
    public = urlsplit(settings.public_url).hostname or ""
    own = () if settings.host in _ANY_ADDRESS else (settings.host.lower(),)
    return frozenset([*LOOPBACK, *own, public])


def listed(text: str) -> list[str]:
    """What a setting lists between commas."""
    return [each.strip() for each in text.split(",") if each.strip()]


class KnownHosts:
    """ASGI middleware: 421 for a request that calls the service by another name. Health checks come by address."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        self.app = app
        self._names = frozenset(names)
        self._under = tuple([name[1:] for name in self._names if name.startswith("*.")])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health/") or self._knows(scope):
            await self.app(scope, receive, send)
            return
        problem = ApiProblem(ProblemType.HOST, "Ce service ne répond pas sous le nom d'hôte de la requête.")
        await tell(problem, scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        if "*" in self._names:
            return True
        given = Headers(scope=scope).getlist("host")
        if len(given) != 1:
            return False
        match = _HOST.fullmatch(given[0].lower())
        if match is None:
            return False
        name = match[1].strip("[]")
        return name in self._names or (bool(self._under) and name.endswith(self._under))
