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
"""Door-to-door speeds on a commute that starts where nobody knows, an order of magnitude; `travel_time` tells apart how
densely the departure is peopled, and cites its sources."""


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


def unit_points(lats: NDArray[np.floating], lons: NDArray[np.floating]) -> NDArray[np.float64]:
    """(3, n) points of the unit sphere at n places (degrees), for `distances_to`; NaN where a place is NaN."""
    phis, lambdas = np.radians(np.asarray(lats, np.float64)), np.radians(np.asarray(lons, np.float64))
    return np.stack([np.cos(phis) * np.cos(lambdas), np.cos(phis) * np.sin(lambdas), np.sin(phis)])


def distances_to(points: NDArray[np.float64], place: int) -> NDArray[np.float32]:
    """Great-circle distance in km from one of `points` (3, n) to each: `haversine_km`, several times as fast."""
    distances: NDArray[np.float32] = distances_across(points[:, place : place + 1], points)[0]
    return distances


def distances_across(starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float32]:
    """(m, n) great-circle distances in km from each of `starts` (3, m) to each of `ends` (3, n), `unit_points`.

    Half the chord is the sine of half the angle; it is taken from differences of coordinates, so that short distances
    lose nothing.
    """
    squares = np.zeros((starts.shape[1], ends.shape[1]))
    for start, end in zip(starts, ends, strict=True):  # in place: a third of the time that (3, n) at once takes
        difference = end - start[:, None]
        difference *= difference
        squares += difference
    return _on_the_sphere(squares)


def distances_pairwise(starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.float32]:
    """(n,) great-circle distance in km from each of `starts` (3, n) to the one of `ends` (3, n) beside it, to the bit
    what `distances_across` has of the two."""
    squares = np.zeros(starts.shape[1])
    for start, end in zip(starts, ends, strict=True):
        difference = end - start
        difference *= difference
        squares += difference
    return _on_the_sphere(squares)


def _on_the_sphere(squares: NDArray[np.float64]) -> NDArray[np.float32]:
    """Km along the sphere between points whose chords, on the unit sphere, have these squares."""
    chords = squares.astype(np.float32)
    half = np.sqrt(chords, out=chords)
    half *= np.float32(0.5)
    distances: NDArray[np.float32] = np.arcsin(np.minimum(half, 1, out=half), out=half)
    distances *= np.float32(2 * EARTH_RADIUS_KM)
    return distances


CURVE_BITS: Final = 12


def curve_order(lats: NDArray[np.floating], lons: NDArray[np.floating]) -> NDArray[np.int32]:
    """(n,) places in the order of a Hilbert curve through them: what is near on the curve is near on the ground, and a
    circle is few runs of it. Places without coordinates come last.

    D. Hilbert, "Über die stetige Abbildung einer Linie auf ein Flächenstück", Math. Ann. 38 (1891).
    """
    side = 1 << CURVE_BITS
    x, y = (_grid(values, side) for values in (lons, lats))
    rank = np.zeros(len(x), dtype=np.int64)
    half = side >> 1
    while half:
        right, top = (x & half) > 0, (y & half) > 0
        rank = rank * 4 + (3 * right ^ top)
        flipped = ~top & right
        x, y = np.where(flipped, side - 1 - x, x), np.where(flipped, side - 1 - y, y)
        x, y = np.where(top, x, y), np.where(top, y, x)
        half >>= 1
    unknown = np.isnan(np.asarray(lats)) | np.isnan(np.asarray(lons))
    return np.lexsort((rank, unknown)).astype(np.int32)


def _grid(values: NDArray[np.floating], side: int) -> NDArray[np.int64]:
    """Whole numbers from 0 to side - 1 over mainland France, and past its edges the edge; NaN is 0."""
    low, high = np.nanpercentile(values, [1, 99]) if np.isfinite(values).any() else (0.0, 1.0)
    spread = max(high - low, 1e-9)
    scaled = (np.nan_to_num(np.asarray(values, np.float64), nan=low) - low) / spread * (side - 1)
    return np.clip(scaled, 0, side - 1).astype(np.int64)
