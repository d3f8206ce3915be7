"""Rows in a Milvus cluster: loading, filtered searches, agreement with the exact oracle, changes, alias swaps.

    python -m benchmarks.milvus [--quick] [--json FILE] [--rows N,M] [--server FOLDER | --uri URI] [--index KIND ...]

Rows, filters and queries are those of `benchmarks.workload`, searched as the service searches them: through the
catalogue, the clauses and the recheck, one client. `--server` names the Python environment of a standalone server
(`benchmarks.milvus_server`; made when it is not there), which is started and ended here; `--uri` one that runs already.
Without either, and always under `--quick`, Milvus Lite stands in: its times say nothing of a server. The baseline is
our own index over the same rows and queries in the same run. `oracle_share`: answers whose rows are as good as the
exact ones, each of them; `wrong_rows`: rows that the filters do not allow, of all answers. Lists and graphs are for
collections of `FEW_ROWS` and more. With a server of one's own also: what it finds among rows without an index
(`alone_…`, few rows, `benchmarks.milvus_small`; `…_unbuilt_…`, where it builds none; `…_unmade_…`, where it makes none
by itself either), and how long a search waits while it is away (`cluster_…`, behind `benchmarks.fault_proxy`).
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.milvus_server import Server, running
from benchmarks.milvus_small import UNBUILT, UNMADE, rows_without_index, without_index
from benchmarks.milvus_uses import away, changes, ms, swaps
from benchmarks.options import rows_option
from benchmarks.our_index import OurIndex
from benchmarks.report import Report
from benchmarks.retrieval import of_class
from benchmarks.workload import Query, Workload
from matching.index import milvus
from matching.index.clauses import clause_of
from matching.index.cluster import FEW_ROWS, Cluster, Kind, Table, asked
from matching.index.milvus import MilvusIndex

SEED: Final = 1
K: Final = 100
FULL_ROWS: Final = (50_000, 200_000)
QUICK_ROWS: Final = (2_000,)
KINDS: Final[tuple[Kind, ...]] = ("FLAT", "IVF_FLAT", "HNSW")
EFFORTS: Final[dict[Kind, tuple[int, ...]]] = {"FLAT": (1,), "IVF_FLAT": (32, 128, 16_384), "HNSW": (128, 512)}
"""The most of `IVF_FLAT` are more lists than there are: all of them."""
CLIENTS: Final = 4
SHARES: Final = (0.001, 0.01, 0.1, 1.0)


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
    sizes = options.rows or (QUICK_ROWS if report.quick else FULL_ROWS)
    for n_rows in sizes:
        workload = Workload.open(n_rows)
        for kind in options.kinds:
            if kind != "FLAT" and n_rows < FEW_ROWS:
                continue
            with _engine(report, options) as (uri, server):
                cluster = Cluster(uri, prefix="measured", index=kind, timeout_s=30.0)
                report.figure("engine", str(asked(cluster, "get_server_version", timeout=30.0)))
                _measure(report, workload, cluster, server)
                if server is not None and kind == "FLAT" and n_rows == sizes[-1]:
                    without_index(report, workload, cluster, SEED)
                    away(report, workload, cluster)
    if options.server is not None and "HNSW" in options.kinds and not report.quick:
        _servers_own_index(report, options.server, workload)
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


def _servers_own_index(report: Report, environment: Path, workload: Workload) -> None:
    """What the index misses that a server makes by itself of rows that it holds without one: the same searches where no
    list is built, and where the server makes nothing by itself either."""
    queries = workload.queries(report.repeats(200, quick=15), SEED)
    right = workload.nearest(queries, K)
    for name, settings in (("unbuilt", (UNBUILT,)), ("unmade", (UNBUILT, UNMADE))):
        with running(environment, *settings) as server:
            cluster = Cluster(server.uri, "", "measured", "IVF_FLAT", EFFORTS["IVF_FLAT"][-1], timeout_s=30.0)
            index = OurIndex.build(workload, "milvus", cluster)
            report.figure(f"{len(workload)}_{name}_rows_without_index", rows_without_index(_table(index)))
            _searches(report, f"{len(workload)}_{name}", workload, index, queries, right)


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
    report.figure(f"{name}_insert_rows_per_s", n / (timings["fill"] - timings["finish"]), 0)
    report.figure(f"{name}_seal_and_load_s", timings["finish"], 1)
    if server is not None:
        report.figure(f"{name}_rows_without_index", rows_without_index(table))
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
        _of_shares(report, tried, workload, index)
    report.figure(f"{name}_in_memory_p50_ms", float(np.median(_times_ms(lambda query: ours.find(query, K), queries))))
    if kind == "FLAT":
        _together(report, name, index, queries)
        _said(report, name, index, queries)
        changes(report, name, workload, table)
        swaps(report, name, workload, table)
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
        queries = of_class(workload, share, report.repeats(40, quick=4), SEED)
        answers: list[NDArray[np.int64]] = []
        times = _times_ms(lambda query: answers.append(index.find(query, K).rows), queries)  # noqa: B023
        right = workload.nearest(queries, K)
        recalls = [
            workload.recall(query, exact, index.in_workload(rows), K)
            for query, exact, rows in zip(queries, right, answers, strict=True)
        ]
        report.figure(f"{name}_{share:.1%}_p50_ms", float(np.median(times)))
        report.figure(f"{name}_{share:.1%}_recall_at_100", float(np.mean(recalls)), 4)


def _together(report: Report, name: str, index: OurIndex, queries: Sequence[Query]) -> None:
    """Several clients at once, each with its share of the queries."""
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        parts = [queries[first::CLIENTS] for first in range(CLIENTS)]
        times = [
            each for part in clients.map(lambda p: _times_ms(lambda q: index.find(q, K), p), parts) for each in part
        ]
    report.figure(f"{name}_{CLIENTS}_clients_per_s", len(queries) / (time.perf_counter() - began), 0)
    report.figure(f"{name}_{CLIENTS}_clients_p50_ms", float(np.median(times)))
    report.figure(f"{name}_{CLIENTS}_clients_p99_ms", float(np.percentile(times, 99)))


def _said(report: Report, name: str, index: OurIndex, queries: Sequence[Query]) -> None:
    """What it takes to say the filters, and how long the sentences are."""
    codes = _milvus(index)._codes
    assert codes is not None  # noqa: S101 - the collection has columns
    clauses: list[str] = []
    times = _times_ms(lambda query: clauses.append(clause_of(index.selection(query).conditions or (), codes)), queries)
    report.figure(f"{name}_clause_p50_ms", float(np.median(times)))
    report.figure(f"{name}_clause_p50_bytes", float(np.median([len(clause) for clause in clauses])), 0)
    report.figure(f"{name}_clause_most_bytes", max(len(clause) for clause in clauses))


def _milvus(index: OurIndex) -> MilvusIndex:
    found = index.catalogue.index
    assert isinstance(found, MilvusIndex)  # noqa: S101 - it was built so
    return found


def _table(index: OurIndex, cluster: Cluster | None = None) -> Table:
    """The collection of an index, asked in the way of `cluster` from now on."""
    found = _milvus(index)
    table = found._table
    assert table is not None  # noqa: S101 - it has rows
    if cluster is not None:
        found._table = table = replace(table, cluster=cluster)
    return table


@contextlib.contextmanager
def _timed(timings: dict[str, float]) -> Iterator[None]:
    """Seconds that filling collections takes while the block runs, and those of it in which they are finished."""
    places: dict[str, tuple[Any, str]] = {"fill": (milvus, "_fill"), "finish": (Table, "finish")}
    functions: dict[str, Callable[..., Any]] = {key: getattr(*place) for key, place in places.items()}

    def timing(key: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            began = time.perf_counter()
            answer = functions[key](*arguments)
            timings[key] = timings.get(key, 0.0) + time.perf_counter() - began
            return answer

        return call

    for key, place in places.items():
        setattr(*place, timing(key))
    try:
        yield
    finally:
        for key, place in places.items():
            setattr(*place, functions[key])


def _resources(server: Server | None) -> dict[str, float]:
    return {} if server is None else {"resident_mib": server.resident_mib(), "disk_mib": server.disk_mib()}


def _times_ms(ask: Callable[[Query], object], queries: Sequence[Query]) -> list[float]:
    return [ms(partial(ask, query)) for query in queries]


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
