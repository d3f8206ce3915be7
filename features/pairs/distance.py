"""Distance as a share of how far the person is ready to go: 0 next door, 1 at the limit. NaN when unknown.

Two places a kilometre apart are next door whatever the reach, so reach counts for at least one kilometre.
"""

from typing import Protocol

import numpy as np

from features.pairs.base import Feature, Floats, as_rows, within

LIMIT = 4.0


class Distances(Protocol):
    """Pairs with a distance and a reach, both float32 of n (or one) rows, in km."""

    @property
    def distance_km(self) -> Floats: ...

    @property
    def reach_km(self) -> Floats: ...


def _compute(pairs: Distances) -> Floats:
    share = pairs.distance_km / np.maximum(pairs.reach_km, 1.0)
    return as_rows(within(share, 0, LIMIT), len(pairs.distance_km))


FEATURE = Feature[Distances]("distance", "share of reach", 0.0, LIMIT, _compute)
