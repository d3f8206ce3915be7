"""How far one gets in so many minutes: door-to-door speeds by mode and by how peopled the place of departure is.

A simple model, for a search circle: no timetable, no network, no hour of the day; a routing engine would replace it.

The three classes carry the thresholds of Eurostat's degree of urbanisation, which INSEE's *grille communale de densité*
follows (1 500 and 300 inhabitants per km2). They are held against the mean density within `AROUND_KM`, because a
commute crosses more than its own commune: 471 239 and 94 248 people make dense and mixed surroundings.

Speeds are round figures of ours, not a fit; walks, waits and parking are included. They keep to the orders of magnitude
of the *enquête mobilité des personnes* 2018-2019 (SDES and INSEE: a trip takes 19 minutes by car, 41 by public
transport, 18 by bicycle, 14 on foot, and a day's travel is longest around Paris) and to what the local travel surveys
to Cerema's standard (EMC2) show: a car is much slower in a large city, a bus or a coach is waited for in the country.
The middle class is `geo.SPEED_KM_H`, which is used where the departure is not told.
"""

import math
from enum import StrEnum
from typing import Final

from features.geo import DETOUR, SPEED_KM_H
from features.records import TravelMode

AROUND_KM: Final = 10.0
"""Radius of what counts as the surroundings of a departure."""


class Density(StrEnum):
    """How the surroundings of a departure are peopled."""

    DENSE = "dense"
    MIXED = "mixte"
    RURAL = "rural"


LEAST_PER_KM2: Final = ((1500.0, Density.DENSE), (300.0, Density.MIXED))
"""Inhabitants per km2 from which each class starts; below them it is rural."""

DOOR_TO_DOOR_KM_H: Final[dict[Density, dict[TravelMode, float]]] = {
    Density.DENSE: {
        TravelMode.CAR: 25.0,
        TravelMode.TRANSIT: 18.0,
        TravelMode.BIKE: 13.0,
        TravelMode.WALK: 4.5,
    },
    Density.MIXED: SPEED_KM_H,
    Density.RURAL: {
        TravelMode.CAR: 55.0,
        TravelMode.TRANSIT: 20.0,
        TravelMode.BIKE: 15.0,
        TravelMode.WALK: 4.5,
    },
}
"""Kilometres of road or rail an hour, from door to door."""


def density_of(people_around: int) -> Density:
    """The class of a place with so many people within `AROUND_KM`; none known is rural."""
    per_km2 = people_around / (math.pi * AROUND_KM**2)
    return next((density for least, density in LEAST_PER_KM2 if per_km2 >= least), Density.RURAL)


def reach_km(minutes: float, mode: TravelMode, density: Density) -> float:
    """Straight-line kilometres that one gets to in `minutes`."""
    return minutes / 60 * DOOR_TO_DOOR_KM_H[density][mode] / DETOUR


def minutes_for(distance_km: float, mode: TravelMode, density: Density) -> float:
    """Minutes that it takes to get `distance_km` away in a straight line: the inverse of `reach_km`."""
    return distance_km * DETOUR / DOOR_TO_DOOR_KM_H[density][mode] * 60
