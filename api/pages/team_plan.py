"""The plan of the team: who visits which firms in the week, to change by hand and to make anew."""

import datetime as dt
from functools import partial
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.pages.forms import Form, FormOf
from api.pages.hours import duration, hour, weekday
from api.pages.offer_cards import place_of
from api.pages.rules import canvassers
from api.pages.shell import html
from api.pages.space import back
from api.pages.visits import WEEKS, file_of, name_of, why_of
from api.problems import ApiProblem, ProblemType
from api.security.actor import Actor
from api.security.gate import ActorOf
from api.security.owners import not_theirs
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import Service, ServiceOf
from api.team_plan import moves, reading, renewal
from api.team_plan.calendar import days_left, days_of, week_at_first
from api.team_plan.reading import team_of
from api.team_plan.week import A_DAY, RADIUS_KM, TeamWeek, Terms
from features.store import visits
from features.store.visits import Changed, State, monday_of
from matching.engine import Engine
from matching.errors import BadParameter

router = APIRouter(prefix="/prospection/plan", include_in_schema=False)

PATH: Final = "/prospection/plan"
A_DAY_CHOICES: Final = (1, 2, 3, 4, 5, 6, 8)
RADIUS_CHOICES: Final = (10, 20, 30, 50, 80)
DONE: Final = {
    "plan": "Le plan est fait. Ce que vous changez à la main y reste fixé.",
    "deplacer": "La visite est déplacée, et fixée à cette place.",
    "fixer": "La visite est fixée : elle ne bougera plus quand vous referez le plan.",
    "liberer": "La visite n'est plus fixée : le prochain plan pourra la déplacer.",
    "rayer": "La visite est rayée : personne n'ira dans cette entreprise cette semaine.",
    "remettre": "La visite est remise à sa place, et fixée.",
}
STATES: Final = {
    "fixer": State.FIXED,
    "liberer": State.PROPOSED,
    "rayer": State.STRUCK,
    "remettre": State.FIXED,
}
WeekOf = Annotated[str, Query(alias="semaine", max_length=10)]
Siret = Annotated[str, Path(alias="siret", max_length=14)]


@router.get("", response_class=Response)
@allowed(canvassers(Scope.PROSPECTION_READ))
async def plan(
    request: Request,
    service: ServiceOf,
    actor: ActorOf,
    asked: WeekOf = "",
    done: Annotated[str, Query(alias="fait", max_length=20)] = "",
    about: Annotated[str, Query(alias="visite", max_length=14)] = "",
) -> Response:
    today = service.engine.today()
    if asked:
        week = _week(asked, today)
    else:
        this = monday_of(today)
        planned = await run_in_threadpool(visits.of_week, service.store, this, team_of(actor))
        week = week_at_first(today, (this,) if planned else ())
    found = await reading.read(service, actor, week)
    return _page(request, service, actor, found, told=DONE.get(done), about=about)


@router.post("", response_class=Response)
@allowed(canvassers(Scope.CONTACTS_WRITE))
async def make(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    """The plan, made anew around what is fixed."""
    week = _week(form["semaine"], service.engine.today())
    try:
        made = await renewal.renew(service, actor, week, _terms(form, actor))
    except Changed:
        told = "Quelqu'un de l'équipe a changé une visite pendant le calcul : rien n'a été remplacé. Refaites le plan."
        found = await reading.read(service, actor, week)
        return _page(request, service, actor, found, conflict=told)
    note_seen(request, [each.profile_id for visit in made.plan.visits for each in visit.stop.target.present])
    if made.plan.visits and not made.without_portfolio:
        return back(PATH, {"semaine": week.isoformat(), "fait": "plan"}, space="/prospection")
    found = await reading.read(service, actor, week)
    return _page(request, service, actor, found, told=_notice(made, actor))


@router.post("/visites/{siret}", response_class=Response)
@allowed(canvassers(Scope.CONTACTS_WRITE))
async def change(siret: Siret, request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    """Move a visit, fix it, leave it to the planner again, strike it or put it back."""
    week, gesture = _week(form["semaine"], service.engine.today()), form["geste"]
    seen = (week, siret, _version(form["version"]))
    try:
        if gesture == "deplacer":
            await moves.move(service, actor, seen, form["conseiller"], _day(form["jour"]))
        elif gesture in STATES:
            await moves.set_state(service, actor, seen, STATES[gesture])
        else:
            raise ApiProblem(ProblemType.INVALID_BODY, "Ce geste n'est pas dans la liste.")
    except Changed as changed:
        found = await reading.read(service, actor, week)
        return _page(request, service, actor, found, conflict=_conflict(changed, actor), about=siret)
    return Response(
        status_code=HTTPStatus.SEE_OTHER,
        headers={
            "Location": f"{PATH}?semaine={week.isoformat()}&fait={gesture}&visite={quote(siret)}#v-{quote(siret)}"
        },
    )


@router.get("/export", response_class=Response)
@allowed(canvassers(Scope.PROSPECTION_READ))
async def export(
    request: Request,
    service: ServiceOf,
    actor: ActorOf,
    asked: WeekOf = "",
    format_: Annotated[str, Query(alias="format", max_length=10)] = "csv",
) -> Response:
    """The team's week for a spreadsheet; one's own for a calendar."""
    week = _week(asked, service.engine.today())
    found = await reading.read(service, actor, week)
    weeks = found.weeks if format_ == "csv" else found.weeks[:1]
    return await file_of(request, service, weeks, None, format_, "plan")


def _page(
    request: Request,
    service: Service,
    actor: Actor,
    found: TeamWeek,
    told: str | None = None,
    conflict: str | None = None,
    about: str = "",
) -> Response:
    today = service.engine.today()
    terms = next((each.planned for each in found.weeks if each.planned is not None), None)
    weeks = [found.week + dt.timedelta(days=days) for days in (-7, 7)]
    return html(
        request,
        service,
        actor,
        "team_plan.html.j2",
        status=HTTPStatus.OK if conflict is None else HTTPStatus.CONFLICT,
        found=found,
        told=told,
        conflict=conflict,
        about=about,
        about_is_shown=any(each.visit.siret == about for each in found.stays),
        why=partial(why_of, actor),
        days=days_of(found.week),
        left=days_left(found.week, today),
        open_days=[each for each in days_of(found.week) if each >= today],
        before=weeks[0] if weeks[0] >= monday_of(today) - dt.timedelta(weeks=WEEKS) else None,
        after=weeks[1] if weeks[1] <= monday_of(today) + dt.timedelta(weeks=WEEKS) else None,
        n_fixed=sum(each.visit.state is State.FIXED for each in found.stays),
        a_day=A_DAY if terms is None else terms.a_day,
        a_day_choices=A_DAY_CHOICES,
        radius=RADIUS_KM if terms is None else terms.radius_km,
        radius_choices=RADIUS_CHOICES,
        name=partial(name_of, actor),
        town=partial(_town, service.engine),
        hour=hour,
        duration=duration,
        weekday=weekday,
    )


def _town(engine: Engine, commune_insee: str | None) -> str | None:
    return place_of(engine, commune_insee, None)


def _conflict(changed: Changed, actor: Actor) -> str:
    """Why a change was not made, and what the visit is now."""
    now = changed.now
    if now is None:
        return (
            "Cette visite n'est plus dans le plan : quelqu'un de l'équipe l'a refait entre-temps. Votre changement n'a "
            "pas été fait."
        )
    who = "vous, ailleurs," if now.changed_by == actor.counsellor_id else name_of(actor, now.changed_by)
    whose = "chez vous" if now.counsellor_id == actor.counsellor_id else f"chez {name_of(actor, now.counsellor_id)}"
    if now.state is State.STRUCK:
        what = "elle est rayée"
    else:
        what = f"elle est {whose}, " + ("sans jour" if now.day is None else weekday(now.day))
    fixed = ", fixée" if now.state is State.FIXED else ""
    return (
        f"Entre-temps, {who[0].lower()}{who[1:]} a changé cette visite : {what}{fixed}. Votre changement n'a pas été "
        "fait ; la page montre le plan tel qu'il est maintenant."
    )


def _notice(made: renewal.Renewed, actor: Actor) -> str:
    told = []
    if not made.plan.visits:
        told.append(
            "Aucune visite : aucune entreprise à portée ne vaut le trajet, ou toutes ont été contactées récemment. "
            "Élargissez le rayon."
        )
    if made.without_portfolio:
        names = ", ".join(name_of(actor, each) for each in made.without_portfolio)
        told.append(f"Sans visite, faute de personnes suivies : {names}.")
    return " ".join(told)


def _terms(form: Form, actor: Actor) -> Terms:
    """Raises ApiProblem (422) for what no field of the page sends."""
    present: dict[str, set[dt.date]] = {each: set() for each in team_of(actor)}
    for value in form.all("presence"):
        day, _, counsellor = value.partition(" ")
        if counsellor not in present:
            raise not_theirs(counsellor)
        present[counsellor].add(_day(day))
    return Terms(
        a_day=_choice(form["visites"], A_DAY_CHOICES, "visites par jour"),
        radius_km=_choice(form["rayon"], RADIUS_CHOICES, "rayon"),
        present={each: frozenset(days) for each, days in present.items()},
    )


def _choice(text: str, choices: tuple[int, ...], what: str) -> int:
    if text not in map(str, choices):
        raise ApiProblem(ProblemType.INVALID_BODY, f"Choisissez le nombre proposé pour : {what}.")
    return int(text)


def _version(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ApiProblem(ProblemType.INVALID_BODY, "Rechargez la page du plan, puis recommencez.")
    return int(text)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ApiProblem(ProblemType.INVALID_BODY, "Choisissez un jour de la liste.") from None


def _week(text: str, today: dt.date) -> dt.date:
    """The Monday of the week of a day. Raises BadParameter for no day, or one that is too far."""
    this = monday_of(today)
    try:
        week = monday_of(dt.date.fromisoformat(text))
    except (ValueError, OverflowError):
        week = dt.date.min
    if abs(week - this) > dt.timedelta(weeks=WEEKS):
        raise BadParameter("semaine", text, f"un jour d'une des {WEEKS} semaines avant ou après celle-ci")
    return week
