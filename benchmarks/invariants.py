"""What must hold of people whatever happens: a state machine's stories, step by step.

    python -m benchmarks.invariants [--quick] [--steps N] [--seconds S] [--seed S] [--json FILE]

Plays stories of up to 50 steps (`benchmarks.people_machine` has the steps and the invariants) until N steps (10,000)
were made, or S seconds are over. A broken invariant ends the run: Hypothesis prints the shortest story that breaks it,
and `broken` is 1.
"""

import argparse
import math
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Final

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.people_machine import Counted, playing
from benchmarks.report import Report
from benchmarks.sample_world import write_world

STEPS: Final = 10_000
QUICK_STEPS: Final = 150
SEED: Final = 1
STORIES: Final = 20
"""Of one round: between two, the seed changes."""


def main() -> None:
    options, others = _options()
    report = Report.from_command_line("invariants", seed=options.seed, arguments=others, about=__doc__ or "")
    wanted = options.steps or (QUICK_STEPS if report.quick else STEPS)
    started, broken, seed = time.perf_counter(), 0, options.seed
    with (
        tempfile.TemporaryDirectory(prefix="vivier-invariants-") as folder,
        playing(write_world(Path(folder) / "world")) as machine,
    ):
        while Counted.steps < wanted and not broken and time.perf_counter() - started < options.seconds:
            try:
                run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=settings_of(STORIES, 50))
            except AssertionError:
                traceback.print_exc()
                broken = 1
            seed += 1
            print(f"{Counted.steps} steps, {Counted.stories} stories", file=sys.stderr)
    report.figure("steps", Counted.steps)
    report.figure("stories", Counted.stories)
    report.figure("searches_checked", Counted.checks)
    report.figure("broken", broken)
    report.figure("seconds", time.perf_counter() - started, digits=0)
    report.finish()


def settings_of(stories: int, steps: int) -> hypothesis.settings:
    """Stories of up to so many steps, held to no time."""
    return hypothesis.settings(
        max_examples=stories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
    )


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seconds", type=float, default=math.inf)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_known_args()


if __name__ == "__main__":
    main()
