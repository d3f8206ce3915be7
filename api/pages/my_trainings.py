"""A jobseeker's trainings: the sessions that open most doors, with their reasons."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.pages import gestures
from api.pages.filters import asked_of, chips_of, described, facets_shown, in_words, pages_of
from api.pages.gestures import Gesture
from api.pages.offer_cards import place_of
from api.pages.rules import jobseekers
from api.pages.shell import day, html
from api.pages.space import own_profile
from api.pages.told import Told, told_of
from api.routes.recommendations import unread
from api.security.gate import ActorOf
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from features.records import Attendance
from matching.answer import Match
from matching.engine import Engine
from matching.errors import NotFound
from matching.explain.wording import euros, kilometres
from matching.facets import FUNDING_LABELS
from matching.filters.registry import parameters_for
from matching.rows.session import SessionCard
from matching.schema import Collection
from matching.trainings import sessions_for_profile
from models.ranked import Ranked

router = APIRouter(prefix="/espace", include_in_schema=False)


@dataclass(frozen=True)
class ShownSession:
    """One card."""

    id: str
    number: int
    title: str
    facts: str
    money: str
    told: Told


@router.get("/formations", response_class=Response, openapi_extra=described(parameters_for(Collection.SESSIONS)))
@allowed(jobseekers(Scope.PROFILES_READ))
async def listing(request: Request, service: ServiceOf, actor: ActorOf, done: Gesture = None) -> Response:
    me = own_profile(request, actor)
    asked = asked_of(request, besides=(gestures.GESTURE,))
    try:
        answer = await service.searches.ask(sessions_for_profile, service.engine, me, asked.parameters, asked.window)
    except NotFound as missing:
        answer = await run_in_threadpool(unread, service, me, Collection.SESSIONS, asked.parameters, missing)
    return html(
        request,
        service,
        actor,
        "trainings.html.j2",
        sessions=[
            shown_session(service.engine, match, asked.window.first + place)
            for place, match in enumerate(answer.matches, 1)
        ],
        total=answer.total,
        notice=in_words(answer.notice),
        chips=chips_of(asked, service.engine.lookups),
        facets=facets_shown(answer.facets, asked, service.engine.lookups),
        pages=pages_of(answer, asked),
        clear=asked.path,
        last=await run_in_threadpool(gestures.last, service, me, done),
    )


def shown_session(engine: Engine, match: Match[SessionCard], number: int) -> ShownSession:
    """The card of a match."""
    session, training = match.record.session, match.record.training
    place = "à distance" if session.attendance is Attendance.REMOTE else place_of(engine, session.commune_insee, None)
    if place is not None and match.distance_km is not None and session.attendance is not Attendance.REMOTE:
        place += f", à {kilometres(match.distance_km)}" if match.distance_km >= 0.1 else ", dans votre commune"
    dates = f"du {day(session.starts_on)}" + ("" if session.ends_on is None else f" au {day(session.ends_on)}")
    hours = None if training.duration_hours is None else f"{training.duration_hours:g}".replace(".", ",") + " h"
    paid = [FUNDING_LABELS[each].lower() if each.value != "CPF" else "CPF" for each in session.fundings]
    price = None if session.price_eur is None else f"Prix affiché : {euros(session.price_eur)}"
    ways = f"financements possibles : {', '.join(paid)}" if paid else None
    money = ", ".join(part for part in (price, ways) if part)
    return ShownSession(
        session.id,
        number,
        training.title,
        " · ".join(part for part in (training.organisation, place, dates, hours) if part),
        f"{money[0].upper()}{money[1:]}." if money else "",
        told_of(match, engine.rankers[Ranked.SESSIONS].ranker),
    )
