"""The front page: what the service is, in one screen, and the doors in."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request, Response

from api.pages.forms import fields_of
from api.pages.personas import Persona, personas
from api.pages.shell import MENUS, home_of, html
from api.problems import ApiProblem
from api.routes.sign_in import ENTER
from api.security import csrf
from api.security.actor import Actor, Role
from api.security.demo import COOKIE, demo_actor
from api.security.gate import identified
from api.security.owners import not_theirs
from api.security.rules import PUBLIC, allowed
from api.service import Service, ServiceOf
from matching.schema import Collection

router = APIRouter(include_in_schema=False)

DAY_S: Final = 24 * 3600
_IN_A_COOKIE: Final = re.compile(r"[!#-+\--:<-\[\]-~]+")
"""What the value of a cookie is made of (RFC 6265, 4.1.1): it is kept as it is, and comes back so."""


@dataclass(frozen=True)
class Door:
    """What a reader comes for."""

    role: Role
    title: str
    text: str
    personas: tuple[Persona, ...] = ()


_DOORS: Final = (
    Door(
        Role.JOBSEEKER,
        "Je cherche un emploi",
        "Les offres et les formations faites pour vous, avec leurs raisons. Dites ce qui ne va pas : la liste change "
        "aussitôt.",
    ),
    Door(
        Role.EMPLOYER,
        "Je recrute",
        "Décrivez votre besoin en une phrase. Vous voyez qui correspond, et ce qui, dans la demande, éloigne des "
        "personnes.",
    ),
    Door(
        Role.COUNSELLOR,
        "J'accompagne",
        "Les entreprises qui devraient embaucher les personnes que vous suivez, qui y présenter, et le carnet des "
        "échanges.",
    ),
    Door(
        Role.PILOT,
        "Je pilote",
        "Où les recrutements sont difficiles, ce que les listes montrent et à qui, et ce que vaut chaque modèle, en "
        "chiffres qui ne disent rien de personne.",
    ),
)


@router.get("/", response_class=Response)
@allowed(PUBLIC)
async def front(request: Request, service: ServiceOf) -> Response:
    demo = service.settings.demo_identities
    actor = await who(request, service)
    people = await service.searches.beside(personas, service) if demo else ()
    doors = [
        Door(door.role, door.title, door.text, tuple(each for each in people if each.role is door.role))
        for door in _DOORS
        if door.role in MENUS
    ]
    return html(
        request,
        service,
        actor,
        "front.html.j2",
        numbers=_numbers(service),
        doors=doors,
        demo=demo,
        sign_in=ENTER if service.doors.parties else None,
        home_of_actor=None if actor is None else home_of(actor.role),
    )


@router.post("/demonstration", response_class=Response)
@allowed(PUBLIC)
async def be_somebody(request: Request, service: ServiceOf) -> Response:
    if not service.settings.demo_identities:
        raise not_theirs("demonstration")
    csrf.check_site(request, str(request.base_url))
    form = await fields_of(request)
    actor = demo_actor(form["identite"])
    if _IN_A_COOKIE.fullmatch(actor.id) is None:
        raise not_theirs(actor.id)
    answer = Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": home_of(actor.role)})
    answer.set_cookie(COOKIE, actor.id, max_age=DAY_S, httponly=True, samesite="lax", path="/")
    return answer


@router.post("/demonstration/quitter", response_class=Response)
@allowed(PUBLIC)
async def be_nobody(request: Request) -> Response:
    csrf.check_site(request, str(request.base_url))
    answer = Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer


async def who(request: Request, service: Service) -> Actor | None:
    """Who is signed in; a public page is there for wrong credentials too."""
    try:
        return await identified(request, service)
    except ApiProblem:
        return None


def _numbers(service: Service) -> list[tuple[int, str]]:
    """How many of each the loaded world has, live."""
    counts = {each: service.engine.catalogue(each).n_records for each in Collection}
    return [
        (counts[Collection.OFFERS], "offres d'emploi"),
        (counts[Collection.SESSIONS], "sessions de formation"),
        (counts[Collection.PROFILES], "profils"),
        (counts[Collection.ESTABLISHMENTS], "établissements"),
    ]
