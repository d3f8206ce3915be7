"""Travel time, against values known by hand."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.geo import radius_km
from features.records import Mobility, TravelMode
from features.travel_time import DOOR_TO_DOOR_KM_H, Density, density_of, minutes_for, reach_km


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (0, Density.RURAL),
        (94_247, Density.RURAL),  # 300 x pi x 10 x 10 = 94 247.8
        (94_248, Density.MIXED),
        (471_238, Density.MIXED),  # 1 500 x pi x 10 x 10 = 471 238.9
        (471_239, Density.DENSE),
        (2_100_000, Density.DENSE),
    ],
)
def test_density(people: int, expected: Density) -> None:
    assert density_of(people) is expected


@pytest.mark.parametrize(
    ("minutes", "mode", "density", "expected"),
    [
        (60, TravelMode.CAR, Density.RURAL, 42.3077),  # 55 / 1.3
        (30, TravelMode.CAR, Density.DENSE, 9.6154),  # 25 / 2 / 1.3
        (45, TravelMode.TRANSIT, Density.MIXED, 12.6923),  # 22 x 3/4 / 1.3
        (20, TravelMode.BIKE, Density.RURAL, 3.8462),  # 15 / 3 / 1.3
        (15, TravelMode.WALK, Density.DENSE, 0.8654),  # 4.5 / 4 / 1.3
        (0, TravelMode.CAR, Density.MIXED, 0.0),
    ],
)
def test_reach(minutes: float, mode: TravelMode, density: Density, expected: float) -> None:
    assert reach_km(minutes, mode, density) == pytest.approx(expected, abs=1e-4)


@given(st.floats(0, 240), st.sampled_from(TravelMode), st.sampled_from(Density))
def test_minutes_are_those_of_the_reach(minutes: float, mode: TravelMode, density: Density) -> None:
    assert minutes_for(reach_km(minutes, mode, density), mode, density) == pytest.approx(minutes)


@pytest.mark.parametrize("mode", TravelMode)
def test_where_the_departure_is_not_told_speeds_are_those_between(mode: TravelMode) -> None:
    assert radius_km(Mobility(minutes=40.0, modes=(mode,))) == pytest.approx(reach_km(40, mode, Density.MIXED))


@pytest.mark.parametrize("density", Density)
def test_every_mode_has_a_speed_and_they_are_in_order(density: Density) -> None:
    speeds = DOOR_TO_DOOR_KM_H[density]
    assert set(speeds) == set(TravelMode)
    assert speeds[TravelMode.CAR] > speeds[TravelMode.TRANSIT] > speeds[TravelMode.BIKE] > speeds[TravelMode.WALK]


def test_the_page_has_the_speeds_that_are_used() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    head, _, *rows = (line.strip("| ").split(" | ") for line in page[page.index("| people within") :].splitlines()[:5])
    assert [name.strip("`") for name in head[1:]] == list(TravelMode)
    for (_, *speeds), density in zip(rows, Density, strict=True):
        told = [float(speed.removesuffix(" km/h")) for speed in speeds]
        assert told == [DOOR_TO_DOOR_KM_H[density][mode] for mode in TravelMode]


def test_the_denser_the_slower_by_car() -> None:
    dense, mixed, rural = (DOOR_TO_DOOR_KM_H[density][TravelMode.CAR] for density in Density)
    assert dense < mixed < rural
