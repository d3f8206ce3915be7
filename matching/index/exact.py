"""The exact index: every allowed row is scored. It is the oracle that other backends are judged against."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.index.base import Found, Selection, best, check_query, check_vectors

FILE = "vectors.npy"
BLOCK = 4096


class ExactIndex:
    """Float16 rows in memory, float32 arithmetic."""

    def __init__(self, dim: int) -> None:
        self._vectors = np.empty((0, dim), dtype=np.float16)
        self._count = 0

    @property
    def dim(self) -> int:
        return int(self._vectors.shape[1])

    def __len__(self) -> int:
        return self._count

    def add(self, vectors: NDArray[np.float32]) -> None:
        check_vectors(vectors, self.dim)
        needed = self._count + len(vectors)
        if needed > len(self._vectors):
            grown = np.empty((max(needed, 2 * len(self._vectors)), self.dim), dtype=np.float16)
            grown[: self._count] = self._vectors[: self._count]
            self._vectors = grown
        self._vectors[self._count : needed] = vectors
        self._count = needed

    def search(self, query: NDArray[np.float32], k: int, selection: Selection) -> Found:
        check_query(query, selection, self.dim, self._count)
        rows = selection.rows
        products = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), BLOCK):
            # not `@`: its last rows are summed in another order, and equal vectors must have equal scores
            products[start : start + BLOCK] = np.vecdot(self.vectors(rows[start : start + BLOCK]), query)
        return best(products, rows, k)

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._vectors[rows].astype(np.float32)

    def save(self, folder: Path) -> None:
        np.save(folder / FILE, self._vectors[: self._count])

    @classmethod
    def load(cls, folder: Path) -> Self:
        vectors = np.load(folder / FILE, allow_pickle=False)
        index = cls(vectors.shape[1])
        index._vectors, index._count = vectors, len(vectors)
        return index
