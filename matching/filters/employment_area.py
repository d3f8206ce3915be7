"""In given employment areas (*bassins d'emploi*): where people live and work, across the borders of départements."""

from collections.abc import Mapping

import numpy as np

from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_list
from matching.filters.place import in_communes, named_communes
from matching.lookups import Lookups
from matching.schema import Collection

MOST = 50


def in_areas(lookups: Lookups, rows: set[int]) -> Condition:
    """Rows whose commune is in one of those areas (rows of `Lookups.areas`); a row of no known commune is outside."""
    return in_communes(np.isin(lookups.area_of_commune, sorted(rows)))


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    lookups = context.lookups
    area_rows = {code: row for row, code in enumerate(lookups.areas)}
    codes = parse_list("bassin", given["bassin"], MOST)
    for code in codes:
        if code not in area_rows:
            near = ", ".join(_guesses(lookups, code) or lookups.areas[:1])
            raise BadParameter("bassin", code, "un code de bassin d'emploi" + f", par exemple {near}" * bool(near))
    return in_areas(lookups, {area_rows[code] for code in codes})


def _guesses(lookups: Lookups, text: str) -> list[str]:
    """Areas of the communes that a text may mean: "7543 (Guéret)"."""
    communes = lookups.reference.communes
    found = {
        communes.employment_areas[row]: communes.employment_area_names[row] for row in named_communes(lookups, text)
    }
    return [f"{code} ({name})" for code, name in found.items() if code]


FILTER = Filter(
    for_all(
        tuple(Collection),
        Parameter(
            "bassin",
            "Codes de bassins d'emploi, séparés par des virgules ; ce dont la commune est inconnue n'y figure pas.",
            "7543",
        ),
    ),
    _parse,
)
