"""The learned ranker: trees that were published, read as a score between 0 and 1 and its exact contributions.

The trees add up to a margin m, the score is sigmoid(m). What each feature brought to the margin is its exact Shapley
value along the trees' paths (Lundberg et al., *From local explanations to global understanding with explainable AI for
trees*, 2020), which add up to m - m0, m0 the mean margin of the trees' training pairs. Each is multiplied by the slope
of the line from (m0, sigmoid(m0)) to (m, sigmoid(m)): base sigmoid(m0) and contributions then add up to the score, and
keep their proportions.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.rank import Floats
from models.oblivious import ObliviousTrees

Doubles = NDArray[np.float64]

STEEPEST: Final = 0.25
"""Largest slope of the sigmoid."""


class LearnedRanker:
    """Trees over the features that a service computes: `names`, or the trees' own without it.

    A feature that no tree reads has weight 0 and contributes nothing. Raises ValueError for trees that read a feature
    which is not among `names`.
    """

    def __init__(self, trees: ObliviousTrees, names: Sequence[str] | None = None) -> None:
        self._trees = trees if names is None else trees.reading(names)
        self.names = self._trees.names
        self.base = float(sigmoid(np.float64(self._trees.expected)))
        self.weights: Floats = np.minimum(STEEPEST * self._trees.most, 1).astype(np.float32)

    def scores(self, features: Floats) -> Floats:
        """(n,) float32 in [0, 1]."""
        return sigmoid(self._trees.margins(features)).astype(np.float32)

    def contributions(self, features: Floats) -> Doubles:
        """(n, n_features) float64 of either sign."""
        shares = self._trees.contributions(features)
        slopes = slope(self._trees.expected, self._trees.expected + shares.sum(axis=1))
        found: Doubles = shares * slopes[:, None]
        return found


def sigmoid(margins: Doubles | np.float64) -> Doubles:
    """1 / (1 + exp(-m)), without overflow."""
    small = np.exp(-np.abs(margins))
    values: Doubles = np.where(margins >= 0, 1, small) / (1 + small)
    return values


def slope(base: float, margins: Doubles) -> Doubles:
    """(n,) slope of the sigmoid's chord from `base` to each margin; that of the tangent where they meet."""
    start = sigmoid(np.float64(base))
    away = np.abs(margins - base) > 1e-9
    steps = np.where(away, margins - base, 1)
    chords: Doubles = np.where(away, (sigmoid(margins) - start) / steps, start * (1 - start))
    return chords
