"""A team's week: what it is made with, and its visits by counsellor and day, each with its hours."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from features.records import Establishment, TravelMode
from features.store.visits import PlannedVisit, PlannedWeek

MODE: Final = TravelMode.CAR
A_DAY, VISIT_MINUTES, RADIUS_KM = 4, 45, 30
LATE: Final = dt.time(18, 0)
"""A day whose last visit ends later is too full."""
NOWHERE: Final = (float("nan"), float("nan"))
"""Where a firm is of which nothing is known any more."""


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
