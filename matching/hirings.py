"""Hirings expected over six months, as they are told: a mean and its bounds."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.hiring.forecast import interval


class Expected(msgspec.Struct, frozen=True, gc=False):
    """Hirings expected over six months: the mean, and bounds between which four futures in five lie."""

    mean: float
    low: int
    high: int


def expected_of(means: NDArray[np.float64], shapes: NDArray[np.float64]) -> list[Expected | None]:
    """The mean of each forecast with its bounds; None where there is none."""
    known = ~(np.isnan(means) | np.isnan(shapes))
    low, high = interval(np.where(known, means, 1.0), np.where(known, shapes, 1.0))
    return [
        Expected(mean, least, most) if told else None
        for mean, least, most, told in zip(means.tolist(), low.tolist(), high.tolist(), known.tolist(), strict=True)
    ]
