"""Within so many kilometres of a commune, and inside a person's own reach."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue
from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, for_all, parse_decimal, parse_list
from matching.lookups import Lookups
from matching.schema import Collection

DEFAULT_KM = 10.0
"""As in *Offres d'emploi v2*."""
MOST_KM = 1000.0
MOST_COMMUNES = 5


def within(lookups: Lookups, communes: Sequence[int], radius_km: float) -> Condition:
    """Rows at most `radius_km` from the nearest of `communes` (rows); a row whose place is unknown is outside."""
    distances = np.fmin.reduce([lookups.distances_from(commune) for commune in communes])
    inside = distances <= radius_km
    return lambda catalogue: inside[catalogue.column("commune")]


def near_home(lookups: Lookups, home: int, radius_km: float) -> Condition:
    """Rows at most `radius_km` from a home (commune row), and those known by its département alone."""
    inside = within(lookups, [home], radius_km)
    departement = lookups.departement_of_commune[home]
    return lambda catalogue: (
        inside(catalogue) | ((catalogue.column("commune") < 0) & (catalogue.column("departement") == departement))
    )


def in_own_reach(lookups: Lookups, commune: int) -> Condition:
    """Profiles (rows) that say they travel as far as `commune`."""
    distances = lookups.distances_from(commune)

    def condition(catalogue: Catalogue) -> NDArray[np.bool_]:
        reached: NDArray[np.bool_] = distances[catalogue.column("commune")] <= catalogue.column("radius_km")
        return reached

    return condition


def commune_rows(lookups: Lookups, name: str, value: str) -> list[int]:
    """Commune rows of comma-separated INSEE codes that have coordinates. Raises BadParameter."""
    communes = lookups.reference.communes
    rows: list[int] = []
    for code in parse_list(name, value, MOST_COMMUNES):
        row = communes.get_row(code)
        if row is None:
            hint = ", ".join(f"{communes.insee[found]} ({communes.names[found]})" for found in _guesses(lookups, code))
            raise BadParameter(
                name, code, "un code commune INSEE à 5 caractères" + (f", par exemple {hint}" * bool(hint))
            )
        if np.isnan(communes.lat[row]):
            raise BadParameter(name, code, "une commune dont les coordonnées sont connues")
        rows.append(row)
    return rows


def _guesses(lookups: Lookups, text: str) -> list[int]:
    communes = lookups.reference.communes
    return [*communes.by_postcode(text), *communes.by_name(text)][:3]


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    if "commune" not in given:
        raise BadParameter("distance", given["distance"], "à donner avec « commune »")
    radius_km = parse_decimal("distance", given["distance"], 0, MOST_KM) if "distance" in given else DEFAULT_KM
    return within(context.lookups, commune_rows(context.lookups, "commune", given["commune"]), radius_km)


FILTER = Filter(
    for_all(
        tuple(Collection),
        Parameter("commune", "Codes INSEE des communes autour desquelles chercher (5 au plus).", "23096"),
        Parameter("distance", f"Rayon en kilomètres autour de la commune ({DEFAULT_KM:g} par défaut).", "30"),
    ),
    _parse,
)
