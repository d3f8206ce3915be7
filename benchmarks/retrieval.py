"""Our index beside exact filtered search, on what employers ask: recall, time, memory and size.

    python -m benchmarks.retrieval [--quick] [--json FILE] [--svg FILE] [--rows N,N...]

Rows are those of `benchmarks.workload`: people of the generated world under the encoder that ships. 100 are asked for,
by the mix of queries (`mix`) and by queries that allow a given share of the rows. Recall is against float32 products of
every allowed row. A time is of one search, its filters included, asked once in each pass over the queries; p50, p99 and
mean are medians over the passes that follow a first one; `cpu_` counts the thread's own time alone, which a machine
that others share disturbs less. Baselines are the exact backends under the very same
selections; they are slow, so that few queries are asked of them, each beside ours, and ratios are of the medians over
those. Stage shares come from a pass under a stopwatch. Indexes are kept beside the rows until their code changes;
`build_s` is of the run that built them, `build_load_average` the machine's load then.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.options import rows_option, svg_option
from benchmarks.our_index import OurIndex
from benchmarks.plots import Lines, save
from benchmarks.report import Report
from benchmarks.retrieval_watch import stage_seconds
from benchmarks.workload import Query, Workload, save_queries

SEED: Final = 1
K: Final = 100
FULL_ROWS: Final = (100_000, 1_000_000, 6_000_000)
QUICK_ROWS: Final = (50_000, 200_000)
SHARES: Final = {"0.1%": 0.001, "1%": 0.01, "10%": 0.1, "100%": 1.0}
MIX: Final = "mix"
BASELINES: Final = ("exact", "faiss-flat")
PASSES: Final = 3
LEAST_COMPARED, MOST_COMPARED = 3, 30
"""Queries that a baseline is asked."""
FRANCE_ROWS: Final = 6_000_000
P50_TARGET_MS, P99_TARGET_MS = 0.8, 4.0
"""Of the mix, at `FRANCE_ROWS`."""
RECALL_TARGETS: Final = {10: 0.999, 100: 0.995}


@dataclass(frozen=True, eq=False)
class Asked:
    """Queries of one kind and their right answers."""

    label: str
    queries: list[Query]
    right: NDArray[np.int64]


@dataclass(frozen=True)
class Times:
    """Medians over passes."""

    p50_ms: float
    p99_ms: float
    mean_ms: float

    @classmethod
    def of(cls, passes: Sequence[NDArray[np.float64]]) -> "Times":
        """From the times of each pass, in milliseconds."""
        return cls(
            *(
                float(np.median([figure(times) for times in passes]))
                for figure in (np.median, lambda times: np.percentile(times, 99), np.mean)
            )
        )


def main() -> None:
    svg, arguments = svg_option()
    sizes, arguments = rows_option(arguments)
    report = Report.from_command_line("retrieval", seed=SEED, arguments=arguments, about=__doc__ or "")
    measured: dict[str, list[tuple[int, Times]]] = {}
    missed: list[str] = []
    for n in sizes or (QUICK_ROWS if report.quick else FULL_ROWS):
        workload = Workload.open(n)
        index = OurIndex.open(workload)
        report.figure(f"{n}_rows_dim", workload.dim)
        _say_size(report, n, index, workload)
        for asked in _asked(report, workload):
            times, recalls = _measure(report, f"{n}_rows_{asked.label}", index, workload, asked)
            measured.setdefault(asked.label, []).append((n, times))
            missed += [f"{n}_rows_{asked.label}_{name}" for name in missed_targets(n, asked.label, times, recalls)]
        _compare(report, n, index, workload)
    report.figure("targets_missed", ", ".join(missed) or "none")
    save(svg, _chart(measured))
    report.finish()


def _asked(report: Report, workload: Workload) -> list[Asked]:
    mix = workload.queries(report.repeats(400, quick=150), SEED)
    kinds = {MIX: mix}
    for label, share in SHARES.items():
        kinds[label] = of_class(workload, share, report.repeats(100, quick=40), SEED)
    return [Asked(label, queries, workload.nearest(queries, K)) for label, queries in kinds.items()]


def of_class(workload: Workload, share: float, n: int, seed: int) -> list[Query]:
    """Queries that allow about a share of the rows, their circles halfway between the last commune and the next.

    `Workload.queries_of_class` draws them through the last commune, which rounding may then put outside.
    """
    moved = []
    for query in workload.queries_of_class(share, n, seed):
        radius_km = query.radius_km
        if radius_km is not None:
            distances = workload.distances_from(query.commune)
            further = distances[distances > radius_km + 1e-3]
            radius_km = (radius_km + float(further.min(initial=radius_km + 1))) / 2
        moved.append(replace(query, radius_km=radius_km))
    return moved


def _measure(
    report: Report, label: str, index: OurIndex, workload: Workload, asked: Asked
) -> tuple[Times, dict[int, float]]:
    found = [index.in_workload(index.find(query, K).rows) for query in asked.queries]
    recalls = {
        k: float(
            np.mean(
                [
                    workload.recall(query, right, got, k)
                    for query, right, got in zip(asked.queries, asked.right, found, strict=True)
                ]
            )
        )
        for k in RECALL_TARGETS
    }
    passes = [np.array([_timed_ms(index, query) for query in asked.queries]).T for _ in range(PASSES)]
    times, cpu = Times.of([wall_ms for wall_ms, _ in passes]), Times.of([cpu_ms for _, cpu_ms in passes])
    report.figure(f"{label}_queries", len(asked.queries))
    report.figure(f"{label}_load_average", os.getloadavg()[0], 2)
    for k, recall in recalls.items():
        report.figure(f"{label}_recall_at_{k}", recall, 5)
    report.figure(f"{label}_p50_ms", times.p50_ms)
    report.figure(f"{label}_p99_ms", times.p99_ms)
    report.figure(f"{label}_mean_ms", times.mean_ms)
    report.figure(f"{label}_cpu_p50_ms", cpu.p50_ms)
    report.figure(f"{label}_cpu_p99_ms", cpu.p99_ms)
    stages = stage_seconds(index, asked.queries, K)
    for stage, seconds in stages.items():
        report.figure(f"{label}_{stage}_share", seconds / sum(stages.values()))
    return times, recalls


def _compare(report: Report, n: int, index: OurIndex, workload: Workload) -> None:
    """How many times faster ours is than each exact backend."""
    kinds = {MIX: workload.queries(MOST_COMPARED, SEED + 1)}
    for label, share in SHARES.items():
        kinds[label] = of_class(workload, share, report.repeats(MOST_COMPARED, quick=10), SEED + 1)
    budget_s = report.repeats(12, quick=1)
    for name in BASELINES:
        with index.under(name) as other:
            for label, queries in kinds.items():
                theirs, ours = beside(other, index, queries, budget_s)
                report.figure(f"{n}_rows_{label}_{name}_queries", len(theirs))
                report.figure(f"{n}_rows_{label}_{name}_p50_ms", float(np.median(theirs)))
                times = float(np.median(theirs) / np.median(ours))
                report.figure(f"{n}_rows_{label}_times_faster_than_{name}", times, 2)


def beside(
    other: OurIndex, index: OurIndex, queries: Sequence[Query], budget_s: float
) -> tuple[list[float], list[float]]:
    """Milliseconds of each search under the one and the other, taking turns; until `budget_s` are spent, but for the
    `LEAST_COMPARED` first."""
    for warmed in (other, index):
        warmed.find(queries[0], K)
    theirs: list[float] = []
    ours: list[float] = []
    started = time.monotonic()
    for query in queries:
        if len(theirs) >= LEAST_COMPARED and time.monotonic() - started > budget_s:
            break
        theirs.append(_timed_ms(other, query)[0])
        index.find(query, K)  # what the other has driven out of the caches comes back, as in the passes
        ours.append(_timed_ms(index, query)[0])
    return theirs, ours


def _timed_ms(index: OurIndex, query: Query) -> tuple[float, float]:
    """Milliseconds of one search by the clock, and of this thread's own time."""
    started, started_cpu = time.perf_counter_ns(), time.thread_time_ns()
    index.find(query, K)
    ended_cpu, ended = time.thread_time_ns(), time.perf_counter_ns()
    return (ended - started) / 1e6, (ended_cpu - started_cpu) / 1e6


def missed_targets(n: int, label: str, times: Times, recalls: Mapping[int, float]) -> list[str]:
    """The names of the figures that fall short of their targets."""
    missed = [f"recall_at_{k}" for k, least in RECALL_TARGETS.items() if recalls[k] < least]
    if n == FRANCE_ROWS and label == MIX:
        missed += ["p50_ms"] * (times.p50_ms > P50_TARGET_MS) + ["p99_ms"] * (times.p99_ms > P99_TARGET_MS)
    return missed


def _say_size(report: Report, n: int, index: OurIndex, workload: Workload) -> None:
    built = index.built()
    report.figure(f"{n}_rows_build_s", built["build_s"], 1)
    report.figure(f"{n}_rows_build_load_average", built["load_average"], 2)
    report.figure(f"{n}_rows_bytes_per_row", index.bytes_per_vector(), 1)
    with tempfile.NamedTemporaryFile(suffix=".npz") as asked:
        save_queries(Path(asked.name), workload.queries(report.repeats(400, quick=150), SEED))
        command = [sys.executable, "-m", "benchmarks.retrieval_memory", str(workload.folder.parent)]
        printed = subprocess.run(
            [*command, str(index.folder), asked.name], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    for name, value in json.loads(printed).items():
        report.figure(f"{n}_rows_{name}", value, 2 if name.endswith("_ms") else 0)


def _chart(measured: Mapping[str, Sequence[tuple[int, Times]]]) -> Lines:
    series = {
        f"{label} p{part}": [(float(n), times.p50_ms if part == 50 else times.p99_ms) for n, times in of_one]
        for label, of_one in measured.items()
        for part in ((50, 99) if label == MIX else (50,))
    }
    return Lines(
        "Filtered search, k = 100, one thread",
        "By rows of the index: the mix of queries, and queries that allow a share of the rows (median)",
        "rows",
        "ms",
        series,
    )


if __name__ == "__main__":
    main()
