"""How days are counted, and how far the calendar of this service goes."""

import datetime as dt
from typing import Final

EPOCH: Final = dt.date(1970, 1, 1)
LAST_DAY: Final = dt.date(2999, 12, 31)
"""The last day that is taken from anybody: what is counted on from it, days or a month, still has a date."""


def day_number(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return (date - EPOCH).days
