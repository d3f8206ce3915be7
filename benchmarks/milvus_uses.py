"""What happens to a cluster while it is used: rows are changed in it, an alias is moved, and it is away for a while."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from benchmarks.dependencies import Attempt, measure
from benchmarks.milvus_small import held
from benchmarks.report import Report
from benchmarks.workload import Workload
from matching.errors import ClusterUnreachable
from matching.index.cluster import EVENTUALLY, ROW, SAME, STRONG, VECTOR, Cluster, Table, asked

CHANGES: Final = 20
SWAPS: Final = 20
FEW: Final = 100
LIMIT_S: Final = 1.0
"""For a search while it is away."""


def changes(report: Report, name: str, workload: Workload, table: Table) -> None:
    """Rows that are replaced and taken out in the cluster itself: how long a write takes, and until it is seen."""
    told = asked(table.cluster, "describe_collection", table.name, timeout=30.0)["fields"]
    columns = {field["name"]: np.array([0]) for field in told if field["name"] not in (ROW, SAME, VECTOR)}
    marked = np.zeros((1, workload.dim), dtype=np.float32)
    marked[0, 0] = 30.0
    figures: dict[str, list[float]] = {"upsert": [], "upsert_seen": [], "delete": [], "delete_seen": [], "strong": []}

    def seen(row: int) -> bool:
        return row in table.search(marked[0], "", 50).rows

    def gone(row: int) -> bool:
        return not seen(row)

    for row in range(len(workload), len(workload) + report.repeats(CHANGES, quick=3)):
        rows = np.array([row])
        figures["upsert"].append(ms(partial(table.upsert, rows, columns, marked)))
        figures["upsert_seen"].append(until(partial(seen, row)))
        figures["strong"].append(ms(partial(table.search, marked[0], "", 50, level=STRONG)))
        figures["delete"].append(ms(partial(table.delete, rows)))
        figures["delete_seen"].append(until(partial(gone, row)))
    for key, times in figures.items():
        report.figure(f"{name}_{key}_p50_ms", float(np.median(times)))
        report.figure(f"{name}_{key}_most_ms", max(times))
    report.figure(f"{name}_count_ms", float(np.median([ms(table.count) for _ in range(5)])))
    report.figure(f"{name}_whole_after_changes", table.count() == len(workload))


def swaps(report: Report, name: str, workload: Workload, table: Table) -> None:
    """An alias that is moved to and fro between two collections while it is searched."""
    other = held(table.cluster, f"{table.name}b", workload, np.arange(FEW))
    alias = f"{table.cluster.prefix}_swapped"
    table.point(alias)
    through, done = Table(table.cluster, alias, workload.dim), threading.Event()
    outcome = {"searches": 0, "failed": 0}

    def search() -> None:
        query = workload.vectors[0].astype(np.float32)
        while not done.is_set():
            try:
                outcome["failed"] += len(through.search(query, "", 10, level=EVENTUALLY).rows) != 10
            except Exception:
                outcome["failed"] += 1
            outcome["searches"] += 1

    searching = threading.Thread(target=search)
    searching.start()
    times = []
    for to in (other, table) * (report.repeats(SWAPS, quick=4) // 2):
        seen = outcome["searches"]
        times.append(ms(partial(to.point, alias)))
        until(lambda seen=seen: outcome["searches"] > seen + 2)  # type: ignore[misc]
    done.set()
    searching.join()
    report.figure(f"{name}_swaps", len(times))
    report.figure(f"{name}_swap_p50_ms", float(np.median(times)))
    report.figure(f"{name}_swap_searches", outcome["searches"])
    report.figure(f"{name}_swap_failed_searches", outcome["failed"])
    other.drop()


def away(report: Report, workload: Workload, cluster: Cluster) -> None:
    """A search while the server is late, resets, swallows everything or breaks off, and how soon it goes well again."""
    table = held(cluster, f"{cluster.prefix}_away", workload, np.arange(FEW))
    query = workload.vectors[0].astype(np.float32)

    def attempt_by(port: int) -> Attempt:
        through = Table(Cluster(f"http://127.0.0.1:{port}", timeout_s=LIMIT_S), table.name, workload.dim)

        def attempt() -> bool:
            try:
                return len(through.search(query, "", 10).rows) == 10
            except ClusterUnreachable:
                return False

        return attempt

    report.figure("cluster_limit_s", LIMIT_S)
    measure(report, "cluster", int(cluster.uri.rpartition(":")[2]), attempt_by)
    table.drop()


def ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


def until(seen: Callable[[], bool]) -> float:
    """Milliseconds until it is so, at most ten seconds."""
    began = time.perf_counter()
    while not seen() and time.perf_counter() - began < 10:
        time.sleep(0.001)
    return (time.perf_counter() - began) * 1e3
