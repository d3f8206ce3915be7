"""LanceDB: a table on disk with a vector index and scalar indexes; conditions in SQL, put before the search."""

from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import BTree, IvfHnswSq
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import InProcess, Places, accepts, folder_bytes
from benchmarks.peer_adapters.sql import conditions
from benchmarks.workload import Query, Workload

REFINED = 2
"""Times the wanted rows that are scored again in full."""


class LanceDb(InProcess):
    efforts = (1, 2, 4, 8, 16, 32)
    """Lists that are searched."""
    effort = 1

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:
        self._folder = folder / "lance"
        self._places, self._n = Places(workload), len(workload)
        database = lancedb.connect(self._folder)
        rows = pa.table(
            {
                "row": pa.array(np.arange(self._n)),
                "vector": pa.FixedSizeListArray.from_arrays(
                    pa.array(workload.vectors.astype(np.float32).ravel()), workload.dim
                ),
                "commune": pa.array(workload.commune),
                "visible": pa.array(workload.visible),
                "available_day": pa.array(workload.available_day),
                "occupation": pa.array(workload.occupation.astype(np.int32)),
                **{name: pa.array(column) for name, column in accepts(workload).items()},
            }
        )
        self._table: Any = database.create_table("rows", rows)
        settings = IvfHnswSq(
            distance_type="dot",
            num_partitions=max(1, self._n // 50_000),
            m=16,
            ef_construction=40 if quick else 120,
        )
        self._table.create_index("vector", config=settings)
        for column in ("commune", "occupation"):
            self._table.create_index(column, config=BTree())
        self._table.optimize()

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        asked = self._table.search(query.vector, vector_column_name="vector").distance_type("dot")
        where = conditions(query, self._places)
        if where is not None:
            asked = asked.where(where, prefilter=True)
        found = (
            asked.nprobes(self.effort)
            .ef(100 + 100 * self.effort)
            .refine_factor(REFINED)
            .select(["row", "_distance"])
            .limit(k)
        )
        return np.asarray(found.to_arrow()["row"], dtype=np.int64)

    def bytes_per_vector(self) -> float:
        return folder_bytes(self._folder) / self._n
