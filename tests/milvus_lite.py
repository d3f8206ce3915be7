"""Milvus Lite for tests: the engine that comes as a library, in this process and a folder of its own."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.index.base import Index
from matching.index.cluster import Cluster
from matching.index.milvus import MilvusBackend


def lite_cluster(folder: Path) -> Cluster:
    """A cluster in `folder`; the test is skipped, saying so, where its libraries are not installed."""
    for module in ("pymilvus", "milvus_lite"):
        pytest.importorskip(module, reason=f"{module} is not installed: pip install 'vivier[cluster]'")
    return Cluster(str(folder / "rows.db"), timeout_s=60.0)


class HalfWritten(MilvusBackend):
    """Indexes whose first rows, half of those that they are given first, are in the cluster; the others are added."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        super().__init__(cluster)
        self._folder = folder
        self._n_made = 0

    def filled(self, vectors: NDArray[np.float32]) -> Index:
        self._n_made += 1
        folder = self._folder / str(self._n_made)
        folder.mkdir()
        half = len(vectors) // 2
        self.write(folder, vectors.shape[1], half, lambda: iter([vectors[:half].astype(np.float16)]))
        index = self.load(folder)
        index.add(vectors[half:])
        return index
