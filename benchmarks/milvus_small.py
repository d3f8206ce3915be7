"""What a Milvus server finds among rows that are held without an index, as those of segments of less than 1,024 always
are: it searches them by an index that it makes by itself, unless the collection is `FLAT` or it is told not to."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Report
from benchmarks.workload import TIED, Query, Workload
from matching.index.cluster import Cluster, Kind, Table, asked

SIZES: Final = (1_000, 5_000)
"""Rows of one segment: too few for an index, and enough."""
K: Final = 100
UNMADE: Final = "queryNode.segcore.interimIndex.enableIndex=false"
"""A server with this setting makes no index by itself."""
UNBUILT: Final = "indexCoord.segment.minSegmentNumRowsToEnableIndex=1000000000"
"""A server with this setting builds none that is asked for: as if rows were held before it is there."""
MOST: Final[dict[Kind, int]] = {"FLAT": 1, "IVF_FLAT": 16_384, "HNSW": 4_096}
"""The effort at which nothing should be missed."""


def without_index(report: Report, workload: Workload, cluster: Cluster, seed: int) -> None:
    """Recall of unfiltered searches at the greatest effort, and the rows that were without an index."""
    queries = workload.queries_of_class(1.0, report.repeats(60, quick=5), seed)
    for n_rows in SIZES:
        for kind, effort in MOST.items():
            rows = np.linspace(0, len(workload) - 1, n_rows).astype(np.int64)
            table = held(replace(cluster, index=kind, effort=effort), f"{cluster.prefix}_small", workload, rows)
            name = f"alone_{n_rows}_{kind.lower()}"
            report.figure(f"{name}_rows_without_index", rows_without_index(table))
            report.figure(f"{name}_recall_at_100", _recall(table, workload, queries, rows), 4)
            table.drop()


def held(cluster: Cluster, name: str, workload: Workload, rows: NDArray[np.int64]) -> Table:
    """A collection of some rows, all of one region, held for searches."""
    table = Table(cluster, name, workload.dim)
    table.create({}, len(rows))
    table.insert(rows, {"region": np.zeros(len(rows), np.int64)}, workload.vectors[rows].astype(np.float32))
    table.finish()
    return table


def rows_without_index(table: Table) -> int:
    """Rows that are held for searches in segments without an index of their own."""
    segments = asked(table.cluster, "list_loaded_segments", table.name, timeout=30.0)
    return sum(int(each.num_rows) for each in segments if not each.index_name)


def _recall(table: Table, workload: Workload, queries: Sequence[Query], rows: NDArray[np.int64]) -> float:
    found = []
    for query in queries:
        last = np.sort(workload.scores(query, rows))[-K]
        hits = table.search(query.vector, "", K)
        found.append(np.count_nonzero(workload.scores(query, hits.rows) >= last - TIED) / K)
    return float(np.mean(found))
