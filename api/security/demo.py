"""Identities of a demonstration: `Authorization: Bearer demo:<role>:<whose>`, or the same in a cookie that the front
page sets, on loopback and nowhere else.

Anybody who reaches the service may take any of them: the setting that turns them on refuses to start on an address
that other machines reach.
"""

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from fastapi import Request

from api.problems import ApiProblem, ProblemType
from api.security import csrf
from api.security.actor import Actor, Role
from api.security.credentials import CHALLENGE, bearer_of
from api.security.scopes_of_roles import SCOPES_OF_ROLES

if TYPE_CHECKING:
    from api.service import Service

PREFIX: Final = "demo:"
COOKIE: Final = "vivier_demonstration"
TEAM: Final = "+"
WHOSE: Final = {
    Role.JOBSEEKER: "l'identifiant d'un profil",
    Role.EMPLOYER: "un SIRET",
    Role.COUNSELLOR: "l'identifiant d'un conseiller, puis ceux de son équipe, séparés par « + »",
    Role.PARTNER: "le nom d'un flux",
}
"""The roles that speak for somebody, and what names whom."""


async def identify(request: Request, service: "Service") -> Actor | None:
    """The demonstration's identity that a request takes, or None. Raises ApiProblem (401) for one that is none."""
    token = bearer_of(request)
    if token is None:
        return await _of_cookie(request, service)
    if not token.startswith(PREFIX):
        return None
    if not service.settings.demo_identities:
        raise ApiProblem(
            ProblemType.UNAUTHENTICATED,
            "Les identités de démonstration ne servent qu'en démonstration (VIVIER_DEMO_IDENTITIES).",
            headers=CHALLENGE,
        )
    return demo_actor(token)


async def _of_cookie(request: Request, service: "Service") -> Actor | None:
    """The identity that was chosen on the front page; outside of a demonstration the cookie says nothing."""
    token = request.cookies.get(COOKIE, "")
    if not token.startswith(PREFIX) or not service.settings.demo_identities:
        return None
    await csrf.check(request, form_token(token, service), str(request.base_url))
    return demo_actor(token)


def form_token(token: str, service: "Service") -> str:
    """What the forms that a demonstration's identity is shown carry (`api.security.csrf`)."""
    key = service.house.signer.key_for("formulaires de démonstration")
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()[:32]


def demo_actor(token: str) -> Actor:
    """The identity that a demonstration's token names. Raises ApiProblem (401)."""
    name, _, whose = token.removeprefix(PREFIX).partition(":")
    role = next((each for each in Role if each.value == name), None)
    if role is None or (role in WHOSE) is not bool(whose):
        forms = ", ".join(f"demo:{each.value}" + (":…" if each in WHOSE else "") for each in Role)
        raise ApiProblem(
            ProblemType.UNAUTHENTICATED,
            f"Identité de démonstration inconnue ; sont admises : {forms}.",
            headers=CHALLENGE,
        )
    own, *mates = whose.split(TEAM) if role is Role.COUNSELLOR else [whose]
    return Actor(
        id=token,
        role=role,
        scopes=SCOPES_OF_ROLES[role],
        profile_id=whose if role is Role.JOBSEEKER else None,
        siret=whose if role is Role.EMPLOYER else None,
        counsellor_id=own if role is Role.COUNSELLOR else None,
        team_ids=frozenset(filter(None, {own, *mates})) if role is Role.COUNSELLOR else frozenset(),
        feed=whose if role is Role.PARTNER else None,
        demo=True,
    )
