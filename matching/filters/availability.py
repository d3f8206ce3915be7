"""People available by a date."""

from collections.abc import Mapping

from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_date
from matching.lookups import day_number
from matching.schema import Collection


def available_by(day: int) -> Condition:
    """Profiles available on that day (days since 1970); those who say no date are available now."""
    return lambda view: view.column("available_day") <= day


def _parse(given: Mapping[str, str], _context: Context) -> Condition:
    return available_by(day_number(parse_date("disponibleAvant", given["disponibleAvant"])))


FILTER = Filter(
    for_all(
        (Collection.PROFILES,), Parameter("disponibleAvant", "Disponible au plus tard à cette date.", "2026-12-01")
    ),
    _parse,
)
