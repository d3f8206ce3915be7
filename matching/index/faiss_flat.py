"""FAISS flat index: float16 rows scanned under a bitmap of the allowed ones (one bit test a row, SIMD products)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from matching.index.base import Blocks, Found, Selection, best, check_query, check_vectors
from matching.index.codes import Facts

FILE = "flat.faiss"

TIES = 64
"""Rows asked beyond those wanted: equal scores at the end of the list are then seen whole, but for larger ties."""
ROUNDING = 1e-5
"""More than two ways of summing the same products may differ by, for vectors of about unit length."""

faiss.omp_set_num_threads(1)
"""One query is answered by one thread: waking others costs more than a scan of the rows in reach."""


class FaissFlatIndex:
    """`faiss.IndexScalarQuantizer`, half-precision, inner product."""

    def __init__(self, dim: int) -> None:
        self._index: Any = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, vectors: NDArray[np.float32]) -> None:
        check_vectors(vectors, self.dim)
        if len(vectors):
            # rounded by numpy: FAISS rounds halves another way, and backends must hold the same rows
            self._index.add(np.ascontiguousarray(vectors.astype(np.float16), dtype=np.float32))

    def search(self, query: NDArray[np.float32], k: int, selection: Selection) -> Found:
        check_query(query, selection, self.dim, len(self))
        allowed = len(selection.rows)
        wanted = min(k, allowed)
        if wanted <= 0:
            return best(np.empty(0, np.float32), np.empty(0, np.int64), 0)
        bitmap = selection.bitmap  # held here: FAISS keeps a bare pointer to it
        selector = faiss.IDSelectorBitmap(len(self), faiss.swig_ptr(bitmap))
        parameters = _parameters(selector)
        asked = min(wanted + TIES, allowed)
        scores, rows = self._index.search(query[None, :], asked, params=parameters)
        last = scores[0, wanted - 1]
        if asked < allowed and scores[0, -1] == last:  # FAISS keeps any of the equal ones: ask for them all
            _, scores, rows = self._index.range_search(query[None, :], float(last) - ROUNDING, params=parameters)
            return best(scores, rows, wanted)
        return best(scores[0], rows[0], wanted)

    def search_each(self, query: NDArray[np.float32], k: int, selections: Sequence[Selection]) -> list[Found]:
        return [self.search(query, k, selection) for selection in selections]

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        if len(rows) == 0:
            return np.empty((0, self.dim), dtype=np.float32)
        stored = self._index.reconstruct_batch(np.ascontiguousarray(rows, dtype=np.int64))
        return np.asarray(stored, dtype=np.float32)

    @classmethod
    def write(cls, folder: Path, dim: int, count: int, blocks: Blocks, facts: Facts | None = None) -> None:  # noqa: ARG003
        index = cls(dim)
        for block in blocks():
            index.add(block.astype(np.float32))
        if len(index) != count:
            raise ValueError(f"{len(index)} vectors were given, {count} were announced")
        with (folder / FILE).open("wb") as stream:  # FAISS's own files do not tell what is lost when they are closed
            faiss.write_index(index._index, faiss.PyCallbackIOWriter(stream.write))  # type: ignore[attr-defined]

    @classmethod
    def load(cls, folder: Path) -> Self:
        stored = faiss.read_index(str(folder / FILE))
        index = cls(stored.d)
        index._index = stored
        return index


def _parameters(selector: Any) -> Any:
    parameters = faiss.SearchParameters()
    parameters.sel = selector
    return parameters
