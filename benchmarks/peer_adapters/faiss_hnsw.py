"""FAISS HNSW graph of half-precision vectors; the filter is a bitmap that the walk consults."""

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import InProcess, PlacedRows
from benchmarks.workload import SCAN, Query, Workload

LINKS = 32
_INDEX: Any = faiss.IndexHNSWSQ
_PARAMETERS: Any = faiss.SearchParametersHNSW  # type: ignore[attr-defined]


class FaissHnsw(InProcess):
    efforts = (128, 512, 2048, 8192)
    effort = 128

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:  # noqa: ARG002 - nothing is written
        faiss.omp_set_num_threads(1)
        links = LINKS // 2 if quick else LINKS
        index: Any = _INDEX(workload.dim, faiss.ScalarQuantizer.QT_fp16, links, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 40 if quick else 120
        for start in range(0, len(workload), SCAN):
            index.add(workload.vectors[start : start + SCAN].astype(np.float32))
        self._index, self._placed, self._links = index, PlacedRows(workload), links

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        bitmap = np.packbits(self._placed.mask(self._placed.rows(query)), bitorder="little")
        selector = faiss.IDSelectorBitmap(self._index.ntotal, faiss.swig_ptr(bitmap))
        parameters = _PARAMETERS(sel=selector, efSearch=self.effort)
        _, rows = self._index.search(query.vector[None], k, params=parameters)
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)

    def bytes_per_vector(self) -> float:
        graph = self._index.hnsw
        return float(2 * self._index.d + 4 * graph.neighbors.size() / self._index.ntotal)
