"""Changes by hand: a visit is moved, fixed, left to the planner again, or struck."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.problems import ApiProblem, ProblemType
from api.security.actor import Actor
from api.service import Service
from api.team_plan.calendar import days_of
from api.team_plan.reading import base_of, team_of
from api.team_plan.week import MODE, NOWHERE
from features.store import visits
from features.store.visits import PlannedVisit, State
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import VivierError
from matching.plans import firms_of, reason_for
from matching.roads import legs_of

MOVED_BY_HAND: Final = "Confiée par l'équipe"
"""Of a visit to a firm of which nothing can be said for its counsellor."""


def moved(
    engine: Engine, visit: PlannedVisit, held: Sequence[PlannedVisit], counsellor: str, day: dt.date, base: str | None
) -> list[PlannedVisit]:
    """The visits of a day once one is fixed there, at the rank that makes the least road."""
    others = sorted(
        (
            each
            for each in held
            if (each.counsellor_id, each.day) == (counsellor, day)
            and each.state is not State.STRUCK
            and each.siret != visit.siret
        ),
        key=lambda each: each.place,
    )
    fixed = replace(visit, counsellor_id=counsellor, day=day, state=State.FIXED)
    orders = [[*others[:at], fixed, *others[at:]] for at in range(len(others), -1, -1)]
    best = orders[0]
    if base is not None:
        firms = firms_of(engine, [each.siret for each in orders[0]])

        def road(order: list[PlannedVisit]) -> float:
            places = [firms.get(each.siret, (None, NOWHERE))[1] for each in order]
            return sum(legs_of(engine, base, places, MODE).minutes)

        best = min(orders, key=road)
    return [replace(each, place=place) for place, each in enumerate(best, start=1)]


async def move(service: Service, actor: Actor, seen: tuple[dt.date, str, int], counsellor: str, day: dt.date) -> None:
    """Fix a visit to a counsellor of the team and a day of its week. Raises Changed; ApiProblem (422) for a day or a
    counsellor that it cannot go to."""
    week = seen[0]
    if counsellor not in team_of(actor):
        raise ApiProblem(ProblemType.INVALID_BODY, "Ce conseiller n'est pas de votre équipe.")
    if day not in days_of(week) or day < service.engine.today():
        raise ApiProblem(ProblemType.INVALID_BODY, "Choisissez un jour ouvré de cette semaine, qui n'est pas passé.")
    planned = await run_in_threadpool(visits.weeks_of, service.store, week, (counsellor,))
    base = planned[counsellor].base_insee if counsellor in planned else base_of(service.engine, counsellor)
    why = _reason(service.engine, counsellor, base, seen[1])

    def step(visit: PlannedVisit, held: list[PlannedVisit]) -> list[PlannedVisit]:
        told = visit if visit.counsellor_id == counsellor else replace(visit, why=why)
        return moved(service.engine, told, held, counsellor, day, base)

    await _changed(service, actor, seen, step)


def _reason(engine: Engine, counsellor: str, base: str | None, siret: str) -> str:
    """Why a counsellor goes to a firm that the planner had not given them."""
    try:
        told = reason_for(engine, ProspectionDemand(counsellor_id=counsellor, commune_insee=base), siret)
    except VivierError:
        told = None
    return told or MOVED_BY_HAND


async def set_state(service: Service, actor: Actor, seen: tuple[dt.date, str, int], state: State) -> None:
    """Fix a visit where it is, leave it to the planner again, or strike it. Raises Changed; ApiProblem (422) for one
    without a day that is to be fixed."""

    def step(visit: PlannedVisit, _: list[PlannedVisit]) -> list[PlannedVisit]:
        if state is State.FIXED and visit.day is None:
            raise ApiProblem(ProblemType.INVALID_BODY, "Cette visite n'a pas de jour : déplacez-la d'abord.")
        return [replace(visit, state=state)]

    await _changed(service, actor, seen, step)


async def _changed(service: Service, actor: Actor, seen: tuple[dt.date, str, int], step: visits.Step) -> None:
    now = dt.datetime.now(dt.UTC)
    by = actor.counsellor_id or ""
    await run_in_threadpool(visits.change, service.store, seen, team_of(actor), step, by, now)
