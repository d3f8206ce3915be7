"""Roads of visits: how far and how long from a base to firms, and around a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.geo import DETOUR, haversine_km
from features.records import TravelMode
from features.travel_time import minutes_for
from matching.engine import Engine
from matching.filters import place

LEAST_ROAD_MINUTES: Final = 3.0
"""Between two addresses of one place: to leave, to park, to find the door."""


def road_minutes(engine: Engine, commune: int, away_km: NDArray[np.floating], mode: TravelMode) -> NDArray[np.float64]:
    """Minutes from a commune (row) to places so far away, by the speeds of the search by travel time; a place that is
    not known is taken to be as far as the median of the others, 30 km where none is known."""
    known = away_km[~np.isnan(away_km)]
    usual = float(np.median(known)) if len(known) else 30.0
    a_km = minutes_for(1.0, mode, place.density_at(engine.lookups, commune))
    minutes = np.nan_to_num(away_km, nan=usual).astype(np.float64) * a_km
    return np.asarray(np.maximum(minutes, LEAST_ROAD_MINUTES), dtype=np.float64)


@dataclass(frozen=True)
class Legs:
    """The road of a day, from the base over n places in their order and back: n + 1 parts."""

    km: tuple[float, ...]
    """Of road; NaN from and to a place that is not known."""
    minutes: tuple[float, ...]


def legs_of(engine: Engine, base_insee: str, places: Sequence[tuple[float, float]], mode: TravelMode) -> Legs:
    """The road over places (latitude, longitude; NaN where they are not known). Raises ValueError for a base that is no
    commune."""
    communes = engine.lookups.reference.communes
    base = communes.get_row(base_insee)
    if base is None:
        raise ValueError(f"{base_insee} is no commune")
    home = (float(communes.lat[base]), float(communes.lon[base]))
    ends = [home, *places, home]
    straight = np.array([haversine_km(*here, *np.array([there]).T)[0] for here, there in pairwise(ends)])
    minutes = road_minutes(engine, base, straight, mode)
    return Legs(tuple((straight * DETOUR).tolist()), tuple(minutes.tolist()))
