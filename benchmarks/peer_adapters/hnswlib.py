"""hnswlib: a graph in single precision, its filter a function that the walk calls for each row it meets."""

from pathlib import Path

import hnswlib
import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import InProcess, PlacedRows
from benchmarks.workload import SCAN, Query, Workload

LINKS = 16


class Hnswlib(InProcess):
    efforts = (100, 200, 400, 800, 1600)
    effort = 100

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:
        index = hnswlib.Index(space="ip", dim=workload.dim)
        index.init_index(len(workload), M=LINKS, ef_construction=40 if quick else 120)
        index.set_num_threads(1)
        for start in range(0, len(workload), SCAN):
            block = workload.vectors[start : start + SCAN].astype(np.float32)
            index.add_items(block, np.arange(start, start + len(block)), num_threads=1)
        self._index, self._placed, self._n = index, PlacedRows(workload), len(workload)
        self._file = folder / "index.bin"
        index.save_index(str(self._file))

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        allowed = self._placed.rows(query)
        if len(allowed) == 0:
            return allowed
        is_allowed = self._placed.mask(allowed).tobytes().__getitem__  # in C: a Python function costs ten times that
        self._index.set_ef(self.effort)
        wanted = min(k, len(allowed))
        while wanted:
            try:
                rows, _ = self._index.knn_query(query.vector[None], k=wanted, num_threads=1, filter=is_allowed)
            except RuntimeError:  # fewer than that were found, and it gives none rather than those
                wanted //= 2
                continue
            return np.asarray(rows[0], dtype=np.int64)
        return np.empty(0, dtype=np.int64)

    def bytes_per_vector(self) -> float:
        return self._file.stat().st_size / self._n
