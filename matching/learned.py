"""The learned ranker: trees that were published, read as a score between 0 and 1 and its exact contributions.

The trees add up to a margin m, the score is sigmoid(m). What each feature brought to the margin is its exact Shapley
value along the trees' paths (Lundberg et al., *From local explanations to global understanding with explainable AI for
trees*, 2020), which add up to m - m0, m0 the mean margin of the trees' training pairs. Each is multiplied by the slope
of the line from (m0, sigmoid(m0)) to (m, sigmoid(m)): base sigmoid(m0) and contributions then add up to the score, and
keep their proportions.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching.rank import Floats

Doubles = NDArray[np.float64]


class Trees(Protocol):
    """What is read of an ensemble of oblivious trees (`models.oblivious.ObliviousTrees`)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Features that they read, in order."""
        ...

    @property
    def features(self) -> NDArray[np.int16]:
        """(n_trees, depth) the feature of each level's question; -1 beyond a tree's own depth."""
        ...

    @property
    def leaves(self) -> Doubles:
        """(n_trees, 2**depth)"""
        ...

    @property
    def expected(self) -> float:
        """Mean margin over the pairs they were trained on."""
        ...

    def margins(self, matrix: Floats) -> Doubles:
        """(n,)"""
        ...

    def contributions(self, matrix: Floats) -> Doubles:
        """(n, n_features) Shapley values: `expected` and a row's sum make its margin."""
        ...


class LearnedRanker:
    """Trees over the features that a service computes: `names`, or the trees' own without it.

    A feature that no tree reads has weight 0 and contributes nothing. Raises ValueError for trees that read a feature
    which is not among `names`.
    """

    def __init__(self, trees: Trees, names: Sequence[str] | None = None) -> None:
        self.names = trees.names if names is None else tuple(names)
        unknown = sorted(set(trees.names) - set(self.names))
        if unknown:
            raise ValueError(f"trees read {unknown}, features are {sorted(self.names)}")
        self._trees = trees
        self._columns = np.array([self.names.index(name) for name in trees.names], dtype=np.int64)
        self.base = float(sigmoid(np.float64(trees.expected)))
        self.weights: Floats = np.zeros(len(self.names), dtype=np.float32)
        self.weights[self._columns] = np.minimum(STEEPEST * most(trees), 1)

    def scores(self, features: Floats) -> Floats:
        """(n,) float32 in [0, 1]."""
        return sigmoid(self._trees.margins(self._read(features))).astype(np.float32)

    def contributions(self, features: Floats) -> Doubles:
        """(n, n_features) float64 of either sign."""
        shares = self._trees.contributions(self._read(features))
        slopes = slope(self._trees.expected, self._trees.expected + shares.sum(axis=1))
        found = np.zeros((len(features), len(self.names)))
        found[:, self._columns] = shares * slopes[:, None]
        return found

    def _read(self, features: Floats) -> Floats:
        """The columns that the trees ask for, in their order."""
        return features.take(self._columns, axis=1)


STEEPEST = 0.25
"""Largest slope of the sigmoid."""


def most(trees: Trees) -> Doubles:
    """(n_features,) a bound on what each feature brings to the margin: the range of the leaves of the trees that read
    it, added up; a Shapley value is a mean of differences inside each tree."""
    reads = np.zeros((len(trees.features), len(trees.names)), dtype=np.bool_)
    tree, level = np.nonzero(trees.features >= 0)
    reads[tree, trees.features[tree, level]] = True
    ranges = trees.leaves.max(axis=1) - trees.leaves.min(axis=1)
    bounds: Doubles = (ranges[:, None] * reads).sum(axis=0)
    return bounds


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
