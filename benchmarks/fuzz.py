"""Bad input to every importer, guided by the code that it reaches.

    python -m benchmarks.fuzz [--quick] [--seconds S] [--seed S] [--json FILE]

Each importer of the registry gets a process of its own and an equal part of S seconds (600); atheris (`vivier[fuzz]`)
mutates the importers' own examples, half of the time through `fuzz_targets.mutated`, which knows the formats. Where
atheris is not installed that mutator works alone, without guidance: `engine` says which it was. What is asked of an
importer is in `fuzz_targets`; the target is that none breaks it, none dies, none hangs.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.fuzz_targets import targets
from benchmarks.fuzzing import Tally
from benchmarks.report import Report

SECONDS: Final = 600.0
QUICK_SECONDS: Final = 30.0
SEED: Final = 1
GRACE_S: Final = 120.0
"""Seconds beyond its part that a process has for starting and for its last input."""


def main() -> None:
    options, others = _options()
    report = Report.from_command_line("fuzz", seed=options.seed, arguments=others, about=__doc__ or "")
    seconds = options.seconds or (QUICK_SECONDS if report.quick else SECONDS)
    names = [target.name for target in targets()]
    report.figure("engine", "atheris" if importlib.util.find_spec("atheris") else "own mutator")
    report.figure("seconds", seconds)
    total = Tally()
    for name in names:
        found = fuzzed(name, seconds / len(names), options.seed)
        total.add(found)
        report.figure(f"{name}_inputs", found.inputs)
        report.figure(f"{name}_rows_taken", found.taken)
        for broken in found.broken:
            print(f"-- {name}: {broken}", file=sys.stderr)
    report.figure("inputs", total.inputs)
    report.figure("files_refused", total.refused)
    report.figure("rows_taken", total.taken)
    report.figure("rows_rejected", total.rejected)
    report.figure("slowest_ms", total.slowest_s * 1000)
    report.figure("broken", len(total.broken))
    report.figure("deaths", total.deaths)
    report.finish()


def fuzzed(name: str, seconds: float, seed: int) -> Tally:
    """What a process that fuzzes one importer came to; one that dies or hangs is a death."""
    with tempfile.TemporaryDirectory(prefix="vivier-fuzz-") as folder:
        left = Path(folder) / "tally.json"
        command = [sys.executable, "-m", "benchmarks.fuzzing", name, str(seconds), str(seed), str(left)]
        try:
            ended = subprocess.run(
                command,
                capture_output=True,
                check=False,
                timeout=seconds + GRACE_S,
                env={**os.environ, "TMPDIR": folder},
            )
            code, said = ended.returncode, ended.stderr.decode(errors="replace")
        except subprocess.TimeoutExpired as error:
            code, said = -1, f"no end after {error.timeout:.0f} s"
        tally = msgspec.json.decode(left.read_bytes(), type=Tally) if left.is_file() else Tally()
    if code != 0 or tally.inputs == 0:
        tally.deaths += 1
        tally.broken.append(f"ended with {code}: {said[-2000:]}")
    return tally


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_known_args()


if __name__ == "__main__":
    main()
