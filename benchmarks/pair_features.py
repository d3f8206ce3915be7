"""The features of a person and their candidates: how long all of them take, and which take longest.

    python -m benchmarks.pair_features [--quick] [--json FILE]

The sample world, generated at the size below and indexed, with what people were shown, opened and applied to. For each
of many people 200 offers, drawn at random: `job_p50_ms` reads the columns of the two sides, as the features ask for
them, and makes the matrix; `matrix_p50_ms` makes it of columns that were read. `sourcing_` figures are of one offer and
200 people. Baseline in the same run: the
same features one pair at a time.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.keys import keys_in
from benchmarks.report import Report
from features.pairs import JOB_FEATURES, JobPairs, feature_matrix
from features.sample.reference import sample_reference
from features.store import Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching.build import build
from matching.engine import Engine
from matching.jobs import job_pairs
from matching.lookups import day_number
from matching.schema import Collection
from matching.sides import columns_of, job_side, person_side
from models.published import published_models
from models.ranked import Ranked

SEED: Final = 7
TODAY: Final = dt.date(2026, 9, 1)
FULL: Final = Sizes(profiles=20_000, offers=30_000, trainings=10, establishments=2_000, events=60_000)
QUICK: Final = Sizes(profiles=1_500, offers=3_000, trainings=10, establishments=500, events=6_000)
CANDIDATES: Final = 200


def main() -> None:
    report = Report.from_command_line("pair_features", seed=SEED, about=__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        engine = _engine(Path(folder), QUICK if report.quick else FULL)
        generator = np.random.default_rng(SEED)
        rounds = report.repeats(1000, quick=200)
        report.figure("features", len(JOB_FEATURES))
        report.figure("candidates", CANDIDATES)
        asked = [_question(engine, generator, Collection.PROFILES) for _ in range(rounds)]
        _measure(report, engine, "job", asked)
        asked = [_question(engine, generator, Collection.OFFERS) for _ in range(rounds)]
        _measure(report, engine, "sourcing", asked)
        pairs = _pairs(engine, *_question(engine, generator, Collection.PROFILES))
        times = {feature.name: _fastest_us(lambda compute=feature.compute: compute(pairs)) for feature in JOB_FEATURES}  # type: ignore[misc]
        for name in sorted(times, key=lambda name: -times[name])[:5]:
            report.figure(f"{name}_us", times[name], digits=1)
        one_by_one = [_only(pairs, position) for position in range(CANDIDATES)]
        baseline = _fastest_us(lambda: [feature_matrix(JOB_FEATURES, pair) for pair in one_by_one], 5) / 1e3
        report.figure("baseline_pair_by_pair_ms", baseline, digits=1)
        report.figure(
            "times_faster_than_pair_by_pair", baseline / float(report.figures["matrix_p50_ms"] or 1), digits=0
        )
    report.finish()


def _engine(folder: Path, sizes: Sizes) -> Engine:
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}", keys_in(folder))
    reference = sample_reference()
    to_store(World(sample_world_facts(), sizes, SEED, TODAY), store)
    build(store, reference, published_models(), folder, now=dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC))
    return Engine.open(store, reference, published_models(), folder, clock=lambda: TODAY)


Question = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Rows of profiles and of offers: one of the one, `CANDIDATES` of the other."""


def _question(engine: Engine, generator: np.random.Generator, asks: Collection) -> Question:
    profiles, offers = (len(engine.catalogue(each)) for each in (Collection.PROFILES, Collection.OFFERS))
    n_profiles, n_offers = (1, CANDIDATES) if asks is Collection.PROFILES else (CANDIDATES, 1)
    people = np.sort(generator.choice(profiles, n_profiles, replace=False))
    return people, np.sort(generator.choice(offers, n_offers, replace=False))


def _pairs(engine: Engine, people: NDArray[np.int64], jobs: NDArray[np.int64]) -> JobPairs:
    lookups, today = engine.lookups, day_number(TODAY)
    read = columns_of(engine.catalogue(Collection.PROFILES), people)
    to_offers = columns_of(engine.catalogue(Collection.OFFERS), jobs)
    home, elsewhere = (read, to_offers) if len(people) == 1 else (to_offers, read)
    closeness = np.linspace(0.5, 1, CANDIDATES, dtype=np.float32)
    return job_pairs(
        engine,
        person_side(read, today),
        job_side(to_offers, lookups, today, engine.pay_medians),
        closeness,
        lookups.distances_between(int(home("commune")[0]), elsewhere("commune")),
        (closeness, closeness),
        engine.rankers[Ranked.OFFERS].collaboration,
    )


def _measure(report: Report, engine: Engine, name: str, asked: list[Question]) -> None:
    prefix = "" if name == "job" else f"{name}_"
    both, matrices = [], []
    for people, jobs in asked:
        start = time.perf_counter_ns()
        pairs = _pairs(engine, people, jobs)
        feature_matrix(JOB_FEATURES, pairs)
        middle = time.perf_counter_ns()
        feature_matrix(JOB_FEATURES, replace(pairs))  # without what the pairs remember, with the columns read
        both.append((middle - start) / 1e6)
        matrices.append((time.perf_counter_ns() - middle) / 1e6)
    report.figure(f"{prefix}matrix_p50_ms", statistics.median(matrices))
    report.figure(f"{name}_p50_ms", statistics.median(both))
    report.figure(f"{name}_p95_ms", statistics.quantiles(both, n=20)[-1])


def _fastest_us(work: Callable[[], object], repeats: int = 200) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return min(times) / 1e3


def _only(pairs: Any, position: int) -> Any:
    """The pair at one position, alone; tables stay."""
    changed: dict[str, Any] = {}
    for field in fields(pairs):
        value = getattr(pairs, field.name)
        if is_dataclass(value):
            changed[field.name] = _only(value, position)
        elif field.name not in _TABLES and len(value) == CANDIDATES:
            changed[field.name] = value[position : position + 1]
    return replace(pairs, **changed)


_TABLES: Final = ("relation", "affinity", "core_skills", "family_of", "collaboration")


if __name__ == "__main__":
    main()
