"""The process that fuzzes one importer: `python -m benchmarks.fuzzing NAME SECONDS SEED TALLY`.

Leaves its tally in a file as it goes, so that what it did is known however it ends.
"""

import os
import random
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from benchmarks.fuzz_targets import Target
    from features.reference import Reference

KEPT: Final = 20
"""Broken inputs that are told."""
EVERY_S: Final = 2.0
"""Seconds between two writes of the tally."""
MEMORY_MIB: Final = 2048


@dataclass
class Tally:
    """What the inputs of one importer, or of all, came to."""

    inputs: int = 0
    refused: int = 0
    taken: int = 0
    rejected: int = 0
    slowest_s: float = 0.0
    deaths: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.inputs += other.inputs
        self.refused += other.refused
        self.taken += other.taken
        self.rejected += other.rejected
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.deaths += other.deaths
        self.broken += other.broken


class Judging:
    """Judges one input after the other, until the time is over."""

    def __init__(self, target: "Target", reference: "Reference", seconds: float, left: Path) -> None:
        self.tally = Tally()
        self._target = target
        self._reference = reference
        self._left = left
        self._end = time.monotonic() + seconds
        self._written = 0.0
        self._places: set[str] = set()

    @property
    def over(self) -> bool:
        return time.monotonic() > self._end

    def judge(self, data: bytes) -> None:
        """Judge one input. What breaks the importer is told once a place."""
        tally = self.tally
        tally.inputs += 1
        try:
            outcome = self._target.judge(data, self._reference)
        except Exception as error:
            place = f"{type(error).__name__} at {traceback.extract_tb(error.__traceback__)[-1]}"
            if place not in self._places and len(tally.broken) < KEPT:
                self._places.add(place)
                tally.broken.append(f"{place}: {str(error)[:300]!r} for {data[:3000]!r}")
        else:
            tally.refused += outcome.refused
            tally.taken += outcome.taken
            tally.rejected += outcome.rejected
            tally.slowest_s = max(tally.slowest_s, outcome.seconds)
        if self.over or time.monotonic() - self._written > EVERY_S:
            self.write()

    def write(self) -> None:
        self._left.write_bytes(msgspec.json.encode(self.tally))
        self._written = time.monotonic()


def main(name: str, seconds: float, seed: int, left: Path) -> None:
    """Fuzz the importer of that name."""
    try:
        import atheris
    except ModuleNotFoundError:
        judging, target = _judging(name, seconds, left)
        _unguided(judging, target, seed)
        return
    with atheris.instrument_imports(include=["features.sources", "features.border", "features.rome"]):
        judging, target = _judging(name, seconds, left)
    _guided(judging, target, seconds, seed)


def _judging(name: str, seconds: float, left: Path) -> "tuple[Judging, Target]":
    from benchmarks.fuzz_targets import targets
    from features.sample.reference import sample_reference

    target = next(each for each in targets() if each.name == name)
    return Judging(target, sample_reference(), seconds, left), target


def _unguided(judging: Judging, target: "Target", seed: int) -> None:
    from benchmarks.fuzz_targets import mutated

    draw = random.Random(seed)
    for data in target.seeds:
        judging.judge(data)
    while not judging.over:
        judging.judge(mutated(target, draw.choice(target.seeds), draw))


def _guided(judging: Judging, target: "Target", seconds: float, seed: int) -> None:
    import atheris

    from benchmarks.fuzz_targets import LARGEST, mutated

    def one(data: bytes) -> None:
        if judging.over:
            judging.write()
            os._exit(0)  # libFuzzer has no other end that keeps the exit status
        judging.judge(data)

    def change(data: bytes, most: int, drawn: int) -> bytes:
        if drawn % 2:
            return bytes(atheris.Mutate(data, most))
        return mutated(target, data, random.Random(drawn))[:most]

    corpus = Path(tempfile.mkdtemp(prefix="corpus-"))
    for number, data in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(data)
    atheris.Setup(
        [
            sys.argv[0],
            f"-seed={seed}",
            f"-max_len={LARGEST}",
            f"-rss_limit_mb={MEMORY_MIB}",
            "-timeout=100",
            "-verbosity=0",
            f"-max_total_time={int(seconds) + 60}",
            str(corpus),
        ],
        one,
        custom_mutator=change,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
