"""Half-precision rows: a mapped part that is never written to, and a part in memory that grows."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from features.array_files import save_rows
from matching.arrays import grown, map_array
from matching.index.base import Blocks, check_vectors

FILE = "vectors.npy"
BLOCK = 4096


class HalfRows:
    """Vectors kept as float16: those that were mapped, then those that were added."""

    def __init__(self, dim: int, mapped: NDArray[np.float16] | None = None) -> None:
        self.mapped = np.empty((0, dim), dtype=np.float16) if mapped is None else mapped
        self._added = np.empty((0, dim), dtype=np.float16)
        self._n_added = 0

    def __len__(self) -> int:
        return len(self.mapped) + self._n_added

    @property
    def dim(self) -> int:
        return int(self.mapped.shape[1])

    def append(self, vectors: NDArray[np.float32]) -> None:
        needed = self._n_added + len(vectors)
        if needed > len(self._added):
            self._added = grown(self._added, self._n_added, max(needed, 2 * len(self._added)))
        self._added[self._n_added : needed] = vectors
        self._n_added = needed

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(len(rows), dim) float32 in the order of `rows`. Raises IndexError for a row past the end."""
        return self.gather(rows, np.empty((len(rows), self.dim), dtype=np.float16)).astype(np.float32)

    def gather(self, rows: NDArray[np.int64], into: NDArray[np.float16]) -> NDArray[np.float16]:
        """The given rows as they are kept, copied into `into` (len(rows), dim), which is returned. Raises IndexError
        for a row past the end."""
        first_added = len(self.mapped)
        if len(rows) == 0 or int(rows.max()) < first_added:
            return np.take(self.mapped, rows, axis=0, out=into, mode="clip")
        old = rows < first_added
        into[old] = self.mapped[rows[old]]
        into[~old] = self._added[: self._n_added][rows[~old] - first_added]
        return into

    def products(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inner products of `query` with the given rows, float32; equal vectors have equal ones."""
        products = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), BLOCK):
            # not `@`: its last rows are summed in another order, and equal vectors must have equal scores
            products[start : start + BLOCK] = np.vecdot(self.take(rows[start : start + BLOCK]), query)
        return products


class HalfRowsIndex:
    """What indexes that keep their rows in half precision have in common: all but the search."""

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

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._halves.take(rows)

    @classmethod
    def load(cls, folder: Path) -> Self:
        mapped = load_halves(folder)
        index = cls(mapped.shape[1])
        index._halves = HalfRows(mapped.shape[1], mapped)
        return index


def write_blocks(folder: Path, dim: int, count: int, blocks: Blocks) -> NDArray[np.float16]:
    """Write `count` rows into `folder`; gives them mapped."""
    given = save_rows(folder / FILE, blocks(), (count, dim), "<f2")
    if given != count:
        raise ValueError(f"{given} vectors were given, {count} were announced")
    return load_halves(folder)


def load_halves(folder: Path) -> NDArray[np.float16]:
    """What `write_blocks` wrote, mapped."""
    halves: NDArray[np.float16] = map_array(folder / FILE)
    return halves
