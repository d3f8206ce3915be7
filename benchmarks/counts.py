"""How fast a demand is diagnosed: two hundred counts of it, each with other criteria left out.

    python -m benchmarks.counts [--quick] [--json FILE] [--rows N]

Rows are those of `benchmarks.workload`, demands those of its mix that name a place and a family of occupations. Each
has eight criteria (two widths of occupation, of time, of circle; contracts; the person's own reach); consent and a
circle of twice the radius are kept throughout. A time is of the rows read once and of all two hundred counts.
`rows_read_` are those in the kept circle whose owners may be seen. Baseline, in the same run: one of the counts by
itself, as a filtered count of the catalogue; some are compared with it, and must be the same.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import sys
import time
from collections.abc import Sequence
from itertools import chain, combinations, islice
from typing import Final

import numpy as np

from benchmarks.options import rows_option
from benchmarks.our_index import OurIndex
from benchmarks.report import Report
from benchmarks.workload import Query, Workload
from matching.counting import Relaxations, count
from matching.filters import availability, consent, contract, occupation, place
from matching.filters.base import Condition
from matching.selection import select

SEED: Final = 1
COUNTS: Final = 200
CRITERIA: Final = 8
TARGET_MS: Final = 30.0
"""For `COUNTS` counts of one demand, at six million rows."""
COMPARED: Final = (0, 1, COUNTS // 2, COUNTS - 1)
"""Which of the counts are compared with the baseline's."""

LEFT_OUT: Final = tuple(
    islice(chain.from_iterable(combinations(range(CRITERIA), size) for size in range(CRITERIA + 1)), COUNTS)
)
"""The criteria left out of each count, by number: none, each, each two."""


def main() -> None:
    sizes, arguments = rows_option(sys.argv[1:], most=1)
    report = Report.from_command_line("counts", seed=SEED, arguments=arguments, about=__doc__ or "")
    workload = Workload.open(sizes[0] if sizes else report.repeats(6_000_000, quick=200_000))
    index = OurIndex.open(workload)
    demands = demands_of(workload, report.repeats(100, quick=30))
    read, times, alone = [], [], []
    for query in demands:
        criteria, kept = conditions_of(index, query)
        read.append(len(select(index.catalogue, kept).rows))
        started = time.perf_counter()
        found = counted(index, criteria, kept)
        times.append((time.perf_counter() - started) * 1e3)
        for number in COMPARED:
            asked = [*kept, *(one for which, one in enumerate(criteria) if which not in LEFT_OUT[number])]
            started = time.perf_counter()
            right = count(index.catalogue, asked)
            alone.append((time.perf_counter() - started) * 1e3)
            if found[number] != right:
                raise RuntimeError(f"{found[number]} people counted, {right} are there, without {LEFT_OUT[number]}")
    report.figure("rows", len(workload))
    report.figure("demands", len(demands))
    report.figure("rows_read_p50", float(np.median(read)), digits=0)
    report.figure("rows_read_p99", float(np.percentile(read, 99)), digits=0)
    report.figure("counts", COUNTS)
    report.figure("p50_ms", float(np.median(times)))
    report.figure("p99_ms", float(np.percentile(times, 99)))
    report.figure("target_ms", TARGET_MS)
    report.figure("demands_within_target_share", float(np.mean(np.array(times) <= TARGET_MS)))
    report.figure("baseline_one_count_p50_ms", float(np.median(alone)))
    report.figure("baseline_times_slower", COUNTS * float(np.median(alone)) / float(np.median(times)), digits=1)
    report.finish()


def demands_of(workload: Workload, n: int) -> list[Query]:
    """`n` queries of the mix with a place and a family."""
    drawn = workload.queries(8 * n, SEED)
    return [query for query in drawn if query.radius_km is not None and query.family is not None][:n]


def conditions_of(index: OurIndex, query: Query) -> tuple[list[Condition], list[Condition]]:
    """The `CRITERIA` criteria of a demand, and what is never left out of it."""
    if query.radius_km is None or query.family is None:
        raise ValueError("a demand names a place and a family")
    lookups, around = index.lookups, [query.commune]
    letters = {code[0] for code, marked in zip(lookups.reference.rome.codes, query.family, strict=False) if marked}
    wider = np.append([code[0] in letters for code in lookups.reference.rome.codes], False)
    criteria: list[Condition] = [
        occupation.in_occupations(query.family),
        occupation.in_occupations(wider),
        availability.available_by(query.day),
        availability.available_by(query.day + 60),
        contract.of_contracts(query.contracts),
        place.within(lookups, around, query.radius_km),
        place.within(lookups, around, 1.5 * query.radius_km),
        place.in_own_reach(lookups, query.commune),
    ]
    return criteria, [consent.visible_to_employers, place.within(lookups, around, 2 * query.radius_km)]


def counted(index: OurIndex, criteria: Sequence[Condition], kept: Sequence[Condition]) -> list[int]:
    """People who meet the demand, without the criteria of each of `LEFT_OUT`."""
    relaxations = Relaxations.of(index.catalogue, criteria, kept)
    return [relaxations.count(without) for without in LEFT_OUT]


if __name__ == "__main__":
    main()
