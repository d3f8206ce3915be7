"""How fast a world is generated, and in how much memory.

Over the publishers' files in VIVIER_OPEN_DATA, or over the sample when it is not set. Each measure runs in a process
of its own, whose peak memory the system tells; rates are by second of processor time, for the machine may be shared,
and `_s` is what the clock said. The baselines draw each person's columns one by one with the standard library, and
write each record in a transaction of its own.
"""

import datetime as dt
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.keys import keys_in
from benchmarks.report import Report
from features.reference import Reference
from features.sample.reference import sample_reference
from features.store import Kind, Store
from features.world import ORDER, Sizes, World, WorldFacts
from features.world.draws import BLOCK, Ragged
from features.world.people import MAX_EXPERIENCES, MAX_PROJECTS, MAX_SKILLS, draw_people
from features.world.small import facts_for
from features.world.write import SOURCE, to_parquet, to_store

SEED: Final = 1
TODAY: Final = dt.date(2026, 11, 23)
WORKER: Final = "--worker"
NAIVE_PEOPLE: Final = 5_000
COMMITTED: Final = 500


def main() -> None:
    if sys.argv[1:2] == [WORKER]:
        work(sys.argv[2], Path(sys.argv[3]), json.loads(sys.argv[4]))
        return
    report = Report.from_command_line("world_generate", seed=SEED, about=__doc__)
    people = report.repeats(1_000_000, quick=12_000)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        prepare(report, root / "reference")
        columns = measure("columns", root, {"profiles": people // 5})
        report.figure("people_drawn_per_cpu_s", columns["per_s"], 0)
        naive = measure("naive", root, {"profiles": NAIVE_PEOPLE})
        report.figure("people_drawn_one_by_one_per_cpu_s", naive["per_s"], 0)
        report.figure("blocks_times_faster_than_one_by_one", columns["per_s"] / naive["per_s"], 1)
        drawn = measure("draw", root, {"profiles": people // 5})
        report.figure("profiles_in_memory_per_cpu_s", drawn["per_s"], 0)

        small = measure("parquet_profiles", root, {"profiles": people // 10})
        parquet = measure("parquet_profiles", root, {"profiles": people})
        report.figure("parquet_profiles", people)
        report.figure("parquet_profiles_s", parquet["seconds"], 1)
        report.figure("parquet_profiles_per_cpu_s", parquet["per_s"], 0)
        report.figure("parquet_profiles_peak_mib", parquet["peak_mib"], 0)
        report.figure("parquet_peak_mib_at_a_tenth", small["peak_mib"], 0)
        report.figure("parquet_mib", parquet["written_mib"], 0)

        every = measure("parquet", root, whole_world(report.repeats(100_000, quick=6_000)))
        report.figure("whole_world_records", every["records"], 0)
        report.figure("whole_world_parquet_per_cpu_s", every["per_s"], 0)
        report.figure("whole_world_parquet_peak_mib", every["peak_mib"], 0)

        stored = measure("store", root, whole_world(report.repeats(20_000, quick=6_000)))
        report.figure("store_records", stored["records"], 0)
        report.figure("store_records_per_cpu_s", stored["per_s"], 0)
        report.figure("store_records_per_s", stored["records"] / stored["seconds"], 0)
        report.figure("store_peak_mib", stored["peak_mib"], 0)
        committed = measure("commits", root, {"offers": COMMITTED, "establishments": COMMITTED})
        one_by_one = committed["records"] / committed["seconds"]
        report.figure("commit_per_record_per_s", one_by_one, 0)
        report.figure("batches_times_faster_than_commits", stored["records"] / stored["seconds"] / one_by_one, 1)
    report.finish()


def prepare(report: Report, folder: Path) -> None:
    """The reference data that all measures read: open data where they are at hand, else the sample."""
    open_data = os.environ.get("VIVIER_OPEN_DATA")
    if open_data is None:
        report.figure("reference", "sample")
        sample_reference().save(folder)
        return
    from features.sources.registry import REFERENCE_SOURCES
    from features.sources.run_reference import import_reference

    report.figure("reference", "open data")
    for source in REFERENCE_SOURCES:
        files = source.find(Path(open_data))
        if files:
            import_reference(source, files, folder, folder.parent / "rejects")
            for file in files:
                report.data(file)


def whole_world(people: int) -> dict[str, int]:
    """A world of all kinds around that many people."""
    half = people // 2
    return {"profiles": people, "offers": half, "trainings": people // 10, "establishments": people, "events": people}


def measure(what: str, root: Path, sizes: dict[str, int]) -> dict[str, float]:
    """One measure in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.world_generate", WORKER, what, str(root), json.dumps(sizes)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def work(what: str, root: Path, given: dict[str, int]) -> None:
    """What the process of `measure` does: prints its records, seconds, records by second of processor, peak memory."""
    open_data = os.environ.get("VIVIER_OPEN_DATA")
    facts = facts_for(Reference.load(root / "reference"), None if open_data is None else Path(open_data))
    empty = Sizes(profiles=0, offers=0, trainings=0, establishments=0)
    world = World(facts, replace(empty, **given), SEED, TODAY)
    with tempfile.TemporaryDirectory(dir=root) as folder:
        out = Path(folder)
        start, cpu_start = time.perf_counter(), time.process_time()
        records = WORK[what](world, out)
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        written = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "records": records,
                "seconds": seconds,
                "per_s": records / cpu_seconds,
                "peak_mib": peak,
                "written_mib": written / 2**20,
            }
        )
    )


def draw(world: World, _out: Path) -> int:
    return sum(len(block) for block in world.blocks(Kind.PROFILE))


def parquet_profiles(world: World, out: Path) -> int:
    return to_parquet(world, out, [Kind.PROFILE])[Kind.PROFILE]


def parquet(world: World, out: Path) -> int:
    return sum(to_parquet(world, out, ORDER).values())


def store(world: World, out: Path) -> int:
    database = Store.open(f"sqlite:///{out}/world.db", keys_in(Path(out)))
    done = to_store(world, database)
    database.close()
    return sum(counts.inserted for counts in done.values())


def commits(world: World, out: Path) -> int:
    """The baseline of the store: a transaction for each record."""
    database = Store.open(f"sqlite:///{out}/world.db", keys_in(Path(out)))
    offers = list(itertools.islice(world.records(Kind.OFFER), COMMITTED))
    for offer in offers:
        database.upsert([offer], SOURCE)
    database.close()
    return len(offers)


def columns(world: World, _out: Path) -> int:
    portions = range(-(-world.sizes.profiles // BLOCK))
    return sum(draw_people(world.facts, SEED, block).commune.size for block in portions)


def naive(world: World, _out: Path) -> int:
    """The baseline of the draws: the same choices, each person on their own."""
    facts = world.facts
    places = list(itertools.accumulate(facts.places.population.tolist()))
    trades = list(itertools.accumulate(facts.demand.occupation_share.tolist()))
    tables = [
        weighted_rows(table)
        for table in (facts.previous_occupations, facts.next_occupations, facts.appellations, facts.industry.recruiters)
    ]
    for number in range(world.sizes.profiles):
        naive_person(facts, places, trades, tables, random.Random(number))
    return world.sizes.profiles


def weighted_rows(table: Ragged) -> list[tuple[list[int], list[float]]]:
    """Items and cumulative weights of each row, as lists."""
    spans = itertools.pairwise(table.offsets.tolist())
    return [(table.items[a:b].tolist(), (table.cumulative[a:b] - row).tolist()) for row, (a, b) in enumerate(spans)]


def naive_person(
    facts: WorldFacts,
    places: list[float],
    trades: list[float],
    tables: list[list[tuple[list[int], list[float]]]],
    chance: random.Random,
) -> list[object]:
    """What `draw_people` draws for one person: a place, a career of five jobs, three targets, skills, conditions."""
    previous, following, titles, recruiters = tables
    place = chance.choices(range(len(places)), cum_weights=places)[0]
    now = chance.choices(range(len(trades)), cum_weights=trades)[0]
    past = [now]
    for _ in range(MAX_EXPERIENCES - 1):
        move = chance.random()
        anything = chance.choices(range(len(trades)), cum_weights=trades)[0]
        linked = choose(chance, previous[past[-1]], past[-1])
        past.append(past[-1] if move < 0.55 else linked if move < 0.93 else anything)
    targets = [choose(chance, following[now], now) if chance.random() < 0.5 else now for _ in range(MAX_PROJECTS)]
    named = [choose(chance, titles[row], -1) for row in (*past, *targets)]
    firms = [choose(chance, recruiters[row], -1) for row in past]
    months = [1 + int(chance.gammavariate(1.3, 20)) for _ in past]
    gaps = [chance.randrange(8) for _ in past]
    skills = [chance.choice(facts.skills.first(now, 40) or [-1]) for _ in range(MAX_SKILLS)]
    levels = [chance.gauss(1.0, 0.7) for _ in skills]
    conditions = [chance.random() for _ in range(8 * MAX_PROJECTS + 12)]
    return [place, past, targets, named, firms, months, gaps, skills, levels, conditions]


def choose(chance: random.Random, row: tuple[list[int], list[float]], otherwise: int) -> int:
    items, weights = row
    return chance.choices(items, cum_weights=weights)[0] if items else otherwise


WORK: Final[dict[str, Callable[[World, Path], int]]] = {
    "columns": columns,
    "draw": draw,
    "naive": naive,
    "parquet_profiles": parquet_profiles,
    "parquet": parquet,
    "store": store,
    "commits": commits,
}


if __name__ == "__main__":
    main()
