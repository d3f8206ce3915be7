"""Rows in a Milvus cluster: loading, filtered searches, agreement with the exact oracle, changes, alias swaps.

    python -m benchmarks.milvus [--quick] [--json FILE] [--rows N,M] [--server FOLDER | --uri URI] [--index KIND ...]

Rows, filters and queries are those of `benchmarks.workload`, searched as the service searches them: through the
catalogue, the clauses and the recheck, one client. `--server` names the Python environment of a standalone server
(`benchmarks.milvus_server`; made when it is not there), which is started and ended here; `--uri` one that runs already.
Without either, and always under `--quick`, Milvus Lite stands in: its times say nothing of a server. The baseline is
our own index over the same rows and queries in the same run. `oracle_share`: answers whose rows are as good as the
exact ones, each of them; `wrong_rows`: rows that the filters do not allow, of all answers.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.milvus_server import Server, running
from benchmarks.options import rows_option
from benchmarks.our_index import OurIndex
from benchmarks.report import Report
from benchmarks.workload import Query, Workload
from matching.index.clauses import clause_of
from matching.index.cluster import EVENTUALLY, ROW, SAME, STRONG, VECTOR, Cluster, Kind, Table, asked, connected
from matching.index.milvus import MilvusIndex

SEED: Final = 1
K: Final = 100
FULL_ROWS: Final = (50_000, 200_000)
QUICK_ROWS: Final = (2_000,)
KINDS: Final[tuple[Kind, ...]] = ("FLAT", "IVF_FLAT", "HNSW")
EFFORTS: Final[dict[Kind, tuple[int, ...]]] = {"FLAT": (1,), "IVF_FLAT": (32, 256), "HNSW": (512,)}
SHARES: Final = (0.001, 0.01, 0.1, 1.0)
CHANGES: Final = 20
SWAPS: Final = 20


@dataclass(frozen=True)
class Options:
    rows: tuple[int, ...]
    server: Path | None
    uri: str | None
    kinds: tuple[Kind, ...]


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # a server that was started is ended
    options, arguments = _options()
    report = Report.from_command_line("milvus", seed=SEED, arguments=arguments, about=__doc__ or "")
    for n_rows in options.rows or (QUICK_ROWS if report.quick else FULL_ROWS):
        workload = Workload.open(n_rows)
        for kind in options.kinds[: 1 if report.quick else None]:
            with _engine(report, options) as (uri, server):
                cluster = Cluster(uri, prefix="measured", index=kind, timeout_s=30.0)
                report.figure("engine", str(asked(cluster, "get_server_version", timeout=30.0)))
                _measure(report, workload, cluster, server)
    report.finish()


@contextlib.contextmanager
def _engine(report: Report, options: Options) -> Iterator[tuple[str, Server | None]]:
    """Where it is; a server of one's own is a new one each time, so that memory is of one collection alone."""
    if options.uri is not None:
        yield options.uri, None
    elif options.server is None or report.quick:
        with tempfile.TemporaryDirectory(prefix="vivier-milvus-lite-") as name:
            yield f"{name}/rows.db", None
    else:
        with running(options.server) as server:
            report.figure("server_start_s", server.start_s, 1)
            report.figure("server_empty_mib", server.resident_mib(), 0)
            yield server.uri, server


def _measure(report: Report, workload: Workload, cluster: Cluster, server: Server | None) -> None:
    n, kind = len(workload), cluster.index
    name = f"{n}_{kind.lower()}"
    before = _resources(server)
    timings: dict[str, float] = {}
    with _timed(timings):
        index = OurIndex.build(workload, "milvus", cluster)
    table = _table(index)
    report.figure(f"{name}_dim", workload.dim)
    report.figure(f"{name}_load_average", os.getloadavg()[0], 2)
    report.figure(f"{name}_insert_rows_per_s", n / timings["insert"], 0)
    report.figure(f"{name}_seal_and_load_s", timings["finish"], 1)
    report.figure(f"{name}_whole", table.count() == n)
    for resource, value in _resources(server).items():
        report.figure(f"{name}_{resource}", value, 0)
        report.figure(f"{name}_{resource}_more", value - before[resource], 0)
    queries = workload.queries(report.repeats(200, quick=15), SEED)
    right = workload.nearest(queries, K)
    ours = OurIndex.build(workload)
    efforts = EFFORTS[kind]
    for effort in efforts:
        tried = name if kind == "FLAT" else f"{name}_effort_{effort}"
        _table(index, replace(cluster, effort=effort))
        _searches(report, tried, workload, index, queries, right)
    report.figure(f"{name}_in_memory_p50_ms", float(np.median(_times_ms(lambda query: ours.find(query, K), queries))))
    if kind == "FLAT":
        _of_shares(report, name, workload, index)
        _said(report, name, index, queries)
        _changes(report, name, workload, table)
        _swaps(report, name, workload, table)
    table.drop()


def _searches(
    report: Report,
    name: str,
    workload: Workload,
    index: OurIndex,
    queries: Sequence[Query],
    right: NDArray[np.int64],
) -> None:
    _times_ms(lambda query: index.find(query, K), queries[:10])
    answers: list[NDArray[np.int64]] = []
    times = _times_ms(lambda query: answers.append(index.find(query, K).rows), queries)
    found = [index.in_workload(rows) for rows in answers]
    recalls = [
        workload.recall(query, answer, rows, K) for query, answer, rows in zip(queries, right, found, strict=True)
    ]
    report.figure(f"{name}_p50_ms", float(np.median(times)))
    report.figure(f"{name}_p99_ms", float(np.percentile(times, 99)))
    report.figure(f"{name}_recall_at_100", float(np.mean(recalls)), 4)
    report.figure(f"{name}_oracle_share", float(np.mean([recall == 1.0 for recall in recalls])), 4)
    wrong = sum(int((~workload.allowed(query)[rows]).sum()) for query, rows in zip(queries, found, strict=True))
    report.figure(f"{name}_wrong_rows", wrong)


def _of_shares(report: Report, name: str, workload: Workload, index: OurIndex) -> None:
    for share in SHARES:
        queries = workload.queries_of_class(share, report.repeats(40, quick=4), SEED)
        times = _times_ms(lambda query: index.find(query, K), queries)
        report.figure(f"{name}_{share:.1%}_p50_ms", float(np.median(times)))


def _said(report: Report, name: str, index: OurIndex, queries: Sequence[Query]) -> None:
    """What it takes to say the filters, and how long the sentences are."""
    codes = _milvus(index)._codes
    assert codes is not None  # noqa: S101 - the collection has columns
    clauses: list[str] = []
    times = _times_ms(lambda query: clauses.append(clause_of(index.selection(query).conditions or (), codes)), queries)
    report.figure(f"{name}_clause_p50_ms", float(np.median(times)))
    report.figure(f"{name}_clause_p50_bytes", float(np.median([len(clause) for clause in clauses])), 0)
    report.figure(f"{name}_clause_most_bytes", max(len(clause) for clause in clauses))


def _changes(report: Report, name: str, workload: Workload, table: Table) -> None:
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
        figures["upsert"].append(_ms(partial(table.upsert, rows, columns, marked)))
        figures["upsert_seen"].append(_until(partial(seen, row)))
        figures["strong"].append(_ms(partial(table.search, marked[0], "", 50, level=STRONG)))
        figures["delete"].append(_ms(partial(table.delete, rows)))
        figures["delete_seen"].append(_until(partial(gone, row)))
    for key, times in figures.items():
        report.figure(f"{name}_{key}_p50_ms", float(np.median(times)))
        report.figure(f"{name}_{key}_most_ms", max(times))
    report.figure(f"{name}_count_ms", float(np.median([_ms(table.count) for _ in range(5)])))
    report.figure(f"{name}_whole_after_changes", table.count() == len(workload))


def _swaps(report: Report, name: str, workload: Workload, table: Table) -> None:
    """An alias that is moved to and fro between two collections while it is searched."""
    other = Table(table.cluster, f"{table.name}b", workload.dim)
    other.create({}, 100)
    other.insert(np.arange(100), {"region": np.zeros(100, np.int64)}, workload.vectors[:100].astype(np.float32))
    other.finish()
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
        times.append(_ms(partial(to.point, alias)))
        _until(lambda seen=seen: outcome["searches"] > seen + 2)  # type: ignore[misc]
    done.set()
    searching.join()
    report.figure(f"{name}_swaps", len(times))
    report.figure(f"{name}_swap_p50_ms", float(np.median(times)))
    report.figure(f"{name}_swap_searches", outcome["searches"])
    report.figure(f"{name}_swap_failed_searches", outcome["failed"])
    other.drop()


def _milvus(index: OurIndex) -> MilvusIndex:
    found = index.catalogue.index
    assert isinstance(found, MilvusIndex)  # noqa: S101 - it was built so
    return found


def _table(index: OurIndex, cluster: Cluster | None = None) -> Table:
    """The collection of an index, asked in the way of `cluster` from now on."""
    milvus = _milvus(index)
    table = milvus._table
    assert table is not None  # noqa: S101 - it has rows
    if cluster is not None:
        milvus._table = table = replace(table, cluster=cluster)
        connected(cluster)
    return table


@contextlib.contextmanager
def _timed(timings: dict[str, float]) -> Iterator[None]:
    """Seconds that inserting rows and finishing collections take while the block runs."""
    functions: dict[str, Callable[..., Any]] = {"insert": Table.insert, "finish": Table.finish}

    def timing(key: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            began = time.perf_counter()
            answer = functions[key](*arguments)
            timings[key] = timings.get(key, 0.0) + time.perf_counter() - began
            return answer

        return call

    for key in functions:
        setattr(Table, key, timing(key))
    try:
        yield
    finally:
        for key, function in functions.items():
            setattr(Table, key, function)


def _resources(server: Server | None) -> dict[str, float]:
    return {} if server is None else {"resident_mib": server.resident_mib(), "disk_mib": server.disk_mib()}


def _times_ms(ask: Callable[[Query], object], queries: Sequence[Query]) -> list[float]:
    return [_ms(partial(ask, query)) for query in queries]


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


def _until(seen: Callable[[], bool]) -> float:
    """Milliseconds until it is so, at most ten seconds."""
    began = time.perf_counter()
    while not seen() and time.perf_counter() - began < 10:
        time.sleep(0.001)
    return (time.perf_counter() - began) * 1e3


def _options() -> tuple[Options, list[str]]:
    rows, arguments = rows_option(sys.argv[1:])
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--server", type=Path)
    parser.add_argument("--uri")
    parser.add_argument("--index", nargs="+", choices=KINDS, default=list(KINDS))
    options, others = parser.parse_known_args(arguments)
    return Options(rows, options.server, options.uri, tuple(options.index)), others


if __name__ == "__main__":
    main()
