"""Our own index, behind the protocol of the others."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.our_index import OurIndex
from benchmarks.peer_adapters.base import InProcess
from benchmarks.workload import Query, Workload


class Vivier(InProcess):
    """`benchmarks.our_index`, which knows how the service calls it. It chooses its own effort."""

    efforts = (0,)
    effort = 0
    _index: OurIndex

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:  # noqa: ARG002 - of the protocol
        self._index = OurIndex.build(workload)

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        return self._index.search(query, k)

    def bytes_per_vector(self) -> float:
        return self._index.bytes_per_vector()
