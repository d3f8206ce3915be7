"""Hours a week."""

import math
import re
from collections.abc import Mapping

import numpy as np

from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, for_all
from matching.schema import Collection


def of_hours(least: float, most: float) -> Condition:
    """Offers that say a number of weekly hours in [least, most]; those that do not are left out."""
    low, high = np.float32(least), np.float32(most)
    return lambda view: (view.column("weekly_hours") >= low) & (view.column("weekly_hours") <= high)


def _hours(name: str, value: str) -> float:
    """Hours, written as a number (35, 17,5) or as *Offres d'emploi v2* has them, HHMM (800 is 8 h, 2430 is 24 h 30)."""
    if re.fullmatch(r"[0-9]{3,4}", value) and int(value[-2:]) < 60:
        return int(value[:-2]) + int(value[-2:]) / 60
    if re.fullmatch(r"[0-9]{1,2}([.,][0-9]{1,2})?", value):
        return float(value.replace(",", "."))
    raise BadParameter(name, value, "un nombre d'heures (35 ou 17,5), ou HHMM (2430)")


def _parse(given: Mapping[str, str], _context: Context) -> Condition:
    least = _hours("dureeHebdoMin", given["dureeHebdoMin"]) if "dureeHebdoMin" in given else 0.0
    most = _hours("dureeHebdoMax", given["dureeHebdoMax"]) if "dureeHebdoMax" in given else math.inf
    if least > most:
        raise BadParameter("dureeHebdoMin", given["dureeHebdoMin"], f"au plus dureeHebdoMax ({most:g} h)")
    return of_hours(least, most)


_SILENT = "Les offres qui ne disent pas leurs horaires n'y figurent pas."

FILTER = Filter(
    for_all(
        (Collection.OFFERS,),
        Parameter("dureeHebdoMin", f"Heures par semaine au moins : 24,5, ou HHMM (2430). {_SILENT}", "24"),
        Parameter("dureeHebdoMax", f"Heures par semaine au plus : 24,5, ou HHMM (2430). {_SILENT}", "3500"),
    ),
    _parse,
)
