"""Shapley values of oblivious trees, leaf by leaf.

Every level of an oblivious tree asks one question of all its nodes, so the path-dependent Shapley values of a row
(Lundberg et al. 2020, "From local explanations to global understanding with explainable AI for trees", algorithm 1)
depend on its leaf alone. They are reckoned once from the definition, over all coalitions of the tree's features, and
kept as a table: explaining a row is then a look-up, as scoring it is.

What a tree is worth to a coalition: nodes asking a feature of the coalition send the row where it goes; others give
the mean of their two sides, weighted by the training weight that went to each. A feature asked at several levels is
one player. The first question is that of the last level: the order in which CatBoost reads its trees.
"""

from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def shapley_table(features: NDArray[np.int16], leaves: Doubles, covers: NDArray[np.float32]) -> tuple[Doubles, float]:
    """What each level's feature brings in each leaf, float64 (n_trees, 2**depth, depth), and the mean of the trees.

    A feature asked at several levels has its whole value at the first of them, zeros at the others; a level of -1 has
    zeros. In every leaf a tree's mean and its values add up to the leaf's value.
    """
    n_trees, depth = features.shape
    table = np.zeros((n_trees, 2**depth, depth))
    mean = 0.0
    owners = _owners(features)
    for pattern in np.unique(owners, axis=0):
        trees = np.flatnonzero((owners == pattern).all(axis=1))
        worths = _worths(leaves[trees], covers[trees].astype(np.float64), pattern < 0)
        players = [int(level) for level in np.unique(pattern[pattern >= 0])]
        levels_of = {player: int(sum(1 << level for level in np.flatnonzero(pattern == player))) for player in players}
        for player in players:
            others = [other for other in players if other != player]
            for size in range(len(others) + 1):
                share = factorial(size) * factorial(len(others) - size) / factorial(len(players))
                for coalition in combinations(others, size):
                    known = sum(levels_of[other] for other in coalition)
                    table[trees, :, player] += share * (worths[known | levels_of[player]] - worths[known])
        mean += float(worths[0][:, 0].sum())
    return table, mean


def _owners(features: NDArray[np.int16]) -> NDArray[np.int64]:
    """(n_trees, depth) the first level that asks the same feature; -1 where nothing is asked."""
    owners = np.full(features.shape, -1)
    for level in reversed(range(features.shape[1])):
        asked = (features == features[:, [level]]) & (features >= 0)
        owners[asked] = level
    return owners


def _worths(leaves: Doubles, covers: Doubles, unasked: NDArray[np.bool_]) -> Doubles:
    """(2**depth, n_trees, 2**depth): worth of each tree to each set of levels (by its bits), for a row of each leaf."""
    n_trees, n_leaves = leaves.shape
    depth = len(unasked)
    shape = (n_trees, *[2] * depth)
    worths = np.empty((n_leaves, n_trees, n_leaves))
    for known in range(n_leaves):
        values, weights = leaves.reshape(shape), covers.reshape(shape)
        for level in range(depth):
            axis = depth - level
            if unasked[level]:  # every row goes to the side of bit 0
                values, weights = values.take([0], axis), weights.take([0], axis)
                continue
            total = weights.sum(axis=axis, keepdims=True)
            if not known >> level & 1:
                share = np.divide(weights, total, out=np.full(weights.shape, 0.5), where=total > 0)
                values = (share * values).sum(axis=axis, keepdims=True)
            weights = total
        worths[known] = np.broadcast_to(values, shape).reshape(n_trees, n_leaves)
    return worths
