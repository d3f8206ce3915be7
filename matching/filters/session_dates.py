"""When a session starts, and whether it still takes people."""

from collections.abc import Mapping

from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_date
from matching.lookups import day_number
from matching.schema import Collection


def starts_between(first: int, last: int) -> Condition:
    """Sessions that start from day `first` to day `last`, both included."""
    return lambda view: (view.column("start_day") >= first) & (view.column("start_day") <= last)


def has_seats() -> Condition:
    """Sessions that are not full; those that do not say are let through."""
    return lambda view: view.column("seats_left") != 0


def _parse(given: Mapping[str, str], _context: Context) -> Condition:
    first = day_number(parse_date("debutApres", given["debutApres"])) if "debutApres" in given else -(2**31)
    last = day_number(parse_date("debutAvant", given["debutAvant"])) if "debutAvant" in given else 2**31 - 1
    return starts_between(first, last)


FILTER = Filter(
    for_all(
        (Collection.SESSIONS,),
        Parameter("debutApres", "Débute à cette date ou après.", "2026-12-01"),
        Parameter("debutAvant", "Débute à cette date ou avant.", "2027-06-30"),
    ),
    _parse,
)
