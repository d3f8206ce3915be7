"""What any reader may open: how accessible the pages are, and where they all are."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response

from api.pages.front import who
from api.pages.shell import MENUS, NAMES, Place, html
from api.security.rules import PUBLIC, allowed
from api.service import ServiceOf

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Failure:
    """A criterion that is not met: what a reader meets, and what to do meanwhile."""

    criterion: str
    text: str


MET: Final = 70
"""Criteria of the RGAA that are met, of those that apply (`docs/accessibility.md`, which a test compares)."""
FAILURES: Final = (
    Failure(
        "11.12",
        "Accepter ou refuser la demande d'un employeur est définitif dès le bouton pressé. La page le dit avant ; "
        "relisez la demande avant de répondre.",
    ),
    Failure(
        "13.1",
        "La session se ferme après une demi-heure sans rien faire, sans prévenir : un long texte peut être perdu. "
        "Préparez-le ailleurs, puis collez-le.",
    ),
)


@router.get("/accessibilite", response_class=Response)
@allowed(PUBLIC)
async def accessibility(request: Request, service: ServiceOf) -> Response:
    actor = await who(request, service)
    applicable = MET + len(FAILURES)
    return html(
        request,
        service,
        actor,
        "accessibility.html.j2",
        met=MET,
        applicable=applicable,
        share=int(100 * MET / applicable),
        failures=FAILURES,
    )


@router.get("/plan-du-site", response_class=Response)
@allowed(PUBLIC)
async def site_map(request: Request, service: ServiceOf) -> Response:
    actor = await who(request, service)
    spaces: dict[tuple[Place, ...], str] = {}
    for role, places in MENUS.items():
        if actor is None or actor.role is role:
            spaces.setdefault(places, f"Espace : {NAMES[role]}" if actor is None else "Mon espace")
    return html(request, service, actor, "site_map.html.j2", spaces=spaces)
