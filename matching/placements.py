"""The transparent ranker of firms: the probability of placing at least one person of the portfolio within six months.

Expected placements are a product that anyone can check by hand:

    hirings expected x share of them in the target occupations x share of those that the portfolio could take
    x what the firm does with applications x four correction factors near 1 (difficulty of recruiting, last contact,
    engagement, distance)

and the score is 1 - exp(-placements), the chance of one or more. What each factor brings is exact: the score's gap to
that of an ordinary firm (the base: it hires two people in six months, a fifth of them in the target occupations) is
shared between the factors by their logarithms (the logarithmic mean Divisia index: Ang, "The LMDI approach to
decomposition analysis", Energy Policy 33, 2005), so that the base and the contributions add up to the score.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.pairs import FIRM_FEATURES
from matching.rank import Floats

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """What a feature multiplies placements by: straight lines through (value, factor) points, flat outside them."""

    values: tuple[float, ...]
    factors: tuple[float, ...]
    unknown: float
    """The factor of a value that is not known."""
    ordinary: float
    """The factor of an ordinary firm."""

    def of(self, values: Floats) -> Doubles:
        found = np.interp(values, self.values, self.factors)
        return np.where(np.isnan(values), self.unknown, found).astype(np.float64)


FACTORS: Final[dict[str, Factor]] = {
    "firm_hirings": Factor((0.01, 1000), (0.01, 1000), unknown=0.5, ordinary=2.0),
    "firm_fit": Factor((0.001, 1), (0.001, 1), unknown=0.001, ordinary=0.2),
    "firm_take": Factor((1e-5, 1), (1e-5, 1), unknown=1e-3, ordinary=0.2),
    "firm_answer": Factor((0.05, 1), (0.05, 1), unknown=0.25, ordinary=0.25),
    "firm_tension": Factor((0.2, 0.8), (0.85, 1.15), unknown=1.0, ordinary=1.0),
    "firm_contact": Factor((0, 30, 180), (0.6, 0.8, 1.1), unknown=1.0, ordinary=1.0),
    "firm_engaged": Factor((0, 1), (1.0, 1.25), unknown=1.0, ordinary=1.0),
    "distance": Factor((0, 1), (1.1, 0.85), unknown=0.9, ordinary=1.0),
}
"""By feature; those of `FIRM_FEATURES` that are not here play no part."""


class PlacementRanker:
    """The product of `FACTORS` as a score. One object serves; it holds no state."""

    def __init__(self) -> None:
        self.names = tuple([feature.name for feature in FIRM_FEATURES])
        self._columns = [self.names.index(name) for name in FACTORS]
        self._factors = list(FACTORS.values())
        self._ordinary = np.array([factor.ordinary for factor in self._factors])
        self._usual = float(self._ordinary.prod())
        self.base = float(-np.expm1(-self._usual))
        self.weights: Floats = np.zeros(len(self.names), dtype=np.float32)
        self.weights[self._columns] = 1.0

    def placements(self, features: Floats) -> Doubles:
        """(n,) people of the portfolio expected to be hired within six months."""
        return np.asarray(self._read(features).prod(axis=1), dtype=np.float64)

    def scores(self, features: Floats) -> Floats:
        """(n,) probability of at least one placement."""
        return (-np.expm1(-self.placements(features))).astype(np.float32)

    def contributions(self, features: Floats) -> Doubles:
        """(n, n_features) of either sign; 0 for what plays no part."""
        factors = self._read(features)
        logs = np.log(factors / self._ordinary)
        total = logs.sum(axis=1)
        gap = -np.expm1(-factors.prod(axis=1)) - self.base
        near = np.abs(total) < 1e-9
        slope = np.where(near, self._usual * (1 - self.base), gap / np.where(near, 1.0, total))
        found = np.zeros(features.shape, dtype=np.float64)
        found[:, self._columns] = logs * slope[:, None]
        return found

    def _read(self, features: Floats) -> Doubles:
        """(n, n_factors)."""
        return np.stack(
            [factor.of(features[:, at]) for at, factor in zip(self._columns, self._factors, strict=True)], axis=1
        )


FIRM_RANKER: Final = PlacementRanker()
