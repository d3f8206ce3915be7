"""usearch: a half-precision graph without filters, asked for more rows than wanted, or exact over the allowed ones."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index, MetricKind
from usearch.index import search as exact_search

from benchmarks.peer_adapters.base import InProcess, PlacedRows
from benchmarks.workload import SCAN, Query, Workload

MOST_ASKED = 1000
"""Rows asked of the graph; where the filter would need more, its exact search over the allowed rows is quicker."""


class Usearch(InProcess):
    efforts = (1, 2, 4, 8)
    """Times the rows that the filter's selectivity makes one expect."""
    effort = 1

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:  # noqa: ARG002 - nothing is written
        index = Index(ndim=workload.dim, metric=MetricKind.IP, dtype="f16", expansion_add=40 if quick else 128)
        for start in range(0, len(workload), SCAN):
            block = workload.vectors[start : start + SCAN]
            index.add(np.arange(start, start + len(block)), np.ascontiguousarray(block), threads=1)
        self._index, self._placed, self._workload = index, PlacedRows(workload), workload

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        allowed = self._placed.rows(query)
        wanted = min(k, len(allowed))
        if wanted == 0:
            return allowed
        asked = int(self.effort * 1.5 * k * len(self._workload) / len(allowed))
        vector = query.vector.astype(np.float16)
        if asked > MOST_ASKED * self.effort:
            gathered = np.ascontiguousarray(self._workload.vectors[allowed])
            found = exact_search(gathered, vector[None], wanted, MetricKind.IP, exact=True, threads=1)
            return allowed[np.asarray(found.keys, dtype=np.int64).ravel()]
        self._index.expansion_search = max(64, asked)
        rows = np.asarray(self._index.search(vector, asked, threads=1).keys, dtype=np.int64)
        return rows[self._placed.mask(allowed)[rows]][:k]

    def bytes_per_vector(self) -> float:
        return float(self._index.memory_usage / len(self._workload))
