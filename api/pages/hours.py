"""Hours, durations and weeks as one says them."""

import datetime as dt
from typing import Final

from matching.explain.wording import MONTHS

WEEKDAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def hour(moment: dt.datetime | dt.time) -> str:
    """« 9 h », « 14 h 05 »."""
    return f"{moment.hour} h" + (f" {moment.minute:02d}" if moment.minute else "")


def duration(minutes: float) -> str:
    """« 12 min », « 1 h 40 »; under one minute it is « 1 min »."""
    hours, rest = divmod(max(1, round(minutes)), 60)
    return f"{rest} min" if not hours else f"{hours} h" + (f" {rest:02d}" if rest else "")


def weekday(day: dt.date) -> str:
    """« mardi 1er décembre »."""
    return f"{WEEKDAYS[day.weekday()]} {'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]}"
