"""EASE: each item predicted from all others by one ridge regression (Steck, "Embarrassingly Shallow Autoencoders",
WWW 2019), exactly where its inverse fits in memory, else on each item's neighbourhood."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from models.interactions.dataset import Matrix
from models.interactions.neighbours import neighbours
from models.interactions.top import DenseProduct, SparseProduct

MOST_DENSE_ITEMS: Final = 12_000
"""Items of an exact EASE: the inverse of 12,000 takes 1.2 GB in double precision and about a minute on two cores."""
SUPPORT: Final = 40
"""Neighbours that an item is predicted from where there are more items than that."""


def ease(
    known: Matrix, penalty: float, dropout: float = 0.0, most_dense: int = MOST_DENSE_ITEMS
) -> DenseProduct | SparseProduct:
    """Weights B that minimise |X - XB|² + penalty |B|² with a zero diagonal; scores are XB.

    `dropout` adds size × dropout / (1 - dropout) to each item's penalty: the denoising variant (Steck, "Autoencoders
    that don't overfit towards the identity", NeurIPS 2020); 0 is EASE itself. With more than `most_dense` items, each
    item's regression has the SUPPORT items nearest by cosine alone (as fsSLIM: Ning and Karypis, ICDM 2011), and
    negative weights are left out.
    """
    if known.shape[1] > most_dense:
        return SparseProduct(known, sparse_weights(known, penalty, dropout), known)
    return DenseProduct(known, dense_weights(known, penalty, dropout), known)


def dense_weights(known: Matrix, penalty: float, dropout: float = 0.0) -> NDArray[np.float32]:
    """(n_items, n_items): B = I - P / diag(P), with P the inverse of XᵀX + penalties; its diagonal is 0."""
    gram = sparse.csr_array(known.T @ known).toarray().astype(np.float64)
    sizes = gram.diagonal().copy()
    gram[np.diag_indices_from(gram)] += penalty + sizes * dropout / (1 - dropout)
    factor, _ = linalg.lapack.dpotrf(gram, lower=1, overwrite_a=1)
    inverse, _ = linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    lower = np.tril(inverse)
    precision = lower + np.tril(lower, -1).T
    weights: NDArray[np.float32] = (-precision / precision.diagonal()[None, :]).astype(np.float32)
    np.fill_diagonal(weights, 0)
    return weights


def sparse_weights(known: Matrix, penalty: float, dropout: float = 0.0, support: int = SUPPORT) -> sparse.csr_array:
    """(n_items, n_items) not negative: each column is the ridge regression of its item on its `support` neighbours."""
    by_item = sparse.csr_array(known.T)
    near = neighbours(by_item, support, source=0.5, through=0.0, target=0.5)
    gram = sparse.csr_array(by_item @ known)
    gram.sort_indices()
    n_items = known.shape[1]
    keys = np.repeat(np.arange(n_items, dtype=np.int64), np.diff(gram.indptr)) * n_items + gram.indices
    sizes = gram.diagonal()
    ridge = penalty + sizes * dropout / (1 - dropout)
    counts = np.diff(near.indptr)
    weights = np.zeros(near.nnz, dtype=np.float32)
    for count in np.unique(counts[counts > 0]).tolist():
        targets = np.flatnonzero(counts == count)
        step = max(1, 2**22 // count**2)
        for start in range(0, len(targets), step):
            rows = targets[start : start + step]
            at = near.indptr[rows][:, None] + np.arange(count)
            held = near.indices[at].astype(np.int64)
            system = _looked_up(keys, gram.data, held[:, :, None] * n_items + held[:, None, :])
            system[:, np.arange(count), np.arange(count)] += ridge[held]
            wanted = _looked_up(keys, gram.data, held * n_items + rows[:, None])
            weights[at] = np.linalg.solve(system, wanted[:, :, None])[:, :, 0]
    made = sparse.csr_array((np.maximum(weights, 0), near.indices, near.indptr), shape=near.shape)
    return sparse.csr_array(made.T)


def _looked_up(keys: NDArray[np.int64], values: NDArray[np.float32], wanted: NDArray[np.int64]) -> NDArray[np.float64]:
    """Values at `wanted` keys, 0 where there is none; `keys` ascend and are not empty."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0.0).astype(np.float64)
