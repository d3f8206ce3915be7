"""What the pages of visits share: how far they go, what is said of a visit, and the file of some."""

import datetime as dt
from typing import Final

from fastapi import Request, Response

from api.pages.offer_cards import place_of
from api.plan_export import calendar_of, csv_of
from api.plan_shapes import PersonneAPresenterIn, VisiteExportIn, zone_of
from api.security.actor import Actor
from api.seen import note_seen
from api.service import Service
from api.team_plan import reading
from api.team_plan.week import Stay, Week
from features.store.visits import PlannedVisit
from matching.engine import Engine
from matching.errors import BadParameter

WEEKS: Final = 8
"""Weeks before and after this one that can be opened."""
FORMATS: Final = {"csv": "text/csv", "ics": "text/calendar"}


def name_of(actor: Actor, counsellor: str) -> str:
    """How a counsellor is called on a page: « Vous », « Conseiller 0021 »."""
    if counsellor == actor.counsellor_id:
        return "Vous"
    return f"Conseiller {counsellor.removeprefix('conseiller-')}"


def why_of(actor: Actor, visit: PlannedVisit) -> str:
    """Why a visit goes to its counsellor, to the reader."""
    if visit.counsellor_id == actor.counsellor_id:
        return visit.why.replace("de son portefeuille", "de votre portefeuille")
    return visit.why


async def file_of(
    request: Request, service: Service, weeks: tuple[Week, ...], day: dt.date | None, format_: str, name: str
) -> Response:
    """The visits of some weeks, or of one day of them, as a file. Raises BadParameter."""
    if format_ not in FORMATS:
        raise BadParameter("format", format_, "csv ou ics")
    lines = [
        line
        for week in weeks
        for line in _lines(
            service.engine,
            week,
            [stay for each in week.days if day in (None, each.day) for stay in each.stays]
            + (list(week.without_day) if day is None else []),
        )
    ]
    note_seen(request, [person.id for line in lines for person in line.aPresenter])
    text = csv_of(lines) if format_ == "csv" else calendar_of(lines, dt.datetime.now(dt.UTC))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{format_}"'}
    return Response(text, media_type=f"{FORMATS[format_]}; charset=utf-8", headers=headers)


def _lines(engine: Engine, week: Week, stays: list[Stay]) -> list[VisiteExportIn]:
    told = reading.told_of_firms(engine, week, [each.visit.siret for each in stays])
    zone = zone_of(week.base_insee or "")
    lines = []
    for stay in stays:
        target = told.get(stay.visit.siret)
        firm = stay.firm
        lines.append(
            VisiteExportIn(
                conseiller=stay.visit.counsellor_id,
                siret=stay.visit.siret,
                nom=None if firm is None else firm.name,
                ville=None if firm is None else place_of(engine, firm.commune_insee, None),
                secteur=None if firm is None else engine.lookups.reference.naf.labels.get(firm.naf),
                debut=None if stay.start is None else stay.start.replace(tzinfo=zone),
                fin=None if stay.end is None else stay.end.replace(tzinfo=zone),
                ordre=stay.visit.place if stay.start is not None else 0,
                trajetMinutes=round(stay.road_minutes),
                motif=stay.visit.why,
                statut=stay.visit.state.value,
                accroches=() if target is None else target.hooks,
                aPresenter=()
                if target is None
                else tuple(
                    PersonneAPresenterIn(id=each.profile_id, metier=each.occupation_label, pourquoi=each.why)
                    for each in target.present
                ),
            )
        )
    return lines
