"""Distances on the Earth, and how far a declared mobility reaches."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import Mobility, TravelMode

EARTH_RADIUS_KM: Final = 6371.0088
"""Mean radius, IUGG."""

DETOUR: Final = 1.3
"""Road kilometres per straight kilometre, a usual ratio for French road networks."""

SPEED_KM_H: Final[dict[TravelMode, float]] = {
    TravelMode.CAR: 45.0,
    TravelMode.TRANSIT: 22.0,
    TravelMode.BIKE: 14.0,
    TravelMode.WALK: 4.5,
}
"""Door-to-door speeds on a commute, an order of magnitude: a routing engine would replace this table."""


def haversine_km(lat: float, lon: float, lats: NDArray[np.floating], lons: NDArray[np.floating]) -> NDArray[np.float32]:
    """Great-circle distance in km from one point to each of n points (degrees); NaN where a point is NaN.

    R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984).
    """
    phi = math.radians(lat)
    phis = np.radians(np.asarray(lats, dtype=np.float64))
    half_dphi = (phis - phi) / 2
    half_dlambda = (np.radians(np.asarray(lons, dtype=np.float64)) - math.radians(lon)) / 2
    chord = np.sin(half_dphi) ** 2 + math.cos(phi) * np.cos(phis) * np.sin(half_dlambda) ** 2
    distances: NDArray[np.float32] = (2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))).astype(
        np.float32
    )
    return distances


def distance_km(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance in km between two points, in degrees."""
    return float(haversine_km(lat_a, lon_a, np.array([lat_b]), np.array([lon_b]))[0])


def radius_km(mobility: Mobility) -> float | None:
    """Straight-line reach of a mobility: its kilometres, or its minutes by its fastest mode (car when none is named).

    None when the person declared neither.
    """
    if mobility.km is not None:
        return mobility.km
    if mobility.minutes is None:
        return None
    speed = max(SPEED_KM_H[mode] for mode in mobility.modes) if mobility.modes else SPEED_KM_H[TravelMode.CAR]
    return mobility.minutes / 60 * speed / DETOUR
