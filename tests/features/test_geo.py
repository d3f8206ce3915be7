"""Distances and reach, against values known by hand; the curve that places are put in order along."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.geo import (
    EARTH_RADIUS_KM,
    curve_order,
    distance_km,
    distances_across,
    distances_to,
    haversine_km,
    radius_km,
    unit_points,
)
from features.records import Mobility, TravelMode
from features.sources.communes import read_communes

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


# ---------------------------------------------------------------- from one of many places to all

PLACES = st.lists(st.tuples(LATITUDES, LONGITUDES) | st.just((np.nan, np.nan)), min_size=1, max_size=30)


@given(PLACES, st.data())
def test_distances_among_places_are_those_of_the_formula(
    places: list[tuple[float, float]], data: st.DataObject
) -> None:
    """But for the antipodes, where the sine hardly changes with the angle."""
    lats, lons = np.array(places).T
    place = data.draw(st.integers(0, len(places) - 1))
    found = distances_to(unit_points(lats, lons), place)
    expected = haversine_km(*places[place], lats, lons)
    assert (found.dtype, found.shape) == (np.float32, (len(places),))
    far = expected > 19_000
    np.testing.assert_allclose(found[~far], expected[~far], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(found[far], expected[far], atol=10)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((48.8566, 2.3522), (-20.8789, 55.4481)),  # Paris, Saint-Denis de La Réunion
        ((48.8566, 2.3522), (-22.2758, 166.458)),  # Nouméa
        ((48.8566, 2.3522), (48.8567, 2.3523)),
        ((48.8566, 2.3522), (48.8566001, 2.3522)),
        ((52.0, 179.99), (52.0, -179.99)),  # either side of the line where the date changes
        ((90.0, 0.0), (90.0, 137.0)),
    ],
)
def test_places_that_are_hard_to_measure(one: tuple[float, float], other: tuple[float, float]) -> None:
    lats, lons = np.array([one, other]).T
    assert distances_to(unit_points(lats, lons), 0)[1] == pytest.approx(distance_km(*one, *other), rel=1e-5, abs=1e-5)


def test_antipodes_are_half_way_round() -> None:
    points = unit_points(np.array([48.85, -48.85, 0.0, 0.0]), np.array([2.35, -177.65, 0.0, 180.0]))
    half_way = np.pi * EARTH_RADIUS_KM
    assert distances_to(points, 0)[1] == pytest.approx(half_way, abs=5)
    assert distances_to(points, 2)[3] == pytest.approx(half_way, abs=5)
    draw = np.random.default_rng(0)
    lats, lons = draw.uniform(-90, 90, 200), draw.uniform(-180, 0, 200)
    points = unit_points(np.append(lats, -lats), np.append(lons, lons + 180))
    for place in range(200):
        assert distances_to(points, place)[place + 200] == pytest.approx(half_way, abs=10)


@given(PLACES)
def test_a_place_is_at_no_distance_of_itself(places: list[tuple[float, float]]) -> None:
    points = unit_points(*np.array(places).T)
    for number, (lat, _) in enumerate(places):
        distance = float(distances_to(points, number)[number])
        assert distance == 0 or (np.isnan(distance) and np.isnan(lat))


# ---------------------------------------------------------------- along the curve


@given(PLACES)
@settings(max_examples=60)
def test_the_curve_goes_through_every_place_once_and_ends_with_the_unknown(places: list[tuple[float, float]]) -> None:
    lats, lons = np.array(places).T
    order = curve_order(lats, lons)
    assert order.dtype == np.int32
    assert sorted(order.tolist()) == list(range(len(places)))
    unknown = np.isnan(lats[order])
    assert (unknown[:-1] <= unknown[1:]).all()
    assert order[unknown].tolist() == sorted(order[unknown].tolist())


def test_a_place_that_lacks_one_coordinate_is_unknown() -> None:
    assert curve_order(np.array([np.nan, 45.0, 46.0]), np.array([2.0, np.nan, 3.0])).tolist() == [2, 0, 1]


def test_no_place_has_no_order() -> None:
    assert curve_order(np.empty(0), np.empty(0)).tolist() == []
    assert curve_order(np.full(3, np.nan), np.full(3, np.nan)).tolist() == [0, 1, 2]


def test_each_step_on_a_grid_is_to_a_neighbour() -> None:
    """What makes it Hilbert's curve. Along edges, where places are pressed together, a step may be longer."""
    side = 64
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    order = curve_order(y.astype(float), x.astype(float))
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert np.mean(steps == 1) > 0.9
    assert steps.mean() < 1.3


def runs_of_circles(
    lats: NDArray[np.floating], lons: NDArray[np.floating], centres: NDArray[np.int64], radius: float
) -> tuple[float, float]:
    """Mean number of runs, and of places, of circles around some places, in the order of the curve."""
    order, points = curve_order(lats, lons), unit_points(lats, lons)
    inside = np.array([(distances_to(points, centre) <= radius)[order] for centre in centres])
    edges = np.diff(np.pad(inside.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    return float((edges == 1).sum(axis=1).mean()), float(inside.sum(axis=1).mean())


def test_a_circle_is_few_runs_of_the_curve() -> None:
    draw = np.random.default_rng(0)
    lats, lons = draw.uniform(43, 50, 5000), draw.uniform(-1, 7, 5000)
    n_runs, n_places = runs_of_circles(lats, lons, np.arange(100), 60.0)
    assert n_places > 80
    assert n_runs < n_places / 6


@pytest.mark.open_data
def test_a_circle_of_thirty_kilometres_is_few_runs_of_the_communes_of_france(open_data: Path) -> None:
    communes, _ = read_communes(open_data / "communes" / "communes.csv.gz")
    known = np.flatnonzero(~np.isnan(communes.lat))
    centres = np.random.default_rng(0).choice(known, 100, replace=False)
    n_runs, n_communes = runs_of_circles(communes.lat, communes.lon, centres, 30.0)
    assert n_communes > 100
    assert n_runs < n_communes / 8


def test_distances_among_a_few_places_are_those_from_each_to_all() -> None:
    draw = np.random.default_rng(4)
    points = unit_points(draw.uniform(42, 51, 300), draw.uniform(-4, 8, 300))
    starts, ends = draw.integers(0, 300, 5), draw.integers(0, 300, 70)
    found = distances_across(points[:, starts], points[:, ends])
    np.testing.assert_array_equal(found, np.stack([distances_to(points, start)[ends] for start in starts]))
    assert distances_across(points[:, :0], points).shape == (0, 300)
