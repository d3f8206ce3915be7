"""Bad input over the whole API: cases made from the OpenAPI document, as every role.

    python -m benchmarks.schemas [--quick] [--cases N] [--seed S] [--state FILE] [--json FILE]

Cases run in passes, one identity each, over a copy of the sample world: the first round with the document's examples,
the edges of each schema, drawn values and chains of requests; later ones, with other seeds, with the last two. Stops
after the pass that reaches N cases (100,000). With `--state FILE`, each pass leaves a line there, and a run that was
cut goes on after the last. The target is no answer of 500 or more; `failures` counts the other checks of the answers.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.report import Report
from benchmarks.sample_world import copied, write_world
from benchmarks.schema_cases import DRAWN, PHASES, Tally, as_json, identities, of_json, run_cases, serving
from features.store import Store

CASES: Final = 100_000
QUICK_CASES: Final = 500
SEED: Final = 1
PER_OPERATION: Final = 10
QUICK_PATHS: Final = r"^/v1/(profils|mises-en-relation|rome/suggestions)"


def main() -> None:
    options, others = _options()
    report = Report.from_command_line("schemas", seed=options.seed, arguments=others, about=__doc__ or "")
    wanted = options.cases or (QUICK_CASES if report.quick else CASES)
    started = time.perf_counter()
    total, passes = Tally(), 0
    with tempfile.TemporaryDirectory(prefix="vivier-schemas-") as temporary:
        world = write_world(Path(temporary) / "world")
        with contextlib.closing(Store.open(f"sqlite:///{world / 'vivier.db'}")) as store:
            tokens = list(identities(store).items())
        done = _read(options.state)
        while total.n_cases < wanted:
            if passes < len(done):
                found = done[passes]
            else:
                role, token = tokens[passes % len(tokens)]
                phases = PHASES if passes < len(tokens) else DRAWN
                found = _pass(world, token, options.seed + passes, phases, quick=report.quick)
                _keep(options.state, found)
                print(f"{passes} {role}: {found.n_cases} cases, {found.server_errors} server errors", file=sys.stderr)
                for name, shown in found.shown.items():
                    print(f"-- {name}\n{shown}", file=sys.stderr)
            total.add(found)
            passes += 1
    _tell(report, total, passes, time.perf_counter() - started, resumed=len(done))
    report.finish()


def _pass(world: Path, token: str | None, seed: int, phases: Sequence[str], *, quick: bool) -> Tally:
    """One pass, over a world of its own."""
    with (
        tempfile.TemporaryDirectory(dir=world.parent) as folder,
        serving(copied(world, Path(folder) / "var")) as app,
    ):
        if quick:
            return run_cases(app, token, seed, 2, ("fuzzing",), QUICK_PATHS)
        return run_cases(app, token, seed, PER_OPERATION, phases)


def _tell(report: Report, total: Tally, passes: int, seconds: float, *, resumed: int) -> None:
    report.figure("cases", total.n_cases)
    report.figure("server_errors", total.server_errors)
    report.figure("failures", sum(total.failures.values()))
    report.figure("not_made", len(total.errors))
    report.figure("passes", passes)
    report.figure("passes_resumed", resumed)
    report.figure("seconds", seconds, digits=0)
    for phase, count in sorted(total.cases.items()):
        report.figure(f"cases_{phase}", count)
    for status, count in sorted(total.statuses.items()):
        report.figure(f"answers_{status}", count)
    for name, count in sorted(total.failures.items()):
        report.figure(f"failure: {name}", count)


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--cases", type=int)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--state", type=Path)
    return parser.parse_known_args()


def _read(state: Path | None) -> list[Tally]:
    """The passes that an earlier run left."""
    if state is None or not state.is_file():
        return []
    return [of_json(line) for line in state.read_text().splitlines()]


def _keep(state: Path | None, found: Tally) -> None:
    if state is not None:
        with state.open("ab") as stream:
            stream.write(as_json(found) + b"\n")


if __name__ == "__main__":
    main()
