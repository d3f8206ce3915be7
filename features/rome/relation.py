"""How near two occupations are in the ROME tree and its mobility graph."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Relation(IntEnum):
    """From nothing in common to the same fiche; the value grows with nearness."""

    NONE = 0
    GRAND_DOMAIN = 1
    DOMAIN = 2
    MOBILITY = 3
    """The fiche of the row lists the fiche of the column among its next jobs (directed)."""
    PARENT = 4
    """Both descend from the same ROME v3 fiche."""
    SAME = 5


def relation_matrix(
    codes: tuple[str, ...],
    parents: tuple[str, ...],
    mobility_offsets: NDArray[np.int32],
    mobility_targets: NDArray[np.int32],
) -> NDArray[np.uint8]:
    """uint8[n, n]: the strongest `Relation` that holds from the row's occupation to the column's."""
    n = len(codes)
    matrix = np.zeros((n, n), dtype=np.uint8)
    if n == 0:
        return matrix
    for value, keys in (
        (Relation.GRAND_DOMAIN, [code[:1] for code in codes]),
        (Relation.DOMAIN, [code[:3] for code in codes]),
    ):
        matrix[_same(keys)] = value
    sources = np.repeat(np.arange(n), np.diff(mobility_offsets))
    matrix[sources, mobility_targets] = Relation.MOBILITY
    matrix[_same(list(parents))] = Relation.PARENT
    np.fill_diagonal(matrix, Relation.SAME)
    return matrix


def _same(keys: list[str]) -> NDArray[np.bool_]:
    _, numbers = np.unique(np.array(keys), return_inverse=True)
    return np.equal.outer(numbers, numbers)
