"""Making a plan: the engine is read counsellor by counsellor between other requests, the solving left to a process.

The solver holds on to the interpreter while it works: in a thread it would stop every other request. So it runs as
`python -m matching.planning`, bounded in time; one plan at a time a worker, others are told to come back.
"""

import asyncio
import datetime as dt
import sys
import time
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import msgspec

from api.problems import ApiProblem, ProblemType
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.plan_demand import Earlier, PlanDemand, Planned
from matching.planning.problem import NOBODY, Before, Counsellor, Problem, Round, Shares
from matching.plans import Stop, Worth, search_of, still_open, stops_of, way_of, why_this_counsellor, worth_of

T = TypeVar("T")

COMMAND: Final = (sys.executable, "-m", "matching.planning")
SOLVER_LIMIT_S: Final = 60.0
MOST_PAIRS: Final = 150_000
"""Pairs of a counsellor and a firm in one plan; beyond, each counsellor keeps those that are worth most to them."""
STARTS: Final = dt.time(9, 0)
LUNCH: Final = (dt.time(12, 0), dt.time(13, 30))
DAY_MINUTES: Final = 7.0 * 60
"""Of visits and road, lunch apart."""


@dataclass(frozen=True)
class Visit:
    """One visit of the plan."""

    counsellor_id: str
    base_insee: str
    """Where the counsellor leaves from."""
    stop: Stop
    day: dt.date | None
    """None: no day had room for it."""
    start: dt.datetime | None
    end: dt.datetime | None
    order: int
    road_minutes: float
    """From the stop before, or from the base."""
    value: float
    why: str
    status: str
    """verrouillee, maintenue, deplacee, nouvelle."""


@dataclass(frozen=True)
class Load:
    """What a counsellor was given."""

    counsellor_id: str
    base_insee: str
    visits: int
    capacity: int
    road_minutes: float
    firms_in_reach: int


@dataclass(frozen=True)
class Plan:
    visits: tuple[Visit, ...]
    loads: tuple[Load, ...]
    value: float
    bound: float
    kept: int
    moved: int
    dropped: tuple[Earlier, ...] = ()
    seconds: float = 0.0


class Planner:
    """Makes one plan at a time."""

    def __init__(self) -> None:
        self._busy = asyncio.Lock()

    async def plan(self, engine: Engine, demand: PlanDemand) -> Plan:
        """The plan that `demand` asks for.

        Raises ApiProblem (503) when another is being made or the solver takes too long, and as `prospection.targets`.
        """
        if self._busy.locked():
            raise ApiProblem(
                ProblemType.BUSY,
                "Un plan est déjà en cours de calcul : réessayez dans quelques secondes.",
                headers={"Retry-After": "5"},
            )
        async with self._busy:
            return await _plan(engine, demand)


PLANNER: Final = Planner()
"""The one of this process."""


async def _plan(engine: Engine, demand: PlanDemand) -> Plan:
    began = time.monotonic()
    asked, demand = demand, replace(demand, earlier=still_open(engine, demand.earlier))
    worths: list[Worth] = []
    for planned in demand.counsellors:
        worths.append(worth_of(engine, _search(demand, planned), demand.mode).less(demand.without))
        await asyncio.sleep(0)  # other requests go first
    sirets = sorted({siret for worth in worths for siret in worth.sirets} | {each.siret for each in demand.earlier})
    number = {siret: at for at, siret in enumerate(sirets)}
    problem = _problem(demand, worths, number)
    shares = await _solved(problem, Shares)
    made = await _rounds(engine, demand, worths, sirets, shares)
    there = {visit.stop.siret for visit in made.visits}
    dropped = tuple([each for each in asked.earlier if each.siret not in there])
    return replace(made, dropped=dropped, seconds=time.monotonic() - began)


def _search(demand: PlanDemand, planned: Planned) -> ProspectionDemand:
    return search_of(demand.search, planned.counsellor_id, planned.base_insee)


def _problem(demand: PlanDemand, worths: list[Worth], number: dict[str, int]) -> Problem:
    positions = {planned.counsellor_id: at for at, planned in enumerate(demand.counsellors)}
    each = MOST_PAIRS // max(len(worths), 1)
    pairs: list[tuple[int, int, float]] = []
    for at, worth in enumerate(worths):
        order = (-worth.values).argsort(kind="stable")[:each].tolist()
        values = worth.values.tolist()
        pairs += [(at, number[worth.sirets[place]], values[place]) for place in order]
    return Problem(
        counsellors=[Counsellor(_capacity(demand, planned)) for planned in demand.counsellors],
        n_firms=len(number),
        pairs=pairs,
        before=[
            Before(positions[each.counsellor_id], number[each.siret], each.locked)
            for each in demand.earlier
            if each.counsellor_id in positions
        ],
        fairness=demand.fairness,
    )


def _days_of(demand: PlanDemand, planned: Planned) -> list[dt.date]:
    return [day for day in demand.days if day not in planned.absences]


def _capacity(demand: PlanDemand, planned: Planned) -> int:
    return min(planned.visits, len(_days_of(demand, planned)) * demand.a_day)


async def _rounds(engine: Engine, demand: PlanDemand, worths: list[Worth], sirets: list[str], shares: Shares) -> Plan:
    given: list[list[str]] = [[] for _ in worths]
    for siret, counsellor in zip(sirets, shares.counsellor_of, strict=True):
        if counsellor != NOBODY:
            given[counsellor].append(siret)
    earlier = {each.siret: each for each in demand.earlier}
    stops: list[list[Stop]] = []
    for planned, sirets_given in zip(demand.counsellors, given, strict=True):
        stops.append(stops_of(engine, _search(demand, planned), sirets_given))
        await asyncio.sleep(0)
    ways = []
    for planned, worth, mine in zip(demand.counsellors, worths, stops, strict=True):
        days = _days_of(demand, planned)
        held = {
            stop.siret: days.index(before.day)
            for stop in mine
            if (before := earlier.get(stop.siret)) is not None
            and before.counsellor_id == planned.counsellor_id
            and before.day in days
        }
        agreed = frozenset(siret for siret in held if earlier[siret].locked)
        ways.append(
            way_of(
                engine,
                worth.commune_insee,
                mine,
                demand.mode,
                len(days),
                demand.a_day,
                demand.visit_minutes,
                DAY_MINUTES,
                held,
                agreed,
            )
        )
    made = await _solved(Problem([], 0, [], ways=ways), list[Round])
    visits: list[Visit] = []
    loads: list[Load] = []
    for planned, worth, mine, way, round_ in zip(demand.counsellors, worths, stops, ways, made, strict=True):
        values = dict(zip(worth.sirets, worth.values.tolist(), strict=True))
        known = {siret for siret, is_known in zip(worth.sirets, worth.known.tolist(), strict=True) if is_known}
        visits += _visits(demand, planned, worth.commune_insee, mine, way.minutes, round_, values, known, earlier)
        loads.append(
            Load(
                planned.counsellor_id,
                worth.commune_insee,
                len(mine),
                _capacity(demand, planned),
                round_.minutes,
                len(worth.sirets),
            )
        )
    return Plan(
        tuple(visits),
        tuple(loads),
        shares.value,
        max(shares.bound, shares.value),
        kept=sum(visit.status in KEPT for visit in visits),
        moved=sum(visit.status == MOVED for visit in visits),
    )


def _visits(
    demand: PlanDemand,
    planned: Planned,
    base_insee: str,
    stops: list[Stop],
    minutes: list[list[float]],
    round_: Round,
    values: dict[str, float],
    known: set[str],
    earlier: dict[str, Earlier],
) -> list[Visit]:
    """The visits of one counsellor, day by day; those for which there was no room come last."""

    def visit(at: int, order: int, road: float, start: dt.datetime | None) -> Visit:
        stop = stops[at]
        end = None if start is None else start + dt.timedelta(minutes=demand.visit_minutes)
        return Visit(
            planned.counsellor_id,
            base_insee,
            stop,
            None if start is None else start.date(),
            start,
            end,
            order,
            road,
            values.get(stop.siret, 0.0),
            why_this_counsellor(stop.siret in known, stop.target.distance_km, stop.target.people),
            _status(earlier.get(stop.siret), planned.counsellor_id),
        )

    found: list[Visit] = []
    for day, at_day in zip(_days_of(demand, planned), round_.days, strict=True):
        roads = [minutes[here][at + 1] for here, at in zip([0, *[at + 1 for at in at_day]], at_day, strict=False)]
        starts = starts_of(day, roads, demand.visit_minutes)
        for order, (at, road, start) in enumerate(zip(at_day, roads, starts, strict=True), start=1):
            found.append(visit(at, order, road, start))
    placed = {at for at_day in round_.days for at in at_day}
    return found + [visit(at, 0, minutes[0][at + 1], None) for at in range(len(stops)) if at not in placed]


def starts_of(day: dt.date, roads: list[float], visit_minutes: float) -> list[dt.datetime]:
    """When each visit of a day begins, after so many minutes of road from the one before (the base, for the first)."""
    clock = dt.datetime.combine(day, STARTS)
    starts = []
    for road in roads:
        clock = _to_five(clock + dt.timedelta(minutes=road))
        ends = clock + dt.timedelta(minutes=visit_minutes)
        if clock.time() < LUNCH[1] and ends.time() > LUNCH[0] and clock.time() > STARTS:
            clock = dt.datetime.combine(day, LUNCH[1])
        starts.append(clock)
        clock += dt.timedelta(minutes=visit_minutes)
    return starts


def _to_five(moment: dt.datetime) -> dt.datetime:
    """The next time that is a multiple of five minutes: nobody makes an appointment for 10:37."""
    over = moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)
    rest = over % dt.timedelta(minutes=5)
    return moment + (dt.timedelta(minutes=5) - rest if rest else dt.timedelta(0))


KEPT: Final = frozenset({"verrouillee", "maintenue"})
MOVED: Final = "deplacee"


def _status(before: Earlier | None, counsellor_id: str) -> str:
    if before is None:
        return "nouvelle"
    if before.counsellor_id != counsellor_id:
        return MOVED
    return "verrouillee" if before.locked else "maintenue"


async def _solved(problem: Problem, answer: type[T]) -> T:
    """What the solver's process makes of a problem. Raises ApiProblem (503) where it takes too long; it is ended."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(msgspec.json.encode(problem)), SOLVER_LIMIT_S)
    except TimeoutError:
        raise ApiProblem(
            ProblemType.BUSY,
            f"Le plan n'a pas pu être calculé en {SOLVER_LIMIT_S:.0f} secondes : demandez moins de conseillers, un "
            "rayon plus petit ou moins de jours.",
            headers={"Retry-After": "30"},
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"the planning process ended with code {process.returncode}")
    return msgspec.json.decode(told, type=answer)
