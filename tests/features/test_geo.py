"""Distances and reach, against values known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.geo import EARTH_RADIUS_KM, distance_km, haversine_km, radius_km
from features.records import Mobility, TravelMode

LATITUDES = st.floats(min_value=-90, max_value=90)
LONGITUDES = st.floats(min_value=-180, max_value=180)


def test_a_quarter_of_the_earth() -> None:
    quarter = np.pi / 2 * EARTH_RADIUS_KM
    assert distance_km(0, 0, 0, 90) == pytest.approx(quarter, rel=1e-6)
    assert distance_km(0, 0, 90, 0) == pytest.approx(quarter, rel=1e-6)


def test_paris_lyon() -> None:
    assert distance_km(48.8566, 2.3522, 45.7640, 4.8357) == pytest.approx(391.5, abs=1)


def test_a_degree_of_longitude_shrinks_towards_the_pole() -> None:
    at_equator, at_sixty = distance_km(0, 0, 0, 1), distance_km(60, 0, 60, 1)
    assert at_sixty == pytest.approx(at_equator / 2, rel=1e-3)


def test_an_unknown_place_is_at_an_unknown_distance() -> None:
    distances = haversine_km(48.0, 2.0, np.array([48.0, np.nan]), np.array([2.0, np.nan]))
    assert distances.dtype == np.float32
    assert distances[0] == 0
    assert np.isnan(distances[1])


def test_no_points_no_distances() -> None:
    assert haversine_km(48.0, 2.0, np.array([]), np.array([])).shape == (0,)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_distance_is_symmetric_and_bounded(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> None:
    there, back = distance_km(lat_a, lon_a, lat_b, lon_b), distance_km(lat_b, lon_b, lat_a, lon_a)
    assert there == pytest.approx(back, abs=1e-2)
    assert 0 <= there <= np.pi * EARTH_RADIUS_KM + 0.01


@pytest.mark.parametrize(
    ("mobility", "expected"),
    [
        (Mobility(), None),
        (Mobility(km=12.0), 12.0),
        (Mobility(km=0.0), 0.0),
        (Mobility(km=12.0, minutes=600.0), 12.0),
        (Mobility(minutes=60.0), 45.0 / 1.3),
        (Mobility(minutes=30.0, modes=(TravelMode.WALK, TravelMode.BIKE)), 0.5 * 14.0 / 1.3),
    ],
)
def test_radius(mobility: Mobility, expected: float | None) -> None:
    assert radius_km(mobility) == (None if expected is None else pytest.approx(expected))
