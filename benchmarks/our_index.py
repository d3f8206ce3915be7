"""Our index as the service uses it, over the rows of a `Workload`: what `benchmarks.peers` measures as `vivier`."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import PlacedRows
from benchmarks.workload import Query, Workload
from matching.index.base import Selection
from matching.index.registry import backend

BACKEND = "faiss-flat"
PART = 65_536
"""Rows added at once."""


@dataclass(frozen=True, eq=False)
class OurIndex:
    """One backend of `matching.index`, and the filters that make its selections."""

    index: Any
    placed: PlacedRows
    n_rows: int

    @classmethod
    def build(cls, workload: Workload) -> Self:
        """All rows of the workload, in its order."""
        index = backend(BACKEND)(workload.dim)
        for start in range(0, len(workload), PART):
            index.add(workload.vectors[start : start + PART].astype(np.float32))
        return cls(index, PlacedRows(workload), len(workload))

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        """At most `k` rows of the workload, the best first."""
        mask = self.placed.mask(self.placed.rows(query))
        found: NDArray[np.int64] = self.index.search(query.vector, k, Selection(mask)).rows
        return found

    def bytes_per_vector(self) -> float:
        """Bytes that the index keeps of one row: half precision."""
        return float(2 * self.index.dim)
