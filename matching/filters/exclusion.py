"""All but given records: those that the reader has already seen or refused."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import View
from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_list
from matching.keys import key_number
from matching.schema import Collection

MOST = 200


def other_than(ids: Iterable[str]) -> Condition:
    """Rows of other records than those of the ids, at least one; an id that is not there leaves nothing out."""
    unwanted = np.array(sorted({key_number(key) for key in ids}), dtype=np.int64)

    def condition(view: View) -> NDArray[np.bool_]:
        keys = view.keys()
        nearest = np.minimum(np.searchsorted(unwanted, keys), len(unwanted) - 1)
        others: NDArray[np.bool_] = unwanted[nearest] != keys
        return others

    return condition


def _parse(given: Mapping[str, str], _context: Context) -> Condition:
    return other_than(parse_list("exclure", given["exclure"], MOST))


FILTER = Filter(
    for_all(
        tuple(Collection),
        Parameter("exclure", f"Identifiants à ne pas montrer, séparés par des virgules ({MOST} au plus).", "vu-1,vu-2"),
    ),
    _parse,
)
