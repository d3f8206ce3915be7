"""The coarse steps that amounts are taken to: nobody finds the exact word of a person by asking euro by euro."""

import datetime as dt
from collections.abc import Mapping
from math import ceil, isnan
from typing import Final

from matching.errors import BadParameter
from matching.filters import place
from matching.filters.base import parse_date, parse_decimal, parse_integer
from matching.pay_steps import PAY_STEP
from matching.sides import ColumnReader

DISTANCE_STEP: Final = 10
"""Kilometres to which a radius is taken."""


MONTHS_STEP: Final = 6


SOONEST_RAISE: Final = 0.05


WIDEST_RAISE: Final = 0.15
"""Shares of the pay offered by which a raise is looked into, at least and at most."""


ALONE: Final = frozenset({"exclure"})
"""Parameters that pick people one by one: a diagnosis is of a demand, not of a list."""


def coarse(parameters: Mapping[str, str]) -> dict[str, str]:
    """Filters on people in the steps of this page. Raises BadParameter for one that picks people one by one."""
    found = dict(parameters)
    for name in ALONE & found.keys():
        raise BadParameter(name, found[name], "à retirer : un diagnostic porte sur une demande, pas sur des personnes")
    if "commune" in found and "," in found["commune"]:
        raise BadParameter("commune", found["commune"], "une seule commune pour un diagnostic")
    if "distance" in found:
        km = parse_decimal("distance", found["distance"], DISTANCE_STEP, place.MOST_KM)
        found["distance"] = str(min(DISTANCE_STEP * ceil(km / DISTANCE_STEP), int(place.MOST_KM)))
    if "experienceMois" in found:
        asked = parse_integer("experienceMois", found["experienceMois"], 0, 600)
        found["experienceMois"] = str(MONTHS_STEP * (asked // MONTHS_STEP))
    if "disponibleAvant" in found:
        day = parse_date("disponibleAvant", found["disponibleAvant"])
        found["disponibleAvant"] = month_end(day).isoformat()
    return found


def offered_pay(job: ColumnReader) -> float:
    """The pay that people are counted for: the most that is offered, in whole steps; NaN where none is told."""
    amount = float(job("pay_max")[0])
    return amount if isnan(amount) else PAY_STEP * (amount // PAY_STEP)


def raised_pay(offered: float, median: float) -> float:
    """The next pay worth a look: the market's where that is a little above what is offered, else a small raise."""
    least = PAY_STEP * ceil(round(offered * (1 + SOONEST_RAISE) / PAY_STEP, 6))
    market = PAY_STEP * ceil(median / PAY_STEP) if not isnan(median) else 0.0
    return market if least < market <= offered * (1 + WIDEST_RAISE) else float(least)


def month_end(day: dt.date) -> dt.date:
    following = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return following - dt.timedelta(days=1)
