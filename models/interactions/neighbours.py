"""Neighbourhoods: which rows of a matrix are held by the same columns, weighted, in sparse blocks."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.interactions.dataset import Matrix
from models.interactions.top import CELLS, best_of_rows, blocks_by_cost


def neighbours(
    held: sparse.csr_array, n: int, *, source: float, through: float, target: float, shrinkage: float = 0.0
) -> sparse.csr_array:
    """(m, m) for `held` (m, width) of zeros and ones: row t has the n strongest sources s of target t, t itself apart.

    The strength is sum over columns c that both hold of size(c)**-through, divided by
    size(s)**source * size(t)**target + shrinkage, where a size is how many ones there are. Values of a row decrease.
    """
    row_sizes = np.maximum(np.diff(held.indptr), 1).astype(np.float64)
    column_sizes = np.maximum(np.bincount(held.indices, minlength=held.shape[1]), 1).astype(np.float64)
    weighted = _scaled_columns(held, column_sizes**-through)
    transposed = sparse.csr_array(held.T)
    cost = np.asarray(held @ column_sizes)
    of_source, of_target = row_sizes**source, row_sizes**target
    parts = []
    for block in blocks_by_cost(cost, CELLS):
        shared = sparse.csr_array(weighted[block] @ transposed)
        owner = np.repeat(np.arange(block.start, block.stop), np.diff(shared.indptr))
        divisor = of_source[shared.indices] * of_target[owner] + shrinkage
        shared.data = np.where(shared.indices == owner, 0, shared.data / divisor).astype(np.float32)
        parts.append(best_of_rows(shared, n))
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


def item_weights(
    known: Matrix, n: int, *, source: float, through: float, target: float, shrinkage: float = 0.0
) -> sparse.csr_array:
    """(n_items, n_items) weight from an item that a user has to one that may be shown: `known @ weights` scores."""
    found = neighbours(sparse.csr_array(known.T), n, source=source, through=through, target=target, shrinkage=shrinkage)
    return sparse.csr_array(found.T)


def _scaled_columns(matrix: sparse.csr_array, factors: NDArray[np.float64]) -> sparse.csr_array:
    data = (matrix.data * factors[matrix.indices]).astype(np.float32)
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)
