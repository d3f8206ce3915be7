"""What FAISS allows to whoever measures: exact products where few rows are allowed, inverted lists elsewhere."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_adapters.faiss_ivf import FaissIvf
from benchmarks.workload import Query

FEW = 3000
"""Allowed rows up to which scoring them all is quicker than the lists."""


class FaissIvfOrExact(FaissIvf):
    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        rows = self._placed.rows(query)
        return self._best(query, rows, k) if len(rows) <= FEW else self._nearest(query, rows, k)
