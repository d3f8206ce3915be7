"""Who of us goes where: the plan of prospection, and its exports."""

import datetime as dt
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.intake import model_of
from api.openapi import NAMED_IN_BODY, answer, body, content, query_parameters, ref
from api.pagination import json_response
from api.plan_examples import EXPORT, EXPORT_CSV, EXPORT_ICS, PLAN, PLAN_ANSWER
from api.plan_export import calendar_of, csv_of
from api.plan_shapes import ExportIn, PlanIn, plan_json
from api.planning import PLANNER, Plan
from api.security.gate import ActorOf
from api.security.portfolios import require_portfolio
from api.security.reaches import counsellors
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import ServiceOf
from features.border.problems import BorderError
from matching.errors import BadParameter
from matching.explain.wording import counted
from matching.filters.registry import parameters_for
from matching.schema import Collection

router = APIRouter(prefix="/v1/prospection/plan", tags=["Prospection"])

FORMATS: Final = {"csv": "text/csv", "ics": "text/calendar"}


@router.post(
    "",
    summary="Partager les établissements entre conseillers",
    description=(
        "Qui va où, quel jour et dans quel ordre : chaque établissement est confié à un seul conseiller, celui pour "
        "qui la visite vaut le plus (son portefeuille, ses relations, son secteur, le trajet), dans la limite des "
        "visites de chacun et sans surcharger personne. Le partage est optimal, l'écart est donné. Avec "
        "`planPrecedent`, les visites verrouillées restent et les autres bougent le moins possible."
    ),
    openapi_extra={
        **body(ref("PlanIn"), PLAN),
        "parameters": [
            each for each in query_parameters(parameters_for(Collection.ESTABLISHMENTS)) if each["name"] != "range"
        ],
    },
    responses={200: answer("Le plan.", ref("PlanProspection"), PLAN_ANSWER), 404: NAMED_IN_BODY},
)
@allowed(counsellors(Scope.PROSPECTION_READ))
async def plan(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    asked = await model_of(request, PlanIn)
    for each in asked.conseillers:
        await require_portfolio(actor, service, each.id, ())
    demand = asked.to_demand(service.reference, service.engine.today(), dict(request.query_params))
    made = await PLANNER.plan(service.engine, demand)
    note_seen(request, [each.profile_id for visit in made.visits for each in visit.stop.target.present])
    return json_response(plan_json(made, _notice(made)))


@router.post(
    "/export",
    response_class=Response,
    summary="Exporter un plan",
    description=(
        "Les visites d'un plan en CSV, pour un tableur (aucune cellule n'y est une formule), ou en iCalendar "
        "(RFC 5545), pour un agenda. Le corps est la réponse du plan, entière ou retouchée."
    ),
    openapi_extra=body(ref("ExportIn"), EXPORT),
    responses={
        200: {
            "description": "Le fichier.",
            "content": {
                **content({"type": "string"}, EXPORT_CSV, FORMATS["csv"]),
                **content({"type": "string"}, EXPORT_ICS, FORMATS["ics"]),
            },
        }
    },
)
@allowed(counsellors(Scope.PROSPECTION_READ))
async def export(
    request: Request,
    format_: Annotated[
        str, Query(alias="format", description="`csv` (tableur) ou `ics` (agenda).", examples=["ics"])
    ] = "csv",
) -> Response:
    if format_ not in FORMATS:
        raise BadParameter("format", format_, "csv ou ics")
    asked = await model_of(request, ExportIn)
    for at, visit in enumerate(asked.visites):
        if visit.debut is not None and visit.fin is not None and visit.fin <= visit.debut:
            raise BorderError.one(f"visites[{at}].fin", visit.fin.isoformat(), "bad_order")
    visits = [each for each in asked.visites if asked.conseiller in (None, each.conseiller)]
    note_seen(request, [person.id for visit in visits for person in visit.aPresenter])
    if format_ == "csv":
        text = await run_in_threadpool(csv_of, visits)
    else:
        text = await run_in_threadpool(calendar_of, visits, dt.datetime.now(dt.UTC))
    headers = {"Content-Disposition": f'attachment; filename="prospection.{format_}"'}
    return Response(text, media_type=f"{FORMATS[format_]}; charset=utf-8", headers=headers)


def _notice(made: Plan) -> str | None:
    """What the reader should know of a plan that is empty or not whole."""
    told: list[str] = []
    if not made.visits and all(load.capacity == 0 for load in made.loads):
        told.append("Aucune visite : personne n'a de jour ni de visite à donner dans cette période.")
    elif not made.visits:
        told.append(
            "Aucune visite : aucun établissement à portée ne vaut le trajet. Élargir le rayon, admettre des "
            "établissements contactés plus récemment, ou retirer les filtres."
        )
    without_day = sum(visit.day is None for visit in made.visits)
    if without_day:
        visits = counted(without_day, "visite attribuée n'a", "visites attribuées n'ont")
        told.append(f"{visits} pas trouvé de jour : ajouter des jours, ou baisser le nombre de visites.")
    idle = [load.counsellor_id for load in made.loads if load.visits == 0]
    if idle and made.visits:
        told.append(f"Sans visite : {', '.join(idle[:5])} ; élargir leur rayon ou changer leur commune de départ.")
    return " ".join(told) or None
