"""Firms by sector, size and engagement."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import View
from matching.errors import BadParameter
from matching.filters.base import (
    Condition,
    Context,
    Filter,
    Parameter,
    for_all,
    parse_flag,
    parse_integer,
    parse_list,
)
from matching.schema import Collection

MOST_HEADCOUNT = 1_000_000


def in_sectors(prefixes: list[str], codes: tuple[str, ...]) -> Condition:
    """Firms whose NAF code (rows of `codes`) starts with one of `prefixes`."""
    wanted = np.array([code.startswith(tuple(prefixes)) for code in codes] + [False])
    return lambda view: wanted[view.column("naf")]


def of_size(least: int, most: int) -> Condition:
    """Firms whose headcount band meets [least, most]; firms of unknown size are left out."""

    def condition(view: View) -> NDArray[np.bool_]:
        low, high = view.column("headcount_min"), view.column("headcount_max")
        meets: NDArray[np.bool_] = (low >= 0) & (low <= most) & ((high < 0) | (high >= least))
        return meets

    return condition


def _parse_sector(given: Mapping[str, str], context: Context) -> Condition:
    codes = context.lookups.reference.naf.naf_codes
    prefixes: list[str] = []
    for written in parse_list("naf", given["naf"], 50):
        prefix = written.replace(".", "").upper()
        if not prefix or not any(code.startswith(prefix) for code in codes):
            raise BadParameter("naf", written, "un code NAF ou son début, par exemple 1071C ou 10")
        prefixes.append(prefix)
    return in_sectors(prefixes, codes)


def _parse_size(given: Mapping[str, str], _context: Context) -> Condition:
    least = parse_integer("effectifMin", given["effectifMin"], 0, MOST_HEADCOUNT) if "effectifMin" in given else 0
    most = (
        parse_integer("effectifMax", given["effectifMax"], 0, MOST_HEADCOUNT)
        if "effectifMax" in given
        else MOST_HEADCOUNT
    )
    if least > most:
        raise BadParameter("effectifMin", str(least), f"au plus effectifMax ({most})")
    return of_size(least, most)


def _parse_engaged(given: Mapping[str, str], _context: Context) -> Condition:
    wanted = parse_flag("engagee", given["engagee"])
    return lambda view: view.column("engaged") == wanted


SECTOR = Filter(
    for_all(
        (Collection.ESTABLISHMENTS,), Parameter("naf", "Codes NAF, ou leurs débuts, séparés par des virgules.", "1071C")
    ),
    _parse_sector,
)
SIZE = Filter(
    for_all(
        (Collection.ESTABLISHMENTS,),
        Parameter("effectifMin", "Effectif au moins (tranche de l'établissement).", "3"),
        Parameter("effectifMax", "Effectif au plus (tranche de l'établissement).", "49"),
    ),
    _parse_size,
)
ENGAGED = Filter(
    for_all((Collection.ESTABLISHMENTS,), Parameter("engagee", "true : entreprises engagées avec le réseau.", "true")),
    _parse_engaged,
)
