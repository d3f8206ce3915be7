"""Deployments of all of France and of parts of it, written in one pass: what the latency benchmarks serve.

    python -m benchmarks.france_deployments FOLDER [--shares 0.0167,0.1667,1] [--times 1]

Each share gets a data folder `FOLDER/<profiles>` that `vivier serve` opens through VIVIER_DATA_DIR: reference data, an
empty store and a generation whose rows are the first of each collection. The store stays empty because 9.5 million
records would double the hour that this takes, and no search reads it. `--shares` are shares of six million profiles
(and of a million offers, half a million sessions, two million establishments). With `--times N` a Nth of the people are
drawn, and stand there N times (`benchmarks.people_again`): less than half of the hour.
"""

import argparse
import contextlib
import datetime as dt
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.france import FRANCE, SEED, TODAY, france_rows, save_reference
from benchmarks.keys import keys_in
from benchmarks.people_again import people_again
from features.reference import Reference
from features.store import Store
from matching.generations import Draft, writing_generation
from matching.index.registry import DEFAULT
from matching.links import Links
from matching.lookups import Lookups
from matching.schema import Collection
from models.published import published_models

SHARES: Final = (1 / 60, 1 / 12, 1 / 6, 1 / 2, 1.0)
ORDER: Final = (Collection.OFFERS, Collection.SESSIONS, Collection.ESTABLISHMENTS, Collection.PROFILES)
RECORDS: Final = {
    Collection.PROFILES: FRANCE.profiles,
    Collection.OFFERS: FRANCE.offers,
    Collection.SESSIONS: 2 * FRANCE.trainings,
    Collection.ESTABLISHMENTS: FRANCE.establishments,
}
TIMES: Final = "people-times"
"""The file of a data folder that tells how many times each person stands there."""


def write_deployments(folder: Path, shares: tuple[float, ...], times: int = 1) -> dict[float, Path]:
    """Write the deployments that are not there yet, each person drawn `times` times; returns the data folder of each
    share."""
    homes = {share: folder / str(round(FRANCE.profiles * share)) for share in shares}
    missing = [share for share, home in homes.items() if not (home / "indexes" / "CURRENT").is_file()]
    if not missing:
        return homes
    folder.mkdir(parents=True, exist_ok=True)
    reference = save_reference(folder / "shared-reference")
    lookups = Lookups(Reference.load(reference), published_models())
    with contextlib.ExitStack() as stack:
        drafts = {share: stack.enter_context(_draft(homes[share], lookups)) for share in missing}
        for collection in ORDER:
            _write(collection, drafts, reference, times)
        for draft in drafts.values():
            draft.links(Links())
    for share in missing:
        (homes[share] / TIMES).write_text(f"{times}\n")
    return homes


def times_of(home: Path) -> int:
    """How many times each person who was drawn stands in a deployment."""
    return int((home / TIMES).read_text())


@contextlib.contextmanager
def _draft(home: Path, lookups: Lookups) -> Iterator[Draft]:
    home.mkdir(exist_ok=True)
    lookups.reference.save(home / "reference")
    store = Store.open(f"sqlite:///{home / 'vivier.db'}", keys_in(home))
    try:
        with writing_generation(
            home,
            lookups,
            store_identity=store.identity(),
            watermark=0,
            now=dt.datetime.combine(TODAY, dt.time(), dt.UTC),
            backend_name=DEFAULT,
        ) as draft:
            yield draft
    finally:
        store.close()


def _write(collection: Collection, drafts: dict[float, Draft], reference: Path, times: int) -> None:
    """The rows of one collection into each draft, as many records as its share has."""
    most = max(drafts)
    total = round(RECORDS[collection] * most)
    started, n_records = time.monotonic(), 0
    with contextlib.ExitStack() as stack:
        writers = {share: stack.enter_context(draft.collection(collection)) for share, draft in drafts.items()}
        blocks = france_rows(collection, FRANCE, SEED, TODAY, reference=reference)
        if collection is Collection.PROFILES:
            blocks = people_again(blocks, times)
        for number, (rows, records) in enumerate(blocks):
            n_records += records
            for share, writer in writers.items():
                if writer.n_records < RECORDS[collection] * share:
                    writer.add(rows)
            if number % 50 == 0:
                _say(f"{collection.value}: {n_records} of {total}, {time.monotonic() - started:.0f} s")
            if n_records >= total:
                blocks.close()
                break
        _say(f"{collection.value}: putting {n_records} records in order")
    _say(f"{collection.value}: {time.monotonic() - started:.0f} s in all")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.france_deployments", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shares", default=",".join(map(str, SHARES)))
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args()
    shares = tuple(map(float, options.shares.split(",")))
    for share, home in write_deployments(options.folder, shares, options.times).items():
        print(f"{share:.4f} {home}")


if __name__ == "__main__":
    main()
