"""How often somebody may ask: each account, and each address for what comes without one.

`Rates` counts (sliding window, the library `limits`); `metered` is met by every endpoint after the gate, so that who
signs in is not held to what others do from the same address; `Metered` counts what never got that far: refused tokens,
addresses that do not exist. (`RateLimit` and `RateLimit-Policy`: draft-ietf-httpapi-ratelimit-headers.)
"""

import ipaddress
import logging
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType
from api.security.actor import Actor, Role
from api.settings import Settings, SettingsError

UNLIMITED: Final = "none"
MACHINES: Final = frozenset({Role.SERVICE, Role.PARTNER})
ACCOUNT, MACHINE, ADDRESS = "compte", "machine", "adresse"
UNCOUNTED: Final = ("/health/", "/static/", "/docs/static/")
"""How the addresses begin that cost nothing: files in memory, of which a page asks several."""
_IPV6_HOME: Final = 64
"""Bits of an IPv6 address that one subscriber keeps; the rest is theirs to change."""
_REDIS_S: Final = 0.25
"""A request waits no longer for the counters; then this worker counts for itself."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Verdict:
    """How a sender stands after a request."""

    policy: str
    limit: int
    window_s: int
    remaining: int
    reset_s: int
    allowed: bool

    @property
    def headers(self) -> dict[str, str]:
        told = {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={self.window_s}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.reset_s}',
        }
        return told if self.allowed else {**told, "Retry-After": str(self.reset_s)}

    def problem(self) -> ApiProblem:
        every = {1: "seconde", 60: "minute", 3600: "heure"}[self.window_s]
        whose = {ADDRESS: "sans compte depuis votre adresse"}.get(self.policy, "de votre compte")
        told = f"Au plus {self.limit} requêtes par {every} {whose} ; recommencez dans {self.reset_s} s."
        return ApiProblem(ProblemType.RATE, told, headers=self.headers)


class Rates:
    """Counts requests by policy and sender. `storage` holds the counts; while it fails, this process does."""

    def __init__(self, limits: Mapping[str, RateLimitItem], storage: Storage | None = None) -> None:
        self._limits = limits
        own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._limiters = [own] if storage is None else [SlidingWindowCounterRateLimiter(storage), own]
        self._warned_at = -math.inf

    @classmethod
    def of(cls, settings: Settings) -> "Rates":
        """The counters that `settings` ask for. Raises SettingsError where their store cannot be used."""
        texts = {
            ACCOUNT: settings.rate_limit,
            MACHINE: settings.rate_limit_machines,
            ADDRESS: settings.rate_limit_address,
        }
        return cls({policy: parse(text) for policy, text in texts.items() if text != UNLIMITED}, _storage(settings))

    async def hit(self, policy: str, sender: str) -> Verdict | None:
        """Count one request; None where nothing limits it."""
        item = self._limits.get(policy)
        if item is None:
            return None
        for limiter in self._limiters:
            try:
                allowed = await limiter.hit(item, policy, sender)
                stats = await limiter.get_window_stats(item, policy, sender)
            except StorageError:
                self._warn()
                continue
            reset_s = max(1, math.ceil(stats.reset_time - time.time()))
            return Verdict(policy, item.amount, item.get_expiry(), stats.remaining, reset_s, allowed)
        return None

    def _warn(self) -> None:
        if time.monotonic() - self._warned_at > 60:
            self._warned_at = time.monotonic()
            log.warning("the store of rate limits does not answer: this worker counts for itself")


def _storage(settings: Settings) -> Storage | None:
    if settings.rate_limit_storage == "memory://":
        return None
    options: dict[str, Any] = {"socket_timeout": _REDIS_S, "socket_connect_timeout": _REDIS_S}
    url = f"async+{settings.rate_limit_storage}"
    try:
        storage = storage_from_string(url, wrap_exceptions=True, implementation="redispy", **options)
    except ConfigurationError:
        raise SettingsError("VIVIER_RATE_LIMIT_STORAGE needs pip install 'vivier[redis]'") from None
    assert isinstance(storage, Storage)  # noqa: S101 - what `async+` gives
    return storage


async def metered(request: Request) -> None:
    """Count a request that the gate let through. Raises ApiProblem (429)."""
    if request.scope["path"].startswith(UNCOUNTED):
        return
    actor: Actor | None = request.state.actor
    verdict = await _counted(request.app.state.rates, request.scope, actor)
    request.state.verdict = verdict
    if verdict is not None and not verdict.allowed:
        raise verdict.problem()


async def _counted(rates: Rates, scope: Scope, actor: Actor | None) -> Verdict | None:
    if actor is None:
        return await rates.hit(ADDRESS, address_of(scope))
    return await rates.hit(MACHINE if actor.role in MACHINES else ACCOUNT, actor.id)


def address_of(scope: Scope) -> str:
    """The address that a request comes from; of IPv6 the part that its subscriber does not choose."""
    client = scope.get("client")
    if client is None:
        return ""
    try:
        address = ipaddress.ip_address(client[0].split("%")[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _IPV6_HOME), strict=False).network_address)


class Metered:
    """ASGI middleware: counts against the address what no endpoint counted, and tells every sender how they stand."""

    def __init__(self, app: ASGIApp, rates: Rates) -> None:
        self.app = app
        self.rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(UNCOUNTED):
            await self.app(scope, receive, send)
            return
        refused = False

        async def told(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start":
                state = scope.setdefault("state", {})
                counted = "verdict" in state
                verdict = state["verdict"] if counted else await self.rates.hit(ADDRESS, address_of(scope))
                if not counted and verdict is not None and not verdict.allowed:
                    refused = True
                    await tell(verdict.problem(), scope, receive, send)
                elif verdict is not None:
                    MutableHeaders(scope=message).update(verdict.headers)
            if not refused:
                await send(message)

        await self.app(scope, receive, told)
