"""The days and weeks that there are to plan."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

from features.store.visits import monday_of
from features.working_days import holidays

ENOUGH_DAYS: Final = 2
"""Days that a week must have left to be the one that is shown first."""


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
