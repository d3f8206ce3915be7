"""Open to disabled workers: a filter that the person switches on, never a score."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import View
from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_flag
from matching.schema import Collection


def open_to_disabled(view: View) -> NDArray[np.bool_]:
    """Offers and sessions that say they are open to disabled workers."""
    if view.collection is Collection.SESSIONS:
        accessible: NDArray[np.bool_] = view.column("accessible") == 1
        return accessible
    return view.column("open_to_rqth")


def _parse(given: Mapping[str, str], _context: Context) -> Condition:
    name = "accesTravailleurHandicape"
    if not parse_flag(name, given[name]):
        raise BadParameter(name, given[name], "« true », ou ne pas donner ce paramètre")
    return open_to_disabled


FILTER = Filter(
    for_all(
        (Collection.OFFERS, Collection.SESSIONS),
        Parameter("accesTravailleurHandicape", "true : ouvertes aux travailleurs handicapés.", "true"),
    ),
    _parse,
)
