"""The gate: who sends a request, and whether the rule of the endpoint lets them through.

Without credentials, or with wrong ones: 401. A role or a scope that the endpoint is not for: 403. An address that names
what is somebody else's: 404, in the words of an address that does not exist.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request

from api.problems import ApiProblem, ProblemType
from api.security import bearer, demo, session
from api.security.actor import Actor
from api.security.credentials import CHALLENGE
from api.security.owners import not_theirs
from api.security.rules import Rule, endpoints_of, rule_of
from api.service import Service, ServiceOf

Identifier = Callable[[Request, Service], Awaitable[Actor | None]]
"""None: the request shows no credential of this kind. Raises ApiProblem (401) for one that is wrong."""

IDENTIFIERS: Final[tuple[Identifier, ...]] = (demo.identify, bearer.identify, session.identify)
"""In the order in which they are tried."""


async def admit(request: Request, service: ServiceOf) -> None:
    """Let a request through or raise ApiProblem; who sends it is `request.state.actor`, None on a public endpoint that
    nobody signed in to call."""
    rule = rule_of(request.scope["route"])
    request.state.actor = None
    if rule is None or rule.scope is None:  # `check_rules` leaves no endpoint without
        return
    actor = await _actor_of(request, service)
    request.state.actor = actor
    await check(rule, actor, request, service)


def check_rules(routers: Iterable[APIRouter]) -> None:
    """Raises RuntimeError unless every endpoint declares its rule."""
    without = [route.path for route in endpoints_of(routers) if rule_of(route) is None]
    if without:
        raise RuntimeError(f"no rule of access on {', '.join(without)}: write @allowed(...) above the endpoint")


async def check(rule: Rule, actor: Actor, request: Request, service: Service) -> None:
    """Raises ApiProblem where `rule` does not let `actor` through."""
    reach = rule.reaches.get(actor.role)
    if reach is None or rule.scope not in actor.scopes:
        raise ApiProblem(
            ProblemType.FORBIDDEN,
            f"Cette adresse demande le droit « {rule.scope} », que votre compte n'a pas."
            if rule.scope not in actor.scopes
            else f"Cette adresse n'est pas ouverte aux comptes « {actor.role} ».",
        )
    if not await reach.covers(actor, request.path_params, service):
        raise not_theirs(next(iter(request.path_params.values()), ""))


async def identified(request: Request, service: Service) -> Actor | None:
    """Who sends a request, None where it shows no credentials. Raises ApiProblem (401) for wrong ones."""
    for identify in IDENTIFIERS:
        actor = await identify(request, service)
        if actor is not None:
            return actor
    return None


async def _actor_of(request: Request, service: Service) -> Actor:
    actor = await identified(request, service)
    if actor is not None:
        return actor
    raise ApiProblem(
        ProblemType.UNAUTHENTICATED,
        "Cette adresse demande de se connecter : un jeton dans l'en-tête `Authorization: Bearer …`.",
        headers=CHALLENGE,
    )


async def _of(request: Request) -> Actor:
    actor: Actor = request.state.actor
    return actor


ActorOf = Annotated[Actor, Depends(_of)]
"""An endpoint's way to who asks: `async def endpoint(actor: ActorOf)`; of endpoints that are not public."""
