"""A team's week as it stands, and what is told now of the firms in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan

from starlette.concurrency import run_in_threadpool

from api.planning import starts_of
from api.security.actor import Actor
from api.service import Service
from api.team_plan.calendar import days_of
from api.team_plan.week import MODE, NOWHERE, RADIUS_KM, VISIT_MINUTES, Day, Stay, TeamWeek, Week
from features.store import visits
from features.store.visits import PlannedVisit, PlannedWeek, State
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import VivierError
from matching.plans import firms_of, stops_of
from matching.portfolio import centre_of, portfolio_of
from matching.prospection import Target
from matching.roads import legs_of


def team_of(actor: Actor) -> tuple[str, ...]:
    """The counsellors of somebody's team, themselves first."""
    own = actor.counsellor_id or ""
    return (own, *sorted(actor.team_ids - {own}))


async def read(service: Service, actor: Actor, week: dt.date) -> TeamWeek:
    """A team's week as it stands."""
    team = team_of(actor)
    held, planned = await run_in_threadpool(
        lambda: (visits.of_week(service.store, week, team), visits.weeks_of(service.store, week, team))
    )
    return shown(service.engine, team, week, held, planned)


def shown(
    engine: Engine,
    team: Sequence[str],
    week: dt.date,
    held: Sequence[PlannedVisit],
    planned: Mapping[str, PlannedWeek],
) -> TeamWeek:
    """The week of some visits, each with its hours."""
    firms = firms_of(engine, [each.siret for each in held])

    def stay(visit: PlannedVisit) -> Stay:
        firm, place = firms.get(visit.siret, (None, NOWHERE))
        return Stay(visit, firm, place)

    weeks = []
    for counsellor in team:
        mine = [each for each in held if each.counsellor_id == counsellor and each.state is not State.STRUCK]
        terms = planned.get(counsellor)
        base = base_of(engine, counsellor) if terms is None else terms.base_insee
        weeks.append(
            Week(
                counsellor,
                base,
                tuple(
                    _day(engine, base, terms, day, [stay(each) for each in mine if each.day == day])
                    for day in days_of(week)
                ),
                tuple(stay(each) for each in mine if each.day is None),
                terms,
            )
        )
    return TeamWeek(week, tuple(weeks), tuple(stay(each) for each in held if each.state is State.STRUCK))


def _day(engine: Engine, base: str | None, terms: PlannedWeek | None, day: dt.date, stays: list[Stay]) -> Day:
    minutes = VISIT_MINUTES if terms is None else terms.visit_minutes
    absent = terms is not None and day in terms.absent
    is_open = day >= engine.today()
    if base is None or not stays:
        return Day(day, tuple(stays), None, 0.0, absent, is_open)
    legs = legs_of(engine, base, [each.place for each in stays], MODE)
    starts = starts_of(day, list(legs.minutes[:-1]), minutes)
    timed = [
        replace(
            stay, start=start, end=start + dt.timedelta(minutes=minutes), road_km=_known(km), road_minutes=road_minutes
        )
        for stay, start, km, road_minutes in zip(stays, starts, legs.km[:-1], legs.minutes[:-1], strict=True)
    ]
    return Day(day, tuple(timed), _known(legs.km[-1]), legs.minutes[-1], absent, is_open)


def _known(km: float) -> float | None:
    return None if isnan(km) else km


def base_of(engine: Engine, counsellor: str) -> str | None:
    """The commune (INSEE) where most of a counsellor's people live; None where they follow nobody."""
    demand = ProspectionDemand(counsellor_id=counsellor)
    try:
        return engine.lookups.reference.communes.insee[centre_of(engine, demand, portfolio_of(engine, demand))]
    except VivierError:
        return None


def told_of_firms(engine: Engine, week: Week, sirets: Sequence[str]) -> dict[str, Target]:
    """What is told now of firms to a counsellor, by SIRET: whom to present, how to begin."""
    demand = ProspectionDemand(
        counsellor_id=week.counsellor_id,
        commune_insee=week.base_insee,
        radius_km=RADIUS_KM if week.planned is None else week.planned.radius_km,
    )
    try:
        return {stop.siret: stop.target for stop in stops_of(engine, demand, list(sirets))}
    except VivierError:
        return {}
