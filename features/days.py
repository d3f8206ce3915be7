"""How far the calendar of this service goes."""

import datetime as dt
from typing import Final

LAST_DAY: Final = dt.date(2999, 12, 31)
"""The last day that is taken from anybody: what is counted on from it, days or a month, still has a date."""
