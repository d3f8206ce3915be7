"""How far a search is from the least that memory allows an exact one.

    python -m benchmarks.floor [--quick] [--json FILE] [--svg FILE] [--rows N]

An exact method reads the vector of every row that a query allows: those bytes, over the rate at which one thread of
this machine reads memory in sequence (measured in the same run: numpy's sum of a gigabyte), are the floor. They are
counted at one byte a dimension (int8: what the most frugal exact method would read first) and at two (float16: what we
keep). Queries allow about 60,000 rows. Ours does not read them all, so that it may be under the floor: `touched_` are
the bytes that it does read, counted at its arrays, and the time that these alone would take in sequence.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import statistics
import time
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.options import rows_option, svg_option
from benchmarks.our_index import OurIndex
from benchmarks.plots import GREY, Bar, Bars, save
from benchmarks.report import Report, median_ms
from benchmarks.retrieval import PASSES, SEED, K, Times, of_class
from benchmarks.retrieval_watch import CLUSTERS, COLUMNS, PLACES, VECTORS, bytes_read
from benchmarks.workload import Query, Workload

ALLOWED: Final = 60_000
MOST_SHARE: Final = 0.2
TARGET: Final = 2.5
"""Times the floor."""
BYTES: Final = {"int8": 1, "float16": 2}
"""A dimension."""
READ_BYTES: Final = 1 << 30


def main() -> None:
    svg, arguments = svg_option()
    sizes, arguments = rows_option(arguments, most=1)
    report = Report.from_command_line("floor", seed=SEED, arguments=arguments, about=__doc__ or "")
    workload = Workload.open(sizes[0] if sizes else report.repeats(6_000_000, quick=200_000))
    index = OurIndex.open(workload)
    wanted = min(MOST_SHARE * len(workload), ALLOWED)
    drawn = of_class(workload, wanted / len(workload), report.repeats(100, quick=40), SEED)
    counts = [len(index.selection(query).rows) for query in drawn]
    kept = [number for number, count in enumerate(counts) if wanted / 2 <= count <= 2 * wanted]  # not overseas, mostly
    queries, allowed = [drawn[number] for number in kept], np.array(counts)[kept]
    reach = [int(np.diff(index.selection(query).spans).sum()) for query in queries]
    report.figure("rows", len(workload))
    report.figure("queries", len(queries))
    report.figure("rows_in_reach_p50", float(np.median(reach)), 0)
    report.figure("rows_allowed_p50", float(np.median(allowed)), 0)

    before = sequential_gb_per_s(report.repeats(15, quick=5))
    times = timed_ms(index, queries)
    bandwidth = statistics.mean([before, sequential_gb_per_s(report.repeats(15, quick=5))])
    report.figure("sequential_gb_per_s", bandwidth, 2)
    of_passes = Times.of(times)
    report.figure("p50_ms", of_passes.p50_ms)
    report.figure("p99_ms", of_passes.p99_ms)
    each_ms = np.median(np.stack(times), axis=0)
    bars = [Bar("one search, median", 0.0, of_passes.p50_ms, f"{of_passes.p50_ms:.3g} ms")]
    for name, width in BYTES.items():
        floors_ms = milliseconds(allowed * workload.dim * width, bandwidth)
        report.figure(f"{name}_floor_bytes_p50", float(np.median(allowed)) * workload.dim * width, 0)
        report.figure(f"{name}_floor_ms_p50", float(np.median(floors_ms)))
        report.figure(f"{name}_times_the_floor_p50", float(np.median(each_ms / floors_ms)), 2)
        bars.append(_bar(f"reading all allowed, {name}", floors_ms))
    report.figure("target_times_the_floor", TARGET)

    read = bytes_read(index, queries, K)
    for part in (VECTORS, COLUMNS, CLUSTERS, PLACES):
        report.figure(f"touched_{part}_bytes_p50", statistics.median([one[part] for one in read]), 0)
    touched = np.array([sum(one.values()) for one in read])
    touched_ms = milliseconds(touched, bandwidth)
    report.figure("touched_bytes_p50", float(np.median(touched)), 0)
    report.figure("touched_share_of_int8_floor_p50", float(np.median(touched / (allowed * workload.dim))))
    report.figure("touched_in_sequence_ms_p50", float(np.median(touched_ms)))
    report.figure("times_the_touched_in_sequence_p50", float(np.median(each_ms / touched_ms)), 2)
    bars.append(_bar("reading what we touch", touched_ms))
    note = f"{len(workload):,} rows, {np.median(allowed):,.0f} allowed; reading in sequence at {bandwidth:.1f} GB/s"
    save(svg, Bars("A search beside the memory floor, ms", note, bars))
    report.finish()


def _bar(name: str, times_ms: NDArray[np.float64]) -> Bar:
    median = float(np.median(times_ms))
    return Bar(name, 0.0, median, f"{median:.3g} ms", GREY)


def timed_ms(index: OurIndex, queries: Sequence[Query]) -> list[NDArray[np.float64]]:
    """Milliseconds of every query in each pass but a first one."""
    passes = []
    for _ in range(1 + PASSES):
        times = []
        for query in queries:
            started = time.perf_counter_ns()
            index.find(query, K)
            times.append((time.perf_counter_ns() - started) / 1e6)
        passes.append(np.array(times))
    return passes[1:]


def sequential_gb_per_s(repeats: int) -> float:
    """Gigabytes (10^9 bytes) a second that one thread reads, in the median."""
    numbers = np.ones(READ_BYTES // 8, dtype=np.float64)
    return float(numbers.nbytes / 1e6 / median_ms(numbers.sum, repeats))


def milliseconds(n_bytes: NDArray[np.int64], gb_per_s: float) -> NDArray[np.float64]:
    """How long reading takes at a rate."""
    return n_bytes / (gb_per_s * 1e6)


if __name__ == "__main__":
    main()
