"""Within so many kilometres of a commune, and inside a person's own reach."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT
from features.records import Attendance
from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, Placed, for_all, parse_decimal, parse_list
from matching.lookups import Lookups
from matching.schema import Collection
from matching.written import Written

DEFAULT_KM = 10.0
"""As in *Offres d'emploi v2*."""
MOST_KM = 1000.0
MOST_COMMUNES = 5


def within(lookups: Lookups, communes: Sequence[int], radius_km: float) -> Condition:
    """Rows at most `radius_km` from the nearest of `communes` (rows); a row whose place is unknown is outside."""
    inside = _inside(lookups, communes, radius_km)
    return Placed(lambda view: inside[view.column("commune")], cells=lambda _written: inside[None, :], decided=True)


def near_home(lookups: Lookups, home: int, radius_km: float) -> Condition:
    """Rows at most `radius_km` from a home (commune row), and those known by its département alone."""
    inside = _inside(lookups, [home], radius_km)
    departement = lookups.departement_of_commune[home]
    cells = inside[None, :].copy()
    cells[:, -1] = True
    return Placed(
        lambda view: (
            inside[view.column("commune")]
            | ((view.column("commune") < 0) & (view.column("departement") == departement))
        ),
        cells=lambda _written: cells,
    )


def within_or_remote(lookups: Lookups, home: int, radius_km: float) -> Condition:
    """Sessions at most `radius_km` from a home (commune row), and those followed at a distance, wherever they are."""
    inside = _inside(lookups, [home], radius_km)
    remote = ATTENDANCE_BIT[Attendance.REMOTE]

    def cells(written: Written) -> NDArray[np.bool_]:
        at_a_distance = (written.low["attendance"] == remote) & (written.high["attendance"] == remote)  # their band
        marked: NDArray[np.bool_] = inside[None, :] | at_a_distance[:, None]
        return marked

    return Placed(lambda view: inside[view.column("commune")] | (view.column("attendance") == remote), cells=cells)


def in_own_reach(lookups: Lookups, commune: int) -> Condition:
    """Profiles (rows) that say they travel as far as `commune`."""
    distances = lookups.distances_from(commune)
    return Placed(
        lambda view: distances[view.column("commune")] <= view.column("radius_km"),
        cells=lambda written: distances[None, :] <= written.high["radius_km"][:, None],
    )


def _inside(lookups: Lookups, communes: Sequence[int], radius_km: float) -> NDArray[np.bool_]:
    """(n_communes + 1,) communes at most `radius_km` from one of `communes`; the last, unknown, is not."""
    from_each = [lookups.distances_from(commune) for commune in communes]
    distances = from_each[0] if len(from_each) == 1 else np.fmin.reduce(from_each)
    return np.asarray(distances <= radius_km, dtype=np.bool_)


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
