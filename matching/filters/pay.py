"""A pay floor."""

from collections.abc import Mapping

import numpy as np

from features.pay import MONTHLY_HOURS
from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_decimal
from matching.schema import Collection

PERIODS = {"M": 1.0, "A": 1 / 12, "H": MONTHLY_HOURS}


def not_below(monthly: float) -> Condition:
    """Offers that may pay `monthly` or more; those that do not say what they pay are let through."""
    return lambda view: ~(view.column("pay_max") < np.float32(monthly))


def floor_at_most(monthly: float) -> Condition:
    """Profiles whose pay floor is not above `monthly`; NaN (pay not said) lets everyone through."""
    return lambda view: ~(view.column("pay_floor") > np.float32(monthly))


def stated_at_least(monthly: float) -> Condition:
    """Offers that say they may pay `monthly` or more."""
    return lambda view: view.column("pay_max") >= np.float32(monthly)


def _parse(given: Mapping[str, str], _context: Context) -> Condition:
    if "salaireMin" not in given:
        raise BadParameter("periodeSalaire", given["periodeSalaire"], "à donner avec « salaireMin »")
    period = given.get("periodeSalaire", "M")
    if period not in PERIODS:
        raise BadParameter("periodeSalaire", period, "M (mois), A (an) ou H (heure)")
    return stated_at_least(round(parse_decimal("salaireMin", given["salaireMin"], 0, 1_000_000) * PERIODS[period], 2))


FILTER = Filter(
    for_all(
        (Collection.OFFERS,),
        Parameter("salaireMin", "Salaire brut au moins, en euros par période.", "1900"),
        Parameter("periodeSalaire", "Période du salaire : M (mois, par défaut), A (an) ou H (heure).", "M"),
    ),
    _parse,
)
