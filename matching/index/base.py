"""The protocol of a vector index: nearest rows by inner product, among the rows that are allowed.

Rows are numbered as they are added, from 0, and never renumbered; a row that must no longer be found is simply no
longer allowed. An index sees no id, no place and no rule: filters become a `Selection`, and that is all it obeys.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Blocks = Callable[[], Iterator[NDArray[np.float16]]]
"""Vectors in the order of their rows, block by block: (m, dim) each. May be walked more than once."""


class Selection(Protocol):
    """Which rows of an index may be answered, found out no further than the index asks.

    An index that scans every allowed row takes `rows` or `bitmap`. One that has better things to do than to look at
    all of them reads `spans`, which hold them all and others, and puts the rows it is interested in to the `test`.
    """

    @property
    def n_rows(self) -> int:
        """Rows of the index that the selection was made for."""
        ...

    @property
    def spans(self) -> NDArray[np.int64]:
        """(n, 2) first and past-the-end rows of runs that hold every allowed row: ascending, apart, none empty."""
        ...

    def test(self, rows: NDArray[np.int64], in_spans: bool = False) -> NDArray[np.bool_]:
        """Which of `rows` are allowed; `in_spans` says that they are known to lie in `spans`."""
        ...

    @property
    def rows(self) -> NDArray[np.int64]:
        """All allowed rows, ascending."""
        ...

    @property
    def bitmap(self) -> NDArray[np.uint8]:
        """One bit a row, least significant first."""
        ...

    @property
    def wider(self) -> "Selection | None":
        """A selection that this one narrows, where there is one."""
        ...

    @property
    def conditions(self) -> Sequence[Callable[[Any], NDArray[np.bool_]]] | None:
        """What makes a living row allowed, in words of its columns (`matching.filters`), for an index that holds them;
        None where it cannot be said."""
        ...

    def narrows(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of `rows`, all allowed by `wider`, are allowed here as well."""
        ...


@dataclass(frozen=True)
class MaskSelection:
    """The selection that a mask makes, bool (n_rows,)."""

    mask: NDArray[np.bool_]

    @property
    def n_rows(self) -> int:
        return len(self.mask)

    @property
    def spans(self) -> NDArray[np.int64]:
        return whole(self.n_rows)

    def test(self, rows: NDArray[np.int64], in_spans: bool = False) -> NDArray[np.bool_]:  # noqa: ARG002
        return self.mask[rows]

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.mask)

    @cached_property
    def bitmap(self) -> NDArray[np.uint8]:
        return np.packbits(self.mask, bitorder="little")

    @property
    def wider(self) -> None:
        return None

    @property
    def conditions(self) -> None:
        return None

    def narrows(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        return self.mask[rows]


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

        Raises ValueError when the selection was not made for as many rows as there are.
        """
        ...

    def search_each(self, query: NDArray[np.float32], k: int, selections: Sequence[Selection]) -> list[Found]:
        """What `search` gives among each of `selections`; what the searches have in common may be done once."""
        ...

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The stored vectors of the given rows, float32 (len(rows), dim), in their order."""
        ...


def search_batch(index: Index, queries: NDArray[np.float32], k: int, selection: Selection) -> list[Found]:
    """The answers to each of `queries` (m, dim) among the same allowed rows, which are found out once for all."""
    rows = selection.rows
    mask = np.zeros(selection.n_rows, dtype=np.bool_)
    mask[rows] = True
    once = MaskSelection(mask)
    return [index.search(query, k, once) for query in queries]


def whole(n_rows: int) -> NDArray[np.int64]:
    """The spans of all of `n_rows` rows."""
    return np.array([[0, n_rows]] if n_rows else np.empty((0, 2)), dtype=np.int64)


def check_vectors(vectors: NDArray[np.float32], dim: int) -> None:
    if vectors.ndim != 2 or vectors.shape[1] != dim:
        raise ValueError(f"vectors have shape {vectors.shape}, this index holds (n, {dim})")


def check_query(query: NDArray[np.float32], selection: Selection, dim: int, n_rows: int) -> None:
    if query.shape != (dim,):
        raise ValueError(f"query has shape {query.shape}, this index answers ({dim},)")
    if selection.n_rows != n_rows:
        raise ValueError(f"selection has {selection.n_rows} entries for {n_rows} rows")


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
