"""Published lately; not yet expired."""

from collections.abc import Mapping

from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_integer
from matching.lookups import day_number
from matching.schema import NO_DAY, Collection


def published_since(day: int) -> Condition:
    """Offers published on that day (days since 1970) or later."""
    return lambda view: view.column("published_day") >= day


def published_by(day: int) -> Condition:
    """Offers published on that day or before."""
    return lambda view: view.column("published_day") <= day


def not_expired(day: int) -> Condition:
    """Offers still open on that day; those without an end are open."""
    return lambda view: (view.column("expires_day") == NO_DAY) | (view.column("expires_day") >= day)


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    days = parse_integer("publieeDepuis", given["publieeDepuis"], 1, 3650)
    return published_since(day_number(context.today) - days)


FILTER = Filter(
    for_all((Collection.OFFERS,), Parameter("publieeDepuis", "Publiée depuis ce nombre de jours au plus.", "7")),
    _parse,
)
