"""FAISS inverted lists of bytes (its quickest codes), a bitmap for the filter, the best scored again exactly."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import InProcess, PlacedRows
from benchmarks.workload import SCAN, Query, Workload

REFINED = 64
"""Rows scored again beyond those wanted."""
TRAINING_ROWS = 40
"""Rows a list to train on."""

_PARAMETERS: Any = faiss.SearchParametersIVF


class FaissIvf(InProcess):
    efforts: tuple[int, ...] = (4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
    effort = 4

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:  # noqa: ARG002 - nothing is written
        faiss.omp_set_num_threads(1)
        n_lists = int(2 ** np.round(np.log2(2 * np.sqrt(len(workload)))))
        quantizer = faiss.IndexFlatIP(workload.dim)
        index: Any = faiss.IndexIVFScalarQuantizer(
            quantizer,
            workload.dim,
            n_lists,
            faiss.ScalarQuantizer.QT_8bit_direct_signed,
            faiss.METRIC_INNER_PRODUCT,
            False,
        )
        index.cp.niter = 5 if quick else 10
        step = max(1, len(workload) // (TRAINING_ROWS * n_lists))
        self._scale = np.float32(127 / np.abs(workload.vectors[::step].astype(np.float32)).max())
        index.train(self._bytes(workload.vectors[::step]))
        for start in range(0, len(workload), SCAN):
            index.add(self._bytes(workload.vectors[start : start + SCAN]))
        self._quantizer, self._index, self._placed, self._vectors = quantizer, index, PlacedRows(workload), workload
        self.efforts = (*(effort for effort in self.efforts if effort < n_lists), n_lists)

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        return self._nearest(query, self._placed.rows(query), k)

    def _nearest(self, query: Query, allowed: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        bitmap = np.packbits(self._placed.mask(allowed), bitorder="little")
        selector = faiss.IDSelectorBitmap(self._index.ntotal, faiss.swig_ptr(bitmap))
        parameters: Any = _PARAMETERS(sel=selector, nprobe=self.effort)
        _, found = self._index.search(self._bytes(query.vector[None]), k + REFINED, params=parameters)
        return self._best(query, found[0][found[0] >= 0], k)

    def _best(self, query: Query, rows: NDArray[np.int64], k: int) -> NDArray[np.int64]:
        return rows[np.argsort(-self._vectors.scores(query, rows), kind="stable")[:k]]

    def _bytes(self, vectors: NDArray[np.floating]) -> NDArray[np.float32]:
        """Whole numbers from -128 to 127, which the codes hold as they are."""
        scaled: NDArray[np.float32] = np.clip(np.rint(vectors.astype(np.float32) * self._scale), -128, 127)
        return scaled

    def bytes_per_vector(self) -> float:
        return float(self._index.code_size + 8 + 2 * self._index.d)
