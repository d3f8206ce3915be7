"""Within so many kilometres or minutes of a commune, and inside a person's own reach."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.bits import ATTENDANCE_BIT
from features.records import Attendance, TravelMode
from features.travel_time import AROUND_KM, Density, density_of, minutes_for, reach_km
from matching.errors import BadParameter
from matching.filters.base import (
    AllOf,
    AnyOf,
    Condition,
    Context,
    Filter,
    Parameter,
    Placed,
    Told,
    for_all,
    parse_choice,
    parse_decimal,
    parse_integer,
    parse_list,
)
from matching.lookups import Lookups
from matching.schema import REACH_LIMITS_KM, Collection
from matching.written import Written

DEFAULT_KM = 10.0
"""As in *Offres d'emploi v2*."""
MOST_KM = 1000.0
BAND_KM = 5.0
"""How far people live is told, and asked, in steps of this, so that no home is found by asking again and again."""
MOST_COMMUNES = 5
_REMOTE: Final = ATTENDANCE_BIT[Attendance.REMOTE]
_REACHES_KM: Final = (-math.inf, *REACH_LIMITS_KM, math.inf)
LEAST_MINUTES, MOST_MINUTES = 5, 240
PLACE_PARAMETERS: Final = frozenset({"commune", "departement", "region", "bassin"})
"""Parameters of this and its neighbours that name a place of their own: a person's home no longer counts."""


def within(lookups: Lookups, communes: Sequence[int], radius_km: float) -> Condition:
    """Rows at most `radius_km` from the nearest of `communes` (rows); a row whose place is unknown is outside."""
    return in_communes(_inside(lookups, communes, radius_km))


def whole_bands(radius_km: float) -> float:
    """The radius within which the distance that is told, rounded to whole bands, is at most `radius_km`."""
    return math.floor(radius_km / BAND_KM + 1e-9) * BAND_KM + BAND_KM / 2


def within_minutes(
    lookups: Lookups, communes: Sequence[int], minutes: float, mode: TravelMode, in_bands: bool = False
) -> Condition:
    """Rows that one gets to in `minutes` from one of `communes` (rows), each with its own speed; `in_bands`: by their
    distance in whole bands."""
    reaches = [reach_km(minutes, mode, density_at(lookups, commune)) for commune in communes]
    circles = [
        _inside(lookups, [commune], whole_bands(reach) if in_bands else reach)
        for commune, reach in zip(communes, reaches, strict=True)
    ]
    return in_communes(np.logical_or.reduce(circles))


def in_communes(inside: NDArray[np.bool_]) -> Condition:
    """Rows of the communes marked in `inside` (n_communes + 1,); the last entry is for rows of no known commune."""
    return Placed(lambda view: inside[view.column("commune")], cells=lambda _written: inside[None, :], decided=True)


def density_at(lookups: Lookups, commune: int) -> Density:
    """How densely the surroundings of a commune (row) are peopled."""
    return density_of(lookups.people_around(commune, AROUND_KM))


def near_home(lookups: Lookups, home: int, radius_km: float) -> Condition:
    """Rows at most `radius_km` from a home (commune row), and those known by its département alone."""
    inside = _inside(lookups, [home], radius_km)
    departement = lookups.departement_of_commune[home]
    cells = inside[None, :].copy()
    cells[:, -1] = True
    return Placed(
        AnyOf(
            (
                lambda view: inside[view.column("commune")],
                AllOf(
                    (
                        lambda view: view.column("commune") < 0,
                        lambda view: view.column("departement") == departement,
                    )
                ),
            )
        ),
        cells=lambda _written: cells,
    )


def within_or_remote(lookups: Lookups, home: int, radius_km: float) -> Condition:
    """Sessions at most `radius_km` from a home (commune row), and those followed at a distance, wherever they are."""
    inside = _inside(lookups, [home], radius_km)
    return Placed(
        AnyOf((lambda view: inside[view.column("commune")], lambda view: view.column("attendance") == _REMOTE)),
        cells=lambda written: inside[None, :] | _remote_bands(written)[:, None],
    )


def remote() -> Condition:
    """Sessions followed at a distance alone."""
    return Placed(
        lambda view: view.column("attendance") == _REMOTE, cells=lambda written: _remote_bands(written)[:, None]
    )


def attended() -> Condition:
    """Sessions to which one comes, at least now and then."""
    return lambda view: view.column("attendance") != _REMOTE


def _remote_bands(written: Written) -> NDArray[np.bool_]:
    """(n_bands,) bands of sessions at a distance alone."""
    remote: NDArray[np.bool_] = (written.low["attendance"] == _REMOTE) & (written.high["attendance"] == _REMOTE)
    return remote


def in_own_reach(lookups: Lookups, commune: int) -> Condition:
    """Profiles (rows) that say they travel as far as `commune`."""
    distances = lookups.distances_from(commune)
    return Placed(
        Told(
            lambda view: distances[view.column("commune")] <= view.column("radius_km"),
            told=lambda _collection: AnyOf(
                tuple(_bound_to_reach(distances, low, high) for low, high in pairwise(_REACHES_KM))
            ),
        ),
        cells=lambda written: distances[None, :] <= written.high["radius_km"][:, None],
    )


def _bound_to_reach(distances: NDArray[np.float32], low: float, high: float) -> Condition:
    """Rows that go further than `low`, up to `high` kilometres, from communes no further than `high`."""
    near = distances <= high
    return AllOf(
        (
            lambda view: (view.column("radius_km") > low) & (view.column("radius_km") <= high),
            lambda view: near[view.column("commune")],
        )
    )


def _inside(lookups: Lookups, communes: Sequence[int], radius_km: float) -> NDArray[np.bool_]:
    """(n_communes + 1,) communes at most `radius_km` from one of `communes`; the last, unknown, is not."""
    circles = [lookups.communes_within(commune, radius_km) for commune in communes]
    return circles[0] if len(circles) == 1 else np.logical_or.reduce(circles)


def commune_rows(lookups: Lookups, name: str, value: str) -> list[int]:
    """Commune rows of comma-separated INSEE codes that have coordinates. Raises BadParameter."""
    communes = lookups.reference.communes
    rows: list[int] = []
    for code in parse_list(name, value, MOST_COMMUNES):
        row = communes.get_row(code)
        if row is None:
            hint = ", ".join(
                f"{communes.insee[found]} ({communes.names[found]})" for found in named_communes(lookups, code)
            )
            raise BadParameter(
                name, code, "un code commune INSEE à 5 caractères" + (f", par exemple {hint}" * bool(hint))
            )
        if np.isnan(communes.lat[row]):
            raise BadParameter(name, code, "une commune dont les coordonnées sont connues")
        rows.append(row)
    return rows


def named_communes(lookups: Lookups, text: str) -> list[int]:
    """At most three communes (rows) that a text may mean: a code, a postcode or a name."""
    communes = lookups.reference.communes
    row = communes.get_row(text)
    return [*([] if row is None else [row]), *communes.by_postcode(text), *communes.by_name(text)][:3]


def refuse_narrow(lookups: Lookups, given: Mapping[str, str], least_km: float) -> None:
    """Raises BadParameter where the parameters ask for less than `least_km` around one of their communes."""
    if "distance" in given:
        parse_decimal("distance", given["distance"], least_km, MOST_KM)
    if "tempsTrajet" not in given or "commune" not in given:
        return
    minutes, mode = _travel(given)
    for commune in commune_rows(lookups, "commune", given["commune"]):
        least = math.ceil(round(minutes_for(least_km, mode, density_at(lookups, commune)), 6))
        if minutes < least:
            expected = (
                f"au moins {least} minutes avec ce mode autour de "
                f"{lookups.reference.communes.names[commune]}, soit {least_km:g} km"
            )
            raise BadParameter("tempsTrajet", given["tempsTrajet"], expected)


def _travel(given: Mapping[str, str]) -> tuple[int, TravelMode]:
    """Minutes and mode. Raises BadParameter."""
    minutes = parse_integer("tempsTrajet", given["tempsTrajet"], LEAST_MINUTES, MOST_MINUTES)
    return minutes, parse_choice("mode", given["mode"], TravelMode) if "mode" in given else TravelMode.CAR


def _parse(given: Mapping[str, str], context: Context) -> Condition:
    if "mode" in given and "tempsTrajet" not in given:
        raise BadParameter("mode", given["mode"], "à donner avec « tempsTrajet »")
    for name in ("distance", "tempsTrajet"):
        if name in given and "commune" not in given:
            raise BadParameter(name, given[name], "à donner avec « commune »")
    if "tempsTrajet" in given and "distance" in given:
        raise BadParameter("tempsTrajet", given["tempsTrajet"], "à donner sans « distance » : l'un des deux")
    communes = commune_rows(context.lookups, "commune", given["commune"])
    is_for_people = context.collection is Collection.PROFILES
    if "tempsTrajet" in given:
        return within_minutes(context.lookups, communes, *_travel(given), in_bands=is_for_people)
    radius_km = parse_decimal("distance", given["distance"], 0, MOST_KM) if "distance" in given else DEFAULT_KM
    if is_for_people:
        radius_km = whole_bands(radius_km)
    return within(context.lookups, communes, radius_km)


FILTER = Filter(
    for_all(
        tuple(Collection),
        Parameter("commune", "Codes INSEE des communes autour desquelles chercher (5 au plus).", "23096"),
        Parameter("distance", f"Rayon en kilomètres autour de la commune ({DEFAULT_KM:g} par défaut).", "30"),
        Parameter(
            "tempsTrajet",
            f"Temps de trajet depuis la commune, en minutes ({LEAST_MINUTES} à {MOST_MINUTES}), au lieu de "
            "« distance ». Estimé par une vitesse de porte à porte selon le mode et la densité de population autour de "
            "la commune.",
            "45",
            instead_of="distance",
        ),
        Parameter(
            "mode",
            f"Mode de déplacement pour le temps de trajet : {', '.join(TravelMode)} ({TravelMode.CAR} par défaut).",
            "transports",
            instead_of="distance",
        ),
    ),
    _parse,
)
