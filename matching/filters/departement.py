"""In given départements or regions."""

from collections.abc import Mapping

import numpy as np

from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, Placed, for_all, parse_list
from matching.lookups import Lookups
from matching.schema import Collection

MOST = 20


def in_departements(lookups: Lookups, rows: set[int]) -> Condition:
    """Rows of those départements (rows of `Lookups.departements`), also those known by their département alone."""
    wanted = np.zeros(len(lookups.departements) + 1, dtype=np.bool_)
    wanted[list(rows)] = True
    cells = np.append(wanted[lookups.departement_of_commune], True)[None, :]
    return Placed(lambda view: wanted[view.column("departement")], cells=lambda _written: cells)


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    lookups = context.lookups
    rows: set[int] = set()
    for code in parse_list("departement", given["departement"], MOST) if "departement" in given else []:
        if code not in lookups.departement_rows:
            raise BadParameter("departement", code, "un code de département, par exemple 23, 2A ou 974")
        rows.add(lookups.departement_rows[code])
    for region in parse_list("region", given["region"], MOST) if "region" in given else []:
        inside = {
            lookups.departement_rows[code] for code, found in lookups.region_of_departement.items() if found == region
        }
        if not inside:
            raise BadParameter("region", region, "un code de région INSEE, par exemple 75 (Nouvelle-Aquitaine)")
        rows |= inside
    return in_departements(lookups, rows)


FILTER = Filter(
    for_all(
        tuple(Collection),
        Parameter("departement", "Codes de départements, séparés par des virgules.", "23,44"),
        Parameter("region", "Codes de régions INSEE, séparés par des virgules.", "75"),
    ),
    _parse,
)
