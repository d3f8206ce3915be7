"""Full or part time."""

from collections.abc import Mapping

from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_flag
from matching.schema import WORKING_TIME_FULL, WORKING_TIME_PART, Collection


def not_against(code: int) -> Condition:
    """Rows whose working time is `code` or is not said."""
    return lambda view: (view.column("working_time") == 0) | (view.column("working_time") == code)


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    code = WORKING_TIME_FULL if parse_flag("tempsPlein", given["tempsPlein"]) else WORKING_TIME_PART
    if context.collection is Collection.PROFILES:
        return not_against(code)
    return lambda view: view.column("working_time") == code


FILTER = Filter(
    for_all(
        (Collection.OFFERS, Collection.PROFILES),
        Parameter("tempsPlein", "true : temps plein ; false : temps partiel.", "true"),
    ),
    _parse,
)
