"""The protocol of a vector index: nearest rows by inner product, among the rows that are allowed.

Rows are numbered as they are added, from 0, and never renumbered; a row that must no longer be found is simply no
longer allowed. An index sees no id, no place and no rule: filters become a `Selection`, and that is all it obeys.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Selection:
    """Which rows may be answered: `mask` bool (n_rows,), and the forms of it that backends ask for."""

    mask: NDArray[np.bool_]

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Allowed rows, ascending."""
        return np.flatnonzero(self.mask)

    @cached_property
    def bitmap(self) -> NDArray[np.uint8]:
        """One bit a row, least significant first."""
        return np.packbits(self.mask, bitorder="little")


@dataclass(frozen=True)
class Found:
    """`rows` int64 and `scores` float32, same length (at most k), best first; equal scores by row, ascending."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]


class Index(Protocol):
    """Inner-product search over float vectors of one dimension."""

    @property
    def dim(self) -> int: ...

    def __len__(self) -> int: ...

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Append rows (n, dim). Raises ValueError for another dimension."""
        ...

    def search(self, query: NDArray[np.float32], k: int, selection: Selection) -> Found:
        """The k allowed rows nearest to `query` (dim,). Nothing allowed, or k = 0, gives nothing.

        Raises ValueError when the selection does not have one entry a row.
        """
        ...

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored vectors of the given rows, float32 (len(rows), dim), in their order."""
        ...

    def save(self, folder: Path) -> None: ...


def check_vectors(vectors: NDArray[np.float32], dim: int) -> None:
    if vectors.ndim != 2 or vectors.shape[1] != dim:
        raise ValueError(f"vectors have shape {vectors.shape}, this index holds (n, {dim})")


def check_query(query: NDArray[np.float32], selection: Selection, dim: int, n_rows: int) -> None:
    if query.shape != (dim,):
        raise ValueError(f"query has shape {query.shape}, this index answers ({dim},)")
    if selection.mask.shape != (n_rows,):
        raise ValueError(f"selection has {selection.mask.shape[0]} entries for {n_rows} rows")


def best(scores: NDArray[np.float32], rows: NDArray[np.int64], k: int) -> Found:
    """The k best of scored rows, ties by row."""
    if k <= 0:
        return Found(rows[:0], scores[:0])
    candidates, values = rows, scores
    if len(scores) > k:
        threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
        near = scores >= threshold
        candidates, values = rows[near], scores[near]
    order = np.lexsort((candidates, -values))[:k]
    return Found(candidates[order], values[order])
