"""The plan made anew, for what is left of a week and around what is fixed."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.planning import PLANNER, Plan
from api.problems import ApiProblem, ProblemType
from api.security.actor import Actor
from api.service import Service
from api.team_plan.calendar import days_left
from api.team_plan.reading import base_of, team_of
from api.team_plan.week import MODE, Terms
from features.store import visits
from features.store.visits import PlannedVisit, PlannedWeek, State
from matching.demand import ProspectionDemand
from matching.plan_demand import Earlier, PlanDemand, Planned
from matching.solicitation import CONTACTED_DAYS

FAIRNESS: Final = 0.3
LAST: Final = 10_000
"""Place of a visit that the planner found no room for, on the day to which it is fixed."""


@dataclass(frozen=True)
class Renewed:
    """What became of a plan."""

    plan: Plan
    without_portfolio: tuple[str, ...]
    """Counsellors who follow nobody: nothing can be planned for them."""


async def renew(service: Service, actor: Actor, week: dt.date, terms: Terms) -> Renewed:
    """Make a team's plan for what is left of a week, around what is fixed, and keep it.

    Visits of days that are over, and those that are fixed on a day or to a counsellor who does not take part, stay as
    they are. Raises Changed where somebody changes it meanwhile; ApiProblem (422) where no day is left or nobody takes
    part, 503 as `Planner.plan`.
    """
    engine, team = service.engine, team_of(actor)
    days = days_left(week, engine.today())
    if not days:
        raise ApiProblem(
            ProblemType.INVALID_BODY, "Cette semaine n'a plus de jour à planifier : choisissez la suivante."
        )
    present = {
        each: frozenset(days) if terms.present is None else terms.present.get(each, frozenset()) for each in team
    }
    present = {each: found & set(days) for each, found in present.items()}
    going = {each: base for each in team if present[each] and (base := base_of(engine, each)) is not None}
    without_portfolio = tuple(each for each in team if present[each] and each not in going)
    if not going:
        raise ApiProblem(
            ProblemType.INVALID_BODY,
            "Personne ne peut faire de visite : cochez au moins un jour d'un conseiller qui suit des personnes.",
        )
    held, taken = await run_in_threadpool(
        lambda: (visits.of_week(service.store, week, team), visits.taken(service.store, week))
    )
    stay = [each for each in held if _stays(each, engine.today(), present, going)]
    open_visits = [
        each
        for each in held
        if each not in stay and each.counsellor_id in going and (each.day is None or each.day in days)
    ]
    demand = PlanDemand(
        counsellors=tuple(
            Planned(each, base, terms.a_day * len(present[each]), frozenset(days) - present[each])
            for each, base in going.items()
        ),
        days=tuple(days),
        a_day=terms.a_day,
        visit_minutes=float(terms.visit_minutes),
        mode=MODE,
        search=ProspectionDemand(radius_km=float(terms.radius_km), not_contacted_days=CONTACTED_DAYS),
        earlier=tuple(
            Earlier(each.siret, each.counsellor_id, each.day, each.state is State.FIXED) for each in open_visits
        ),
        fairness=FAIRNESS,
        without=frozenset(taken.keys() - {each.siret for each in held}) | {each.siret for each in stay},
    )
    plan = await PLANNER.plan(engine, demand)
    weeks = [
        PlannedWeek(
            week,
            each,
            base,
            frozenset(days) - present[each],
            terms.a_day,
            terms.visit_minutes,
            terms.radius_km,
        )
        for each, base in going.items()
    ]
    after = [*stay, *merged(week, open_visits, plan)]
    by, now = actor.counsellor_id or "", dt.datetime.now(dt.UTC)
    await run_in_threadpool(visits.renew, service.store, week, held, after, weeks, by, now)
    return Renewed(plan, without_portfolio)


def _stays(
    visit: PlannedVisit, today: dt.date, present: Mapping[str, frozenset[dt.date]], going: Mapping[str, str]
) -> bool:
    """Whether the planner has no say on a visit."""
    if visit.state is State.STRUCK or (visit.day is not None and visit.day <= today):
        return True
    away = visit.counsellor_id not in going or visit.day not in present[visit.counsellor_id]
    return visit.state is State.FIXED and away


def merged(week: dt.date, before: Iterable[PlannedVisit], plan: Plan) -> list[PlannedVisit]:
    """The visits of a plan that was made around `before`: those that are fixed keep their counsellor and their day,
    whatever it says."""
    known = {each.siret: each for each in before}
    found = []
    for visit in plan.visits:
        held = known.get(visit.stop.siret)
        if held is not None and held.state is State.FIXED:
            place = visit.order if visit.day == held.day and visit.counsellor_id == held.counsellor_id else LAST
            found.append(replace(held, place=place, why=visit.why))
        else:
            found.append(
                PlannedVisit(
                    week, visit.stop.siret, visit.counsellor_id, visit.day, visit.order, State.PROPOSED, visit.why
                )
            )
    return found
