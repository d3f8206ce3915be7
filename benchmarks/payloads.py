"""Records on disk: what compression saves, what it costs, and what reading a page at once gains.

    python -m benchmarks.payloads [--quick] [--json FILE]

The first records of each collection of all of France (`benchmarks.france`), written as an index does and, beside that,
as they are: the baseline. `_page_` figures are of reading the records of one page, 20 drawn at random. `_in_memory_`:
the file is in the system's cache; `_cold_`: the system was told to forget it before each page. `_all_gb` is what the
records of all of France take at this size each. Generated words are more alike than people's own: `real_offers_`, where
VIVIER_OPEN_DATA is set, are offers that were really published, the dictionary learned from the one half, the other half
compressed.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.france import FRANCE, PROCESSES, SEED, TODAY, france_rows, save_reference
from benchmarks.report import Report
from features.records import Offer
from features.reference import Reference
from features.sources.base import Parsed
from features.sources.registry import OPEN_DATA_RECORDS
from matching.arrays import Blob
from matching.lookups import Lookups
from matching.payload_file import PAYLOADS, Payloads, PayloadWriter, compressor, trained
from matching.rows.offer import project_offers
from matching.schema import Collection
from models.published import published_models

BLOCKS: Final = {
    Collection.PROFILES: (25, 2),
    Collection.OFFERS: (20, 2),
    Collection.SESSIONS: (20, 1),
    Collection.ESTABLISHMENTS: (25, 2),
}
"""Blocks of 4,096 records, without and with `--quick`."""
OF_FRANCE: Final = {
    Collection.PROFILES: FRANCE.profiles,
    Collection.OFFERS: FRANCE.offers,
    Collection.SESSIONS: 2 * FRANCE.trainings,
    Collection.ESTABLISHMENTS: FRANCE.establishments,
}
PAGE: Final = 20


def main() -> None:
    report = Report.from_command_line("payloads", seed=SEED, about=__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        reference = save_reference(Path(folder) / "reference")
        whole = [0.0, 0.0]
        for collection in Collection:
            place = Path(folder) / collection.value
            place.mkdir()
            sizes = _measure(report, collection, place, reference)
            whole = [total + size for total, size in zip(whole, sizes, strict=True)]
        report.figure("all_plain_gb", whole[0], digits=1)
        report.figure("all_compressed_gb", whole[1], digits=1)
        _real_offers(report, Reference.load(reference))
    report.finish()


def _measure(report: Report, collection: Collection, folder: Path, reference: Path) -> tuple[float, float]:
    """The figures of one collection; gigabytes that its records take in all of France, plain and compressed."""
    name = collection.name.lower()
    blocks = france_rows(collection, FRANCE, SEED, TODAY, report.repeats(PROCESSES, quick=1), reference)
    each = {
        key: payload
        for rows, _ in islice(blocks, report.repeats(*BLOCKS[collection]))
        for key, payload in zip(rows.ids, rows.payloads, strict=True)
    }
    blocks.close()
    payloads = list(each.values())
    plain = folder / "plain.bin"
    plain.write_bytes(b"".join(payloads))
    starts = np.cumsum([0, *map(len, payloads)])
    started = time.process_time()
    writer = PayloadWriter(folder)
    for payload in payloads:
        writer.add(payload)
    writer.finish()
    seconds = time.process_time() - started
    sizes = plain.stat().st_size / len(payloads), (folder / PAYLOADS).stat().st_size / len(payloads)
    report.figure(f"{name}_records", len(payloads))
    report.figure(f"{name}_plain_bytes", sizes[0], digits=0)
    report.figure(f"{name}_compressed_bytes", sizes[1], digits=0)
    report.figure(f"{name}_times_smaller", sizes[0] / sizes[1], digits=2)
    report.figure(f"{name}_compressing_us_each", seconds / len(payloads) * 1e6, digits=1)
    draw = np.random.default_rng(SEED)
    pages = [draw.integers(0, len(payloads), PAGE) for _ in range(report.repeats(300, quick=60))]
    kept, blob = Payloads.load(folder, collection.value), Blob(plain)

    def one_by_one(page: NDArray[np.int64]) -> None:
        for record in page.tolist():
            blob.read_each([(int(starts[record]), int(starts[record + 1]))])

    for label, read, path in (
        ("plain_one_by_one", one_by_one, plain),
        ("compressed_at_once", kept.read, folder / PAYLOADS),
    ):
        path.read_bytes()
        report.figure(f"{name}_page_{label}_in_memory_us", _median_us(read, pages), digits=0)
        report.figure(f"{name}_page_{label}_cold_us", _median_us(read, pages, forgotten=path), digits=0)
    count = OF_FRANCE[collection]
    return sizes[0] * count / 1e9, sizes[1] * count / 1e9


def _median_us(
    read: Callable[[NDArray[np.int64]], object], pages: Sequence[NDArray[np.int64]], forgotten: Path | None = None
) -> float:
    """Microseconds of a page, the file `forgotten` out of the system's cache before each."""
    times = []
    for page in pages:
        if forgotten is not None:
            _forget(forgotten)
        started = time.perf_counter_ns()
        read(page)
        times.append((time.perf_counter_ns() - started) / 1e3)
    return statistics.median(times)


def _forget(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fdatasync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)


def _real_offers(report: Report, reference: Reference) -> None:
    """Offers that were published, compressed with what other such offers have in common."""
    root = os.environ.get("VIVIER_OPEN_DATA")
    if root is None:
        return
    (source, path), *_ = OPEN_DATA_RECORDS
    read = (parsed for parsed in source.read(Path(root) / path, reference) if isinstance(parsed, Parsed))
    offers = [record for parsed in read for record in parsed.records if isinstance(record, Offer)]
    payloads = project_offers(offers, Lookups(reference, published_models())).payloads
    half = compressor(trained(payloads[::2]))
    others = payloads[1::2]
    plain, stored = sum(map(len, others)), sum(len(half.compress(payload)) for payload in others)
    report.figure("real_offers_records", len(others))
    report.figure("real_offers_plain_bytes", plain / len(others), digits=0)
    report.figure("real_offers_compressed_bytes", stored / len(others), digits=0)
    report.figure("real_offers_times_smaller", plain / stored, digits=2)


if __name__ == "__main__":
    main()
