"""The exact index: every allowed row is scored. It is the oracle that other backends are judged against."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.index.base import Blocks, Found, Selection, best, check_query, check_vectors
from matching.index.halves import HalfRows, load_halves, write_blocks


class ExactIndex:
    """Float16 rows, float32 arithmetic."""

    def __init__(self, dim: int) -> None:
        self._halves = HalfRows(dim)

    @property
    def dim(self) -> int:
        return self._halves.dim

    def __len__(self) -> int:
        return len(self._halves)

    def add(self, vectors: NDArray[np.float32]) -> None:
        check_vectors(vectors, self.dim)
        self._halves.append(vectors)

    def search(self, query: NDArray[np.float32], k: int, selection: Selection) -> Found:
        check_query(query, selection, self.dim, len(self))
        return best(self._halves.products(query, selection.rows), selection.rows, k)

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._halves.take(rows)

    @staticmethod
    def write(folder: Path, dim: int, count: int, blocks: Blocks) -> None:
        write_blocks(folder, dim, count, blocks)

    @classmethod
    def load(cls, folder: Path) -> Self:
        mapped = load_halves(folder)
        index = cls(mapped.shape[1])
        index._halves = HalfRows(mapped.shape[1], mapped)
        return index
