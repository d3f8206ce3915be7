"""All of France, generated and projected into rows: block by block, in order, by several processes.

    for rows, n_records in france_rows(Collection.PROFILES, scaled(0.1), seed=1, today=TODAY):
        catalogue.apply(rows, removed=())

The world is that of the publishers' files in VIVIER_OPEN_DATA, or of the sample when it is not set. Rows are those
that a build makes of the same records, to the bit, whatever the number of processes: float32 vectors cross from
process to process as they are, for halving them would save 2 ms of the second that a block takes.

`python -m benchmarks.france --measure [--quick]` draws the first blocks of each collection and says how long all of
it takes. `_per_s` is what the clock said of all processes together, `_per_core_s` by second of processor time, for the
machine may be shared; both are of the later half of the blocks. Titles that recur are read once a process, so the
first blocks are the slowest: what `--quick` draws gives more minutes than all of France takes.
"""

import argparse
import contextlib
import datetime as dt
import itertools
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.report import Report
from features.reference import Reference
from features.sample.reference import sample_reference
from features.store import Kind
from features.world import Sizes, World
from features.world.draws import BLOCK
from features.world.small import facts_for
from features.world.world import collector_paused
from matching.catalogue import Rows
from matching.lookups import Lookups
from matching.rows.establishment import project_establishments
from matching.rows.offer import project_offers
from matching.rows.profile import project_profiles
from matching.rows.session import project_sessions
from matching.schema import SOURCE_KIND, Collection
from models.published import published_models

FRANCE: Final = Sizes(profiles=6_000_000, offers=1_000_000, trainings=250_000, establishments=2_000_000)
"""People looking for work or open to it, offers, trainings (two sessions each), establishments with employees."""
SEED: Final = 1
TODAY: Final = dt.date(2026, 11, 23)
PROCESSES: Final = 2

BLOCKS: Final[dict[Collection, tuple[int, int]]] = {
    Collection.PROFILES: (80, 8),
    Collection.OFFERS: (40, 6),
    Collection.SESSIONS: (20, 4),
    Collection.ESTABLISHMENTS: (80, 8),
}
"""Blocks that `--measure` draws, without and with `--quick`."""


@dataclass(frozen=True)
class Block:
    """What a process makes of one block of records."""

    rows: Rows
    n_records: int
    cpu_s: float
    """Processor time of drawing and projecting it."""
    peak_mib: float
    """The most memory the process has had so far."""


@dataclass(frozen=True)
class Share:
    """The blocks that one process makes: `first`, then every `step`th."""

    collection: Collection
    sizes: Sizes
    seed: int
    today: dt.date
    reference: Path
    first: int
    step: int


def scaled(share: float) -> Sizes:
    """`FRANCE` at a share of its size, at least one of each. Raises ValueError for a share that is not positive."""
    if share <= 0:
        raise ValueError(f"share is {share}: give a number above 0, 1 for all of France")
    return Sizes(
        profiles=max(1, round(FRANCE.profiles * share)),
        offers=max(1, round(FRANCE.offers * share)),
        trainings=max(1, round(FRANCE.trainings * share)),
        establishments=max(1, round(FRANCE.establishments * share)),
    )


def france_rows(
    collection: Collection,
    sizes: Sizes,
    seed: int,
    today: dt.date,
    processes: int = PROCESSES,
    reference: Path | None = None,
) -> Generator[tuple[Rows, int], None, None]:
    """Rows of each block of a collection with its number of records, in the order of the world.

    `reference` is a folder of `save_reference`, which spares 3 s; without it the open data are imported anew. Memory
    stays flat: each process has one block made and waits until it is taken. Closing the iterator ends them.
    """
    with contextlib.closing(france_blocks(collection, sizes, seed, today, processes, reference)) as blocks:
        for block in blocks:
            yield block.rows, block.n_records


def france_blocks(
    collection: Collection, sizes: Sizes, seed: int, today: dt.date, processes: int, reference: Path | None = None
) -> Generator[Block, None, None]:
    """As `france_rows`, with what each block cost. Raises RuntimeError when a process ends before its blocks do."""
    if processes < 1:
        raise ValueError(f"{processes} processes: give 1 or more")
    with contextlib.ExitStack() as held:
        if reference is None:
            reference = save_reference(Path(held.enter_context(tempfile.TemporaryDirectory())) / "reference")
        shares = [Share(collection, sizes, seed, today, reference, first, processes) for first in range(processes)]
        channels = [held.enter_context(_worker(share)) for share in shares]
        for channel in itertools.cycle(channels):
            try:
                block: Block | None = channel.recv()
            except EOFError as error:
                raise RuntimeError(
                    f"a process that made {collection.value} ended early: its own words are above"
                ) from error
            if block is None:
                return
            yield block


def save_reference(folder: Path) -> Path:
    """`folder`, with the reference data that all processes read: of VIVIER_OPEN_DATA, else of the sample."""
    open_data = os.environ.get("VIVIER_OPEN_DATA")
    if open_data is None:
        sample_reference().save(folder)
        return folder
    from features.sources.registry import REFERENCE_SOURCES
    from features.sources.run_reference import import_reference

    for source in REFERENCE_SOURCES:
        files = source.find(Path(open_data))
        if files:
            import_reference(source, files, folder, folder.parent / "rejects")
    return folder


@contextlib.contextmanager
def _worker(share: Share) -> Iterator[Connection]:
    """A process at work, and where its blocks come out, then None."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(share, there), daemon=True)
    process.start()
    there.close()  # ours: the end of theirs is then the end of the pipe
    try:
        yield here
    finally:
        process.terminate()
        process.join()
        here.close()


def _work(share: Share, channel: Connection) -> None:
    """Sending waits until the block is taken: that is what bounds the blocks in flight."""
    with threadpool_limits(1):
        for block in made(share):
            channel.send(block)
    channel.send(None)


def made(share: Share) -> Iterator[Block]:
    """The blocks of one share, made in this process."""
    reference = Reference.load(share.reference)
    open_data = os.environ.get("VIVIER_OPEN_DATA")
    facts = facts_for(reference, None if open_data is None else Path(open_data))
    world = World(facts, share.sizes, share.seed, share.today)
    projected = _projected(share, world, Lookups(reference, published_models()))
    while True:
        started = time.process_time()
        with collector_paused():
            done = next(projected, None)
        if done is None:
            return
        rows, n_records = done
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        yield Block(rows, n_records, time.process_time() - started, peak_mib)


def _projected(share: Share, world: World, lookups: Lookups) -> Iterator[tuple[Rows, int]]:
    kind = SOURCE_KIND[share.collection]
    trainings = world.blocks(Kind.TRAINING, share.first, share.step)
    for block in world.blocks(kind, share.first, share.step):
        records: Sequence[Any] = block
        match share.collection:
            case Collection.PROFILES:
                rows = project_profiles(records, lookups)
            case Collection.OFFERS:
                rows = project_offers(records, lookups)
            case Collection.SESSIONS:
                taught: Sequence[Any] = next(trainings)
                rows = project_sessions(records, lookups, {training.id: training for training in taught})
            case Collection.ESTABLISHMENTS:
                rows = project_establishments(records, lookups, {}, share.today)
        yield rows, len(records)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--measure", action="store_true", help="what is done anyway: there is nothing else to do")
    _, others = parser.parse_known_args(arguments)
    report = Report.from_command_line("france", seed=SEED, arguments=others, about=__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        reference = save_reference(Path(folder) / "reference")
        report.figure("reference", "sample" if os.environ.get("VIVIER_OPEN_DATA") is None else "open data")
        report.figure("processes", PROCESSES)
        minutes = [measure(report, collection, reference) for collection in Collection]
    report.figure("france_minutes_at_most", sum(minutes), 1)
    report.figure("peak_mib_of_the_reader", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)
    report.finish()


def measure(report: Report, collection: Collection, reference: Path) -> float:
    """Minutes that all of a collection takes at most, at the rate of the later half of the blocks that are drawn."""
    wanted = report.repeats(*BLOCKS[collection])
    started = time.perf_counter()
    with contextlib.closing(france_blocks(collection, FRANCE, SEED, TODAY, PROCESSES, reference)) as blocks:
        arrived, peaks, costs, n_records, n_rows, n_bytes = [], [], [], [], [], []
        for block in itertools.islice(blocks, wanted):
            arrived.append(time.perf_counter())
            peaks.append(block.peak_mib)
            costs.append(block.cpu_s)
            n_records.append(block.n_records)
            n_rows.append(len(block.rows))
            n_bytes.append(sum(map(len, block.rows.payloads)))
    half = wanted // 2
    later = sum(n_records[half:])
    per_s = later / (arrived[-1] - arrived[half - 1])
    rows_each = sum(n_rows) / sum(n_records)
    whole = {
        Collection.PROFILES: FRANCE.profiles,
        Collection.OFFERS: FRANCE.offers,
        Collection.SESSIONS: FRANCE.trainings * n_records[0] / BLOCK,
        Collection.ESTABLISHMENTS: FRANCE.establishments,
    }[collection]
    minutes = whole / per_s / 60
    name = collection.name.lower()
    report.figure(f"{name}_start_s", arrived[0] - started, 1)
    report.figure(f"{name}_drawn", sum(n_records))
    report.figure(f"{name}_rows_each", rows_each)
    report.figure(f"{name}_payload_bytes", sum(n_bytes) / sum(n_rows), 0)
    report.figure(f"{name}_per_s", per_s, 0)
    report.figure(f"{name}_rows_per_s", per_s * rows_each, 0)
    report.figure(f"{name}_per_core_s", later / sum(costs[half:]), 0)
    report.figure(f"{name}_of_france", round(whole))
    report.figure(f"{name}_minutes_at_most", minutes, 1)
    report.figure(f"{name}_peak_mib_a_process", max(peaks), 0)
    report.figure(f"{name}_peak_mib_grown_since_half", max(peaks) - max(peaks[:half]), 0)
    return minutes


if __name__ == "__main__":
    main(sys.argv[1:])
