"""The rule of an endpoint: which scope it asks for, and what of its address each role reaches.

A rule is written above the endpoint, with `@allowed(...)`, and nowhere else: the gate enforces it, OpenAPI tells it
(`security`, `x-acces`), and the matrix of tests is made from it. An endpoint without a rule keeps the service from
starting. What a request says in its body is checked where the body is read (`api.security.owners`).
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute

from api.security.actor import Actor, Role
from api.security.scopes import Scope

if TYPE_CHECKING:
    from api.service import Service

Covers = Callable[[Actor, Mapping[str, str], "Service"], Awaitable[bool]]
"""(who asks, the parameters of the path, the service) -> whether what the address names is theirs to reach."""

ATTRIBUTE: Final = "__access_rule__"


@dataclass(frozen=True, eq=False)
class Reach:
    """What of an address a role reaches. Where it does not, the answer is that of an address that does not exist."""

    words: str
    """In French, for who reads the API page: "son propre profil"."""
    covers: Covers


@dataclass(frozen=True)
class Rule:
    """Who may call an endpoint."""

    scope: Scope | None
    """None: anybody, without signing in."""
    reaches: Mapping[Role, Reach] = field(default_factory=lambda: MappingProxyType({}))
    """The roles that may, and how far; another role is told 403."""


PUBLIC: Final = Rule(None)
"""Open to all: public data, or an address that is itself the secret."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def allowed(rule: Rule) -> Callable[[Endpoint], Endpoint]:
    """Declares the rule of an endpoint; the innermost decorator, below the one of its route."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, ATTRIBUTE, rule)
        return endpoint

    return mark


def endpoints_of(routers: Iterable[APIRouter]) -> Iterator[APIRoute]:
    """The endpoints of some routers. An application keeps its routers as they are: its own list does not have these."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route


def rule_of(route: Any) -> Rule | None:
    """The rule that a route's endpoint declares, or None."""
    found: Rule | None = getattr(route.endpoint, ATTRIBUTE, None)
    return found
