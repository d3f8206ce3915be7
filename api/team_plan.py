"""The plan that a team keeps for a week: read day by day, changed by hand, and made anew around what is fixed."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Final

from starlette.concurrency import run_in_threadpool

from api.planning import PLANNER, Plan, starts_of
from api.problems import ApiProblem, ProblemType
from api.security.actor import Actor
from api.service import Service
from features.records import Establishment, TravelMode
from features.store import visits
from features.store.visits import PlannedVisit, PlannedWeek, State, monday_of
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import VivierError
from matching.plan_demand import Earlier, PlanDemand, Planned
from matching.plans import firms_of, holidays, legs_of, reason_for, stops_of
from matching.portfolio import centre_of, portfolio_of
from matching.prospection import Target
from matching.solicitation import CONTACTED_DAYS

MODE: Final = TravelMode.CAR
FAIRNESS: Final = 0.3
A_DAY, VISIT_MINUTES, RADIUS_KM = 4, 45, 30
MOVED_BY_HAND: Final = "Confiée par l'équipe"
"""Of a visit to a firm of which nothing can be said for its counsellor."""
LATE: Final = dt.time(18, 0)
"""A day whose last visit ends later is too full."""
ENOUGH_DAYS: Final = 2
"""Days that a week must have left to be the one that is shown first."""
LAST: Final = 10_000
"""Place of a visit that the planner found no room for, on the day to which it is fixed."""


@dataclass(frozen=True)
class Terms:
    """What a plan is made with."""

    a_day: int = A_DAY
    visit_minutes: int = VISIT_MINUTES
    radius_km: int = RADIUS_KM
    present: Mapping[str, frozenset[dt.date]] | None = None
    """The days on which each counsellor goes out; None: all days, all counsellors."""


@dataclass(frozen=True)
class Stay:
    """A visit and the hours that it has; `firm` is None where nothing is known of it any more."""

    visit: PlannedVisit
    firm: Establishment | None
    place: tuple[float, float]
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    road_km: float | None = None
    """From the one before; None where one of the two places is not known."""
    road_minutes: float = 0.0


@dataclass(frozen=True)
class Day:
    """A counsellor's day."""

    day: dt.date
    stays: tuple[Stay, ...]
    back_km: float | None
    back_minutes: float
    absent: bool
    """The plan was made without it."""
    open: bool
    """Visits can be moved to it."""

    @property
    def road_minutes(self) -> float:
        return sum(each.road_minutes for each in self.stays) + self.back_minutes

    @property
    def too_full(self) -> bool:
        end = self.stays[-1].end if self.stays else None
        return end is not None and end.time() > LATE


@dataclass(frozen=True)
class Week:
    """A counsellor's week."""

    counsellor_id: str
    base_insee: str | None
    """Where they leave from; None for who follows nobody."""
    days: tuple[Day, ...]
    without_day: tuple[Stay, ...]
    planned: PlannedWeek | None

    @property
    def n_visits(self) -> int:
        return sum(len(day.stays) for day in self.days) + len(self.without_day)

    @property
    def road_minutes(self) -> float:
        return sum(day.road_minutes for day in self.days)


@dataclass(frozen=True)
class TeamWeek:
    """A team's week, the reader's own first."""

    week: dt.date
    weeks: tuple[Week, ...]
    struck: tuple[Stay, ...]

    @property
    def n_visits(self) -> int:
        return sum(each.n_visits for each in self.weeks)

    @property
    def stays(self) -> list[Stay]:
        """Of all counsellors and days, those without a day last."""
        return [
            stay
            for week in self.weeks
            for stay in (*[each for day in week.days for each in day.stays], *week.without_day)
        ]


def team_of(actor: Actor) -> tuple[str, ...]:
    """The counsellors of somebody's team, themselves first."""
    own = actor.counsellor_id or ""
    return (own, *sorted(actor.team_ids - {own}))


def days_of(week: dt.date) -> list[dt.date]:
    """The working days of a week: Monday to Friday, public holidays apart."""
    days = [week + dt.timedelta(days=after) for after in range(5)]
    return [day for day in days if day not in holidays(day.year)]


def days_left(week: dt.date, today: dt.date) -> list[dt.date]:
    """Those that a plan can still fill: from tomorrow on."""
    return [day for day in days_of(week) if day > today]


def week_at_first(today: dt.date, planned: Iterable[dt.date]) -> dt.date:
    """The week to show who asks for none: the current one while it is planned or has days enough left, else the next
    that has; `planned` are the weeks that have a plan."""
    week = monday_of(today)
    if week in planned:
        return week
    while len(days_left(week, today)) < ENOUGH_DAYS:
        week += dt.timedelta(days=7)
    return week


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
        firm, place = firms.get(visit.siret, (None, _NOWHERE))
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


_NOWHERE: Final = (float("nan"), float("nan"))


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


# ---------------------------------------------------------------- changes by hand


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
            places = [firms.get(each.siret, (None, _NOWHERE))[1] for each in order]
            return sum(legs_of(engine, base, places, MODE).minutes)

        best = min(orders, key=road)
    return [replace(each, place=place) for place, each in enumerate(best, start=1)]


async def move(service: Service, actor: Actor, seen: tuple[dt.date, str, int], counsellor: str, day: dt.date) -> None:
    """Fix a visit to a counsellor of the team and a day of its week. Raises Changed; ApiProblem (422) for a day or a
    counsellor that it cannot go to."""
    week = seen[0]
    if counsellor not in team_of(actor):
        raise _refused("Ce conseiller n'est pas de votre équipe.")
    if day not in days_of(week) or day < service.engine.today():
        raise _refused("Choisissez un jour ouvré de cette semaine, qui n'est pas passé.")
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
            raise _refused("Cette visite n'a pas de jour : déplacez-la d'abord.")
        return [replace(visit, state=state)]

    await _changed(service, actor, seen, step)


async def _changed(
    service: Service,
    actor: Actor,
    seen: tuple[dt.date, str, int],
    step: "visits.Step",
) -> None:
    now = dt.datetime.now(dt.UTC)
    by = actor.counsellor_id or ""
    await run_in_threadpool(visits.change, service.store, seen, team_of(actor), step, by, now)


def _refused(told: str) -> ApiProblem:
    return ApiProblem(ProblemType.INVALID_BODY, told)


# ---------------------------------------------------------------- the plan, made anew


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
        raise _refused("Cette semaine n'a plus de jour à planifier : choisissez la suivante.")
    present = {
        each: frozenset(days) if terms.present is None else terms.present.get(each, frozenset()) for each in team
    }
    present = {each: found & set(days) for each, found in present.items()}
    going = {each: base for each in team if present[each] and (base := base_of(engine, each)) is not None}
    without_portfolio = tuple(each for each in team if present[each] and each not in going)
    if not going:
        raise _refused(
            "Personne ne peut faire de visite : cochez au moins un jour d'un conseiller qui suit des personnes."
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
