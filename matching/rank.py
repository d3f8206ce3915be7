"""Ranking: pair features to a score between 0 and 1, and what each feature brings to it.

The first ranker is a weighted sum that anyone can check by hand. Each feature is read through a curve that gives it a
worth from 0 to 1; a feature that is not known takes the curve's neutral worth, so that silence is neither praised nor
punished. The score is the sum of weight x worth, the weights of a service divided by their total. Learned rankers
take the same matrix and keep the same promise: the base and the contributions add up to the score.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from features.pairs import JOB_FEATURES, SESSION_FEATURES, Feature

Floats = NDArray[np.float32]


class Ranker(Hashable, Protocol):
    """Scores pairs from their feature matrix, and says what each feature brought.

    All pairs of a query are scored; contributions are asked for the results that are shown.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """The features, in the order of the matrix's columns."""
        ...

    @property
    def base(self) -> float:
        """What a score starts from before any feature is read: 0 for a sum, the mean score for a learned ranker."""
        ...

    @property
    def weights(self) -> Floats:
        """(n_features,) the most each feature can bring or take; 0 for one that plays no part."""
        ...

    def scores(self, features: Floats) -> Floats:
        """(n,) float32 in [0, 1] of an (n, n_features) matrix, NaN where a value is not known."""
        ...

    def contributions(self, features: Floats) -> NDArray[np.floating[Any]]:
        """(n, n_features), NaN-free: `base` and a row's sum make the pair's score, within 1e-6."""
        ...


@lru_cache(maxsize=64)
def names_of_weight(ranker: Ranker) -> frozenset[str]:
    """The features that play a part in a ranker's scores."""
    return frozenset([name for name, weight in zip(ranker.names, ranker.weights.tolist(), strict=True) if weight > 0])


@dataclass(frozen=True)
class Curve:
    """Worth of a feature: straight lines through (value, worth) points, flat outside them."""

    weight: float
    values: tuple[float, ...]
    worths: tuple[float, ...]
    neutral: float = 0.5
    """Worth of a value that is not known."""

    def worth(self, values: Floats) -> Floats:
        worths = np.interp(values, self.values, self.worths)
        return np.where(np.isnan(values), self.neutral, worths).astype(np.float32)

    def pieces(self) -> list[tuple[float, float, float]]:
        """(start, worth there, slope) of each piece of the curve, the two flat ends included."""
        points = list(zip(self.values, self.worths, strict=True))
        rising = [(x, y, (after_y - y) / (after_x - x)) for (x, y), (after_x, after_y) in pairwise(points)]
        return [(*points[0], 0.0), *rising, (*points[-1], 0.0)]


class WeightedSum:
    """The transparent ranker: one curve a feature. Raises ValueError unless it has exactly the service's features.

    The pieces of all curves that have a weight stand in one table, curve after curve, so that a matrix is read through
    them at once.
    """

    def __init__(self, features: Sequence[Feature[Any]], curves: Mapping[str, Curve]) -> None:
        self.names = tuple([feature.name for feature in features])
        self.base = 0.0
        if set(self.names) != set(curves):
            raise ValueError(f"curves for {sorted(curves)}, features are {sorted(self.names)}")
        total = sum(curve.weight for curve in curves.values())
        ordered = self.curves = tuple(curves[name] for name in self.names)
        self.weights: Floats = np.array([curve.weight / total for curve in ordered], dtype=np.float32)
        self._counted = np.flatnonzero(self.weights > 0)
        counted = [curve for curve in ordered if curve.weight > 0]
        self._neutrals = np.array([curve.neutral for curve in counted])
        n_points = max((len(curve.values) for curve in counted), default=0)
        self._points = np.array([[*curve.values, *[np.inf] * (n_points - len(curve.values))] for curve in counted]).T
        pieces = [curve.pieces() for curve in counted]
        self._first_piece = np.cumsum([0, *(len(each) for each in pieces)])[:-1]
        self._starts, self._heights, self._slopes = np.array([piece for each in pieces for piece in each]).T.copy()

    def scores(self, features: Floats) -> Floats:
        scores: Floats = self._brought(features).sum(axis=1)
        return scores

    def contributions(self, features: Floats) -> Floats:
        contributions = np.zeros(features.shape, dtype=np.float32)
        contributions[:, self._counted] = self._brought(features)
        return contributions

    def _brought(self, features: Floats) -> Floats:
        """(n, n_counted) what each feature of some weight brings."""
        values = features.take(self._counted, axis=1).astype(np.float64)
        passed = np.zeros(values.shape, dtype=np.uint8)
        for points in self._points:
            passed += (values >= points).view(np.uint8)
        pieces = passed + self._first_piece
        worths = self._slopes.take(pieces)
        worths *= values - self._starts.take(pieces)
        worths += self._heights.take(pieces)
        np.copyto(worths, self._neutrals, where=np.isnan(values))
        brought: Floats = worths.astype(np.float32) * self.weights[self._counted]
        return brought


_RELATION = ((0, 1, 2, 3, 4, 5), (0.0, 0.05, 0.25, 0.55, 0.75, 1.0))
SAID_ALIKE = (0.72, 0.95)
"""Cosines, of the encoder that ships, at which two jobs' words are worth nothing and all: three neighbours in mobility
out of four stand near or under the first, two names of one occupation near the second."""
_AFFINITY = ((0, 0.05, 0.3, 1), (0.0, 0.3, 0.8, 1.0))

_UNCOUNTED = Curve(0.0, (0, 1), (1, 1), neutral=1)
"""Of a feature that is there for learned rankers: this one gives it no part."""
_LEARNED_ONLY = (
    "closeness_best",
    "closeness_mean",
    "appellation",
    "skills_core",
    "skills_required",
    "skills_missing",
    "contract",
    "working_time",
    "hours",
    "pay_market",
    "minutes",
    "posts",
    "interest",
    "responsiveness",
    "crowding",
    "collaborative",
    "experience_held",
    "experience_asked",
)

OFFER_RANKER = WeightedSum(
    JOB_FEATURES,
    {
        "closeness": Curve(0.20, SAID_ALIKE, (0, 1), neutral=0),
        "relation": Curve(0.22, *_RELATION, neutral=0.25),
        "affinity": Curve(0.08, *_AFFINITY, neutral=0.2),
        "skills": Curve(0.14, (0, 0.75), (0, 1), neutral=0.4),
        "experience": Curve(0.08, (-60, -24, 0, 24), (0, 0.3, 0.9, 1), neutral=0.6),
        "education": Curve(0.05, (-3, -1, 0, 3), (0, 0.4, 1, 0.8), neutral=0.6),
        "licence": Curve(0.03, (0, 1), (0, 1), neutral=0.7),
        "languages": Curve(0.02, (0, 1), (0, 1), neutral=0.7),
        "pay": Curve(0.06, (-0.2, 0, 0.2), (0, 0.7, 1)),
        "distance": Curve(0.08, (0, 1, 1.5), (1, 0.35, 0)),
        "freshness": Curve(0.04, (0, 7, 30, 90), (1, 0.85, 0.4, 0)),
        "tension": Curve(0.02, (0.2, 0.8), (0, 1)),
        **dict.fromkeys(_LEARNED_ONLY, _UNCOUNTED),
    },
)

PROFILE_RANKER = WeightedSum(
    JOB_FEATURES,
    {
        "closeness": Curve(0.18, SAID_ALIKE, (0, 1), neutral=0),
        "relation": Curve(0.20, *_RELATION, neutral=0.25),
        "affinity": Curve(0.08, *_AFFINITY, neutral=0.2),
        "skills": Curve(0.18, (0, 0.75), (0, 1), neutral=0.3),
        "experience": Curve(0.14, (-60, -24, 0, 24), (0, 0.3, 0.9, 1), neutral=0.6),
        "education": Curve(0.06, (-3, -1, 0, 3), (0, 0.4, 1, 0.85), neutral=0.6),
        "licence": Curve(0.04, (0, 1), (0, 1), neutral=0.7),
        "languages": Curve(0.03, (0, 1), (0, 1), neutral=0.7),
        "pay": Curve(0.03, (-0.2, 0, 0.2), (0, 0.7, 1)),
        "distance": Curve(0.08, (0, 1, 1.5), (1, 0.35, 0)),
        "freshness": _UNCOUNTED,
        "tension": _UNCOUNTED,
        **dict.fromkeys(_LEARNED_ONLY, _UNCOUNTED),
    },
)
"""Sourcing leaves out what does not depend on the person."""

NO_DIPLOMA_RANKER = WeightedSum(
    JOB_FEATURES,
    {**dict(zip(PROFILE_RANKER.names, PROFILE_RANKER.curves, strict=True)), "education": _UNCOUNTED},
)
"""Sourcing where the employer asked that diplomas play no part."""

SKILLS_RANKER = WeightedSum(
    JOB_FEATURES,
    {
        **dict.fromkeys(PROFILE_RANKER.names, _UNCOUNTED),
        "skills": Curve(0.70, (0, 1), (0, 1), neutral=0),
        "languages": Curve(0.06, (0, 1), (0, 1), neutral=0.7),
        "licence": Curve(0.06, (0, 1), (0, 1), neutral=0.7),
        "pay": Curve(0.04, (-0.2, 0, 0.2), (0, 0.7, 1)),
        "distance": Curve(0.14, (0, 1, 1.5), (1, 0.35, 0)),
    },
)
"""Sourcing by skills alone: no title, no diploma, no experience."""

SESSION_RANKER = WeightedSum(
    SESSION_FEATURES,
    {
        "relation": Curve(0.18, *_RELATION),
        "opened": Curve(0.32, (0, 1, 3, 10, 30, 100, 1000), (0, 0.25, 0.45, 0.7, 0.85, 0.95, 1)),
        "gap_covered": Curve(0.09, (0, 0.6), (0, 1), neutral=0.3),
        "entry": Curve(0.12, (-2, -1, 0, 3), (0, 0.1, 1, 0.7), neutral=0.6),
        "progress": Curve(0.03, (-2, 0, 1, 3), (0, 0.6, 1, 0.7), neutral=0.5),
        "outcome": Curve(0.06, (0.3, 0.85), (0, 1)),
        "distance": Curve(0.07, (0, 1, 1.5), (1, 0.35, 0), neutral=0.4),
        "start": Curve(0.04, (0, 30, 120, 365), (0.8, 1, 0.7, 0.1)),
        "training_hours": Curve(0.03, (35, 400, 1200), (1, 0.7, 0)),
        "to_pay": Curve(0.05, (0, 500, 5000), (1, 0.4, 0), neutral=0.6),
        "opened_tension": Curve(0.02, (0.2, 0.8), (0, 1)),
        "seats": Curve(0.01, (0, 1, 5), (0, 0.5, 1), neutral=0.6),
        "from_home": Curve(0.01, (0, 1), (0, 1)),
        "doors": _UNCOUNTED,
        "funded": _UNCOUNTED,
        "price": _UNCOUNTED,
    },
)
"""What a training opens comes first, with what it has to do with the project; then whether one gets in, and what it
costs in time, money and travel."""
