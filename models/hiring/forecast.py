"""`Forecast`: hirings expected of establishments over the next six months, and how sure that is.

The mean is what firms of its kind hire (`cells`) times what its own past says (`indices`), their weights fitted. Around
it the number of hirings is negative binomial, with a shape that grows with what is known. Of the hirings of a firm,
those in some occupations are a share: their mean is the share of the mean, and their shape adds what is not known of
the firm's mix, a beta around its sector's of concentration `kappa`.

It is plain arrays (`hiring.npz` and a manifest), and needs numpy and scipy.special alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from models.hiring.cells import Cells
from models.hiring.indices import indices_of

Floats = NDArray[np.float64]

COVERAGE: Final = 0.8
"""Share of futures that an interval holds."""
DEFAULT_KAPPA: Final = 4.0
LARGEST: Final = 1 << 20
LEVELS: Final = (0.25, 1.5, 6.0, 30.0)
"""Means around which the spread is brought to what was seen."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """The fitted model."""

    cells: Cells
    intercept: float
    weights: Floats
    """(len(indices.NAMES),)."""
    spread: Floats
    """Weights of `spread_terms`."""
    widths: Floats
    """(len(LEVELS),) what 1 / shape is multiplied by around each level of the mean, so that intervals hold what they
    say."""
    kappa: float
    """How close firms keep to their sector's mix of occupations."""
    firms: int
    months: int
    """On how much it was fitted."""

    def of(
        self,
        naf: Sequence[str],
        headcount_min: NDArray[np.integer],
        departement: Sequence[str],
        tension: NDArray[np.floating],
        window: NDArray[np.float32],
        month: int,
    ) -> tuple[Floats, Floats]:
        """Mean and shape of the hirings of n firms over the six months from `month` (year x 12 + month - 1).

        `window` as `history.windows_of` gives it; headcounts -1 and tension NaN where they are not known.
        """
        rates = self.cells.rates(naf, headcount_min, departement, tension)
        seasons = self.cells.season[self.cells.division_rows(naf)]
        found = indices_of(window, rates, seasons, month)
        means = np.exp(np.clip(found.offset + self.intercept + found.values @ self.weights, -12, 12))
        return means, self.shapes(means, found.information, found.known)

    def shapes(self, means: Floats, information: Floats, known: NDArray[np.bool_]) -> Floats:
        """(n,) shape of each negative binomial: its variance is mean + mean² / shape."""
        likeliest = np.clip(spread_terms(means, information, known) @ self.spread, -6, 5)
        return np.asarray(np.exp(-likeliest - np.interp(np.log(means), np.log(LEVELS), np.log(self.widths))))


def spread_terms(means: Floats, information: Floats, known: NDArray[np.bool_]) -> Floats:
    """(n, 4) what the spread depends on."""
    return np.stack([np.ones(len(means)), np.log(means), information, ~known], axis=1).astype(np.float64)


def in_occupations(
    means: NDArray[np.floating], shapes: NDArray[np.floating], shares: NDArray[np.floating], kappa: float
) -> tuple[Floats, Floats]:
    """Mean and shape of the hirings in occupations that are a share (0 to 1) of what the sector hires; arrays that
    broadcast. With p the share, E[q²] = p² + p (1 - p) / (kappa + 1) for a beta q around it, so that
    1 + 1 / shape' = (1 + 1 / shape) (1 + (1 - p) / (p (kappa + 1)))."""
    kept = np.clip(np.asarray(shares, dtype=np.float64), 1e-6, 1)
    ratio = (1 + 1 / np.maximum(shapes, 1e-6)) * (1 + (1 - kept) / (kept * (kappa + 1)))
    return np.asarray(means * shares, dtype=np.float64), np.asarray(1 / np.maximum(ratio - 1, 1e-6))


def interval(
    means: NDArray[np.floating], shapes: NDArray[np.floating], coverage: float = COVERAGE
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and highest whole numbers of hirings between which `coverage` of the futures lie, at least."""
    tail = (1 - coverage) / 2
    m, r = np.broadcast_arrays(np.asarray(means, dtype=np.float64), np.asarray(shapes, dtype=np.float64))
    low, high = quantiles(m[None], r[None], np.array([tail, 1 - tail]).reshape(-1, *[1] * m.ndim))
    return low, high


def quantiles(
    means: NDArray[np.floating], shapes: NDArray[np.floating], chance: float | NDArray[np.float64]
) -> NDArray[np.int64]:
    """The least number that is not exceeded with that chance, 0.995 at most, by bisection; arguments that broadcast.
    None is above `LARGEST`."""
    m, r, chances = np.broadcast_arrays(
        np.asarray(means, dtype=np.float64), np.asarray(shapes, dtype=np.float64), np.asarray(chance)
    )
    low = np.full(m.shape, -1, dtype=np.int64)
    high = np.full(m.shape, _most(m, r), dtype=np.int64)
    while (high - low > 1).any():
        middle = (low + high) // 2
        enough = at_most(middle, m, r) >= chances
        high = np.where(enough, middle, high)
        low = np.where(enough, low, middle)
    return high


def _most(means: Floats, shapes: Floats) -> int:
    """Twenty standard deviations above the mean: no more than one future in 400 is beyond (Chebyshev)."""
    if means.size == 0:
        return 1
    spread = np.sqrt(means + means**2 / np.maximum(shapes, 1e-6))
    return int(min(float((means + 20 * spread).max()) + 20, LARGEST))


def at_most(count: NDArray[np.integer], means: Floats, shapes: Floats) -> Floats:
    """(n,) chance of at most so many hirings; 0 for a negative number."""
    found = betainc(shapes, np.maximum(count, 0) + 1.0, shapes / (shapes + means))
    return np.where(count < 0, 0.0, found)
