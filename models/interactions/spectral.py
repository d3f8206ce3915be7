"""Spectral smoothing: the few patterns that most of the matrix is made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.interactions.dataset import Matrix
from models.interactions.top import DenseProduct


@dataclass(frozen=True, eq=False)
class Patterns:
    """Right singular vectors of D_u^-½ X D_i^-½, the strongest first."""

    vectors: NDArray[np.float32]
    """(n_items, rank)"""
    sizes: NDArray[np.float32]
    """(n_items,) users who have it, at least 1."""

    @classmethod
    def of(cls, known: Matrix, rank: int, seed: int) -> "Patterns":
        """At most `rank` patterns, fewer when the matrix is smaller."""
        from sklearn.utils.extmath import randomized_svd

        item_sizes = np.maximum(np.bincount(known.indices, minlength=known.shape[1]), 1)
        user_sizes = np.maximum(np.diff(known.indptr), 1)
        owner = np.repeat(user_sizes, np.diff(known.indptr))
        data = (known.data / np.sqrt(owner * item_sizes[known.indices])).astype(np.float32)
        normal = sparse.csr_array((data, known.indices, known.indptr), shape=known.shape)
        _, _, right = randomized_svd(normal, min(rank, *known.shape), n_iter=5, random_state=seed)
        return cls(np.ascontiguousarray(right.T, dtype=np.float32), item_sizes.astype(np.float32))


def spectral(known: Matrix, patterns: Patterns, rank: int, target: float) -> DenseProduct:
    """Scores X D^-½ V Vᵀ D^target over the `rank` strongest patterns: the ideal low-pass filter of GF-CF (Shen et al.,
    CIKM 2021, whose target is ½; a lower one favours rare items)."""
    kept = patterns.vectors[:, :rank]
    left = np.asarray(known @ (kept / np.sqrt(patterns.sizes)[:, None]), dtype=np.float32)
    right = np.ascontiguousarray((kept * patterns.sizes[:, None] ** target).T, dtype=np.float32)
    return DenseProduct(left, right, known)
