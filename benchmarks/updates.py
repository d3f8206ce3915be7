"""A million rows that change while they are searched: rates, what searches feel of it, merges, loading.

    python -m benchmarks.updates [--quick] [--json FILE] [--svg FILE] [--rows N]

Changes are rows of `benchmarks.workload` that replace those of the same people, prepared beforehand: what is timed is
`Catalogue.apply`, the part that runs on the thread that answers. `following_`: questions arrive at random moments, 200
a second; between them changes are applied as the service's follower applies them, at most so many at a time;
`search_` is the time of the search alone, `answer_` from the arrival on, the wait for a change that is being applied
included.
The baseline is the same questions at the same moments without changes. Lags are of a real store in SQLite. The merge
runs in another process, at niceness 10; what it published is then loaded, out of the page cache.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from api.settings import Settings
from benchmarks.options import rows_option, svg_option
from benchmarks.our_index import OurIndex, changed_rows
from benchmarks.plots import Lines, save
from benchmarks.report import Report, median_ms
from benchmarks.updates_lag import lags_ms, open_world
from benchmarks.workload import Query, Workload
from features.artifacts import MANIFEST, load_current
from matching.catalogue import Rows
from matching.engine import CHANGES_AT_ONCE
from matching.generations import INDEX_ROOT, map_generation

SEED: Final = 1
K: Final = 100
BATCHES: Final = (1, CHANGES_AT_ONCE, 500)
UPSERTS_PER_S: Final = 2_000
QUESTIONS_PER_S: Final = 200
ADDED: Final = (0, 10_000, 50_000, 200_000)
QUICK_ADDED: Final = (0, 2_000, 10_000, 20_000)
MERGED_CHANGES: Final = 20_000
LONGER_P99_TARGET: Final = 1.2
"""Times the p99 without changes."""


def main() -> None:
    svg, arguments = svg_option()
    sizes, arguments = rows_option(arguments, most=1)
    report = Report.from_command_line("updates", seed=SEED, arguments=arguments, about=__doc__ or "")
    workload = Workload.open(sizes[0] if sizes else report.repeats(1_000_000, quick=100_000))
    index = OurIndex.open(workload)
    queries = workload.queries(report.repeats(400, quick=150), SEED)
    report.figure("rows", len(workload))
    _apply_rates(report, workload, index)
    _while_following(report, workload, index, queries)
    grown = _by_added_rows(report, workload, index, queries)
    with tempfile.TemporaryDirectory(prefix="vivier-updates-") as name:
        _merge(report, workload, index, queries, Path(name))
        _load(report, index, Path(name))
    _visibility(report)
    save(svg, _chart(grown, len(workload)))
    report.finish()


def _apply_rates(report: Report, workload: Workload, index: OurIndex) -> None:
    for size, full in zip(BATCHES, (5_000, 20_000, 100_000), strict=True):
        fresh = again(index)
        count = report.repeats(full, quick=full // 5)
        batches = list(split(changed_rows(workload, slice(1, 1 + count)), size))
        fresh.catalogue.apply(changed_rows(workload, slice(0, 1)), ())  # what the first change computes is not counted
        times = []
        for batch in batches:
            started = time.perf_counter()
            fresh.catalogue.apply(batch, ())
            times.append(time.perf_counter() - started)
        report.figure(f"batches_of_{size}_upserts_per_s", count / sum(times), 0)
        report.figure(f"batches_of_{size}_apply_p50_ms", float(np.median(times)) * 1e3)
        report.figure(f"batches_of_{size}_apply_p99_ms", float(np.percentile(times, 99)) * 1e3)


@dataclass(frozen=True, eq=False)
class Followed:
    """Milliseconds of every question."""

    search: NDArray[np.float64]
    answer: NDArray[np.float64]


def _while_following(report: Report, workload: Workload, index: OurIndex, queries: Sequence[Query]) -> None:
    seconds = report.repeats(10, quick=3)
    size = CHANGES_AT_ONCE
    interval_s = size / UPSERTS_PER_S
    batches = list(split(changed_rows(workload, slice(0, UPSERTS_PER_S * seconds)), size))
    kinds: dict[str, list[Followed]] = {"alone": [], "following": []}
    for repeat in range(report.repeats(3, quick=2)):
        draw = np.random.default_rng([SEED, repeat])
        arrivals = np.cumsum(draw.exponential(1 / QUESTIONS_PER_S, QUESTIONS_PER_S * seconds))
        for kind, taken in (("alone", []), ("following", batches)):
            kinds[kind].append(followed(again(index), queries, arrivals, taken, interval_s))
    report.figure("following_upserts_per_s", UPSERTS_PER_S)
    report.figure("following_batch", size)
    report.figure("following_load_average", os.getloadavg()[0], 2)
    for part in ("search", "answer"):
        p99 = {}
        for kind, runs in kinds.items():
            times = [getattr(run, part) for run in runs]
            p99[kind] = float(np.median([np.percentile(one, 99) for one in times]))
            report.figure(f"{kind}_{part}_p50_ms", float(np.median([np.median(one) for one in times])))
            report.figure(f"{kind}_{part}_p99_ms", p99[kind])
        report.figure(f"following_{part}_p99_times_alone", p99["following"] / p99["alone"], 2)
    report.figure("target_p99_times_alone", LONGER_P99_TARGET)


def followed(
    index: OurIndex, queries: Sequence[Query], arrivals: NDArray[np.float64], batches: Sequence[Rows], interval_s: float
) -> Followed:
    """Questions that arrive at `arrivals`, seconds, answered by one thread that also applies a batch every
    `interval_s`; whatever is due first is done first."""
    timed_ms(index, queries)  # the pages of a mapping are found the first time that they are touched
    search, answer = [], []
    applied = 0
    start = time.perf_counter()
    for number, arrival in enumerate(arrivals.tolist()):
        while applied < len(batches) and (due := (applied + 1) * interval_s) <= max(
            arrival, time.perf_counter() - start
        ):
            _wait_until(start + due)
            index.catalogue.apply(batches[applied], ())
            applied += 1
        _wait_until(start + arrival)
        began = time.perf_counter()
        index.find(queries[number % len(queries)], K)
        ended = time.perf_counter()
        search.append((ended - began) * 1e3)
        answer.append((ended - start - arrival) * 1e3)
    return Followed(np.array(search), np.array(answer))


def _wait_until(moment: float) -> None:
    """Without sleep, which ends late."""
    while time.perf_counter() < moment:
        pass


def _by_added_rows(
    report: Report, workload: Workload, index: OurIndex, queries: Sequence[Query]
) -> list[tuple[int, float, float]]:
    """Rows added, p50 and p99 in milliseconds."""
    fresh = again(index)
    grown = []
    present = 0
    for added in QUICK_ADDED if report.quick else ADDED:
        for batch in split(changed_rows(workload, slice(present, added)), BATCHES[-1]):
            fresh.catalogue.apply(batch, ())
        present = added
        passes = [timed_ms(fresh, queries) for _ in range(4)][1:]
        p50 = float(np.median([np.median(times) for times in passes]))
        p99 = float(np.median([np.percentile(times, 99) for times in passes]))
        report.figure(f"{added}_added_rows_p50_ms", p50)
        report.figure(f"{added}_added_rows_p99_ms", p99)
        grown.append((added, p50, p99))
    return grown


def _merge(report: Report, workload: Workload, index: OurIndex, queries: Sequence[Query], root: Path) -> None:
    changes = report.repeats(MERGED_CHANGES, quick=MERGED_CHANGES // 10)
    timed_ms(index, queries)
    before = np.concatenate([timed_ms(index, queries) for _ in range(5)])
    command = [sys.executable, "-m", "benchmarks.updates_merge", str(root), str(index.folder), str(workload.folder)]
    times: list[float] = []
    with subprocess.Popen([*command, str(changes)], stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise RuntimeError("the merge ended before it had begun")
        number = 0
        while process.poll() is None:
            started = time.perf_counter()
            index.find(queries[number % len(queries)], K)
            times.append((time.perf_counter() - started) * 1e3)
            number += 1
        figures: dict[str, float] = json.loads(process.stdout.read())
    during = np.array(times)
    report.figure("merge_changes", changes)
    report.figure("merge_load_average", os.getloadavg()[0], 2)
    report.figure("merge_s", sum(figures.values()), 1)
    for name, seconds in figures.items():
        report.figure(f"merge_{name}", seconds, 1)
    report.figure("merge_rows_per_s", len(workload) / sum(figures.values()), 0)
    for part in (50, 99):
        alone, beside = (float(np.percentile(kind, part)) for kind in (before, during))
        report.figure(f"before_merge_p{part}_ms", alone)
        report.figure(f"during_merge_p{part}_ms", beside)
        report.figure(f"during_merge_p{part}_times_before", beside / alone, 2)


def _load(report: Report, index: OurIndex, root: Path) -> None:
    indexes = root / INDEX_ROOT
    repeats = report.repeats(5, quick=3)
    generation = load_current(indexes)
    manifest = json.loads((generation.path / MANIFEST).read_text())
    names = manifest["files"].keys() - manifest["checked_when_read"].keys()
    checked = sum((generation.path / name).stat().st_size for name in names)
    checksums_ms = median_ms(lambda: load_current(indexes), repeats)
    report.figure("generation_checked_mb", checked / 1e6, 0)
    report.figure("generation_checksums_ms", checksums_ms, 0)
    report.figure("generation_checksums_gb_per_s", checked / 1e6 / checksums_ms, 2)
    report.figure("generation_map_ms", median_ms(lambda: map_generation(generation, index.lookups), repeats), 1)


def _visibility(report: Report) -> None:
    interval_s = float(Settings.model_fields["follow_interval_s"].default)
    with tempfile.TemporaryDirectory(prefix="vivier-updates-") as name:
        store, engine = open_world(Path(name))
        n_writes = report.repeats(300, quick=60)
        for kind, nudged in (("nudged", True), ("polled", False)):
            lags = lags_ms(store, engine, n_writes, 30.0, interval_s, nudged=nudged, seed=SEED + nudged)
            report.figure(f"visible_{kind}_p50_ms", float(np.median(lags)), 1)
            report.figure(f"visible_{kind}_p99_ms", float(np.percentile(lags, 99)), 1)
        store.close()


def again(index: OurIndex) -> OurIndex:
    """The index as it was written."""
    return OurIndex.read(index.folder, index.lookups)


def split(rows: Rows, size: int) -> Iterator[Rows]:
    """The rows by `size`, the last fewer; no record may have several."""
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        columns = {name: values[part] for name, values in rows.columns.items()}
        yield Rows(rows.ids[part], columns, rows.vectors[part], rows.payloads[part])


def timed_ms(index: OurIndex, queries: Sequence[Query]) -> NDArray[np.float64]:
    """Milliseconds of each search."""
    times = []
    for query in queries:
        started = time.perf_counter_ns()
        index.find(query, K)
        times.append((time.perf_counter_ns() - started) / 1e6)
    return np.array(times)


def _chart(grown: Sequence[tuple[int, float, float]], n_rows: int) -> Lines:
    return Lines(
        "Searches by rows added since the index was written",
        f"{n_rows:,} written rows, k = 100, one thread, the mix of queries",
        "added rows",
        "ms",
        {
            "p50": [(float(added), p50) for added, p50, _ in grown],
            "p99": [(float(added), p99) for added, _, p99 in grown],
        },
        logarithmic_x=False,
        logarithmic_y=False,
    )


if __name__ == "__main__":
    main()
