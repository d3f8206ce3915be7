"""The conditions of a query as SQL, for the engines that speak it."""

import numpy as np

from benchmarks.peer_adapters.base import Places, family_range
from benchmarks.workload import Query


def conditions(query: Query, places: Places, communes_in: str = "commune IN ({})") -> str | None:
    """A WHERE clause over columns named as in `Workload` and in `accepts`; None: no condition.

    The place is the list of the communes inside the circle, which an index on `commune` answers.
    """
    if query.unfiltered:
        return None
    told = ["visible", f"available_day <= {query.day}", f"accepts_{query.contracts}"]
    family = family_range(query)
    if family is not None:
        told.append(f"occupation BETWEEN {family[0]} AND {family[1]}")
    if query.radius_km is not None:
        inside = np.flatnonzero(places.inside(query)).tolist()
        told.append(communes_in.format(",".join(map(str, inside))))
    return " AND ".join(told)
