"""A small map of results around a home: distances to scale and directions, without tiles and without the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, isnan, radians
from typing import Final

from features.geo import EARTH_RADIUS_KM
from matching.explain.wording import counted, kilometres

EDGE: Final = 138.0
"""Units from the middle to the furthest thing shown."""
STEPS_KM: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
DOT: Final = 18.0
"""Units within which results share a dot."""


@dataclass(frozen=True)
class Ring:
    km: int
    radius: float


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Around:
    """A map: units from the home, x to the east and y to the south."""

    rings: tuple[Ring, ...]
    dots: tuple[Dot, ...]
    reach: float | None
    words: str
    line: str = ""
    """The way over all of them from the home and back, as the points of a polyline; empty for none."""
    """What it shows, for who does not see it."""


def around(
    home: tuple[float, float],
    places: Sequence[tuple[int, float, float]],
    reach_km: float | None = None,
    words: str = "",
    joined: bool = False,
) -> Around | None:
    """The map of some places (number, latitude, longitude) around a home (latitude, longitude); None where there is
    nothing to place. Results at about the same spot share a dot: the first number, and « + ». `words` in place of those
    that tell of results; `joined` draws the way over them in their order."""
    if isnan(home[0]) or not places:
        return None
    km_a_degree = radians(1.0) * EARTH_RADIUS_KM
    east = km_a_degree * cos(radians(home[0]))
    points = [(number, (lon - home[1]) * east, (home[0] - lat) * km_a_degree) for number, lat, lon in places]
    furthest = max(hypot(x, y) for _, x, y in points)
    reach = reach_km if reach_km is not None and reach_km <= 2.5 * max(furthest, 2.0) else None
    span = max(furthest, reach or 0.0, 1.0)
    scale = EDGE / span
    step = next((km for km in STEPS_KM if span / km <= 4), STEPS_KM[-1])
    rings = tuple(Ring(km, round(km * scale, 1)) for km in range(step, int(span) + 1, step))
    spots: list[tuple[float, float, list[int]]] = []
    for number, x, y in points:
        at = (x * scale, y * scale)
        spot = next((each for each in spots if hypot(each[0] - at[0], each[1] - at[1]) < DOT), None)
        if spot is None:
            spots.append((*at, [number]))
        else:
            spot[2].append(number)
    stops = [(0.0, 0.0), *[(x * scale, y * scale) for _, x, y in points], (0.0, 0.0)] if joined else []
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in stops)
    dots = tuple(Dot(round(x, 1), round(y, 1), f"{found[0]}{'+' * (len(found) > 1)}") for x, y, found in spots)
    told = words or (
        f"{counted(len(points), 'résultat', 'résultats')} autour de chez vous, le plus loin à {kilometres(furthest)}. "
        "La distance de chacun est écrite sur sa carte."
    )
    return Around(rings, dots, None if reach is None else round(reach * scale, 1), told, line)
