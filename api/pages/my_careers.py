"""Occupations that could be a jobseeker's, and what separates them from one."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.career_shapes import metiers_possibles
from api.gap_shapes import ecarts
from api.pages.filters import Asked, asked_of, described, in_words, pages_of
from api.pages.my_trainings import shown_session
from api.pages.rules import jobseekers
from api.pages.shell import html
from api.pages.space import own_profile
from api.security.gate import ActorOf
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from matching.answer import Answer, Window
from matching.careers import PARAMETERS, careers
from matching.gap import State, gap
from matching.trainings import sessions_for_profile

router = APIRouter(prefix="/espace", include_in_schema=False)

STATES: Final = {
    State.MISSING: "Ce qui vous manque",
    State.CLOSE: "Ce dont vous êtes proche",
    State.PRACTISED: "Ce que vous avez pratiqué",
    State.DECLARED: "Ce que vous avez déclaré",
}
MOST_SKILLS: Final = 12
SESSIONS: Final = 5
NAMES: Final = {
    "exigee": "exigé",
    "souhaitee": "souhaité",
    "frequente": "souvent demandé",
}


@router.get("/metiers", response_class=Response, openapi_extra=described(PARAMETERS))
@allowed(jobseekers(Scope.PROFILES_READ))
async def possible(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    me = own_profile(request, actor)
    asked: Asked = asked_of(request)
    found = careers(service.engine, me, asked.parameters, asked.window)
    told = metiers_possibles(found, service.engine.lookups, tuple(asked.parameters))
    only_new = asked.parameters.get("nouveaux") == "true"
    return html(
        request,
        service,
        actor,
        "careers.html.j2",
        careers=told.resultats,
        total=found.total,
        notice=in_words(told.avis),
        pages=pages_of(Answer(found.shown, found.total), asked),  # type: ignore[arg-type]
        only_new=only_new,
        first=asked.window.first,
    )


@router.get("/metiers/ecart", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_READ))
async def before(
    request: Request,
    service: ServiceOf,
    actor: ActorOf,
    code: Annotated[str | None, Query(alias="metier", max_length=10)] = None,
) -> Response:
    me = own_profile(request, actor)
    engine = service.engine
    told = ecarts(gap(engine, me, code or None), engine.lookups)
    target = told.cible.codeROME
    answer = None
    if target is not None:
        of_target = {"codeROME": target}
        answer = await service.searches.ask(sessions_for_profile, engine, me, of_target, Window(0, SESSIONS - 1))
    skills = [
        (title, [each for each in told.competences if each.etat == state.value]) for state, title in STATES.items()
    ]
    return html(
        request,
        service,
        actor,
        "gap.html.j2",
        told=told,
        skills=[(title, found[:MOST_SKILLS], len(found) - MOST_SKILLS) for title, found in skills if found],
        asking=NAMES,
        sessions=[]
        if answer is None
        else [shown_session(engine, match, place) for place, match in enumerate(answer.matches, 1)],
    )
