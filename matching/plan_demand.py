"""What a plan is asked for, as the border has checked it."""

import datetime as dt
from dataclasses import dataclass

from features.records import TravelMode
from matching.demand import ProspectionDemand


@dataclass(frozen=True)
class Planned:
    """One counsellor of a plan."""

    counsellor_id: str
    base_insee: str | None
    """Where they leave from; None: where most of their portfolio lives."""
    visits: int
    absences: frozenset[dt.date] = frozenset()


@dataclass(frozen=True)
class Earlier:
    """A visit of the plan before."""

    siret: str
    counsellor_id: str
    day: dt.date | None
    locked: bool


@dataclass(frozen=True)
class PlanDemand:
    counsellors: tuple[Planned, ...]
    days: tuple[dt.date, ...]
    a_day: int
    visit_minutes: float
    mode: TravelMode
    search: ProspectionDemand
    """What every counsellor's firms must meet; without a counsellor and a centre."""
    earlier: tuple[Earlier, ...] = ()
    fairness: float = 0.3
    without: frozenset[str] = frozenset()
    """Firms, by SIRET, that nobody of this plan goes to."""
