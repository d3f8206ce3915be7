"""Processes killed at random instants over a small deployment, and what is lost of it: nothing may be.

Writers ask over HTTP and note what they were told; the service, an import, a publication of the indexes, a run of
digests and a training are killed with SIGKILL. After each kill the database, the published folders, the audit chain and
every acknowledged record are looked at, in the store and in searches. Exit code 1 when anything is lost.

    python -m benchmarks.crash --kills 500 --seed 1
"""

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks.crashes.house import made
from benchmarks.crashes.letters import mail_server
from benchmarks.crashes.trial import SERVICE, Trial
from benchmarks.report import Report

SEED: Final = 1
FULL, QUICK = 500, 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing was lost."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--minutes", type=float, help="begin no other life of the service after so long")
    parser.add_argument("--not-rebuilt", action="store_true", help="compare with no index built anew at the end")
    parser.add_argument("--seed", type=int, default=SEED)
    options, others = parser.parse_known_args(sys.argv[1:] if arguments is None else arguments)
    report = Report.from_command_line("crash", options.seed, others, about=__doc__ or "")
    kills = options.kills if options.kills is not None else report.repeats(FULL, QUICK)
    with tempfile.TemporaryDirectory(prefix="vivier-crash-") as folder, mail_server() as letters:
        house = made(Path(folder), options.seed, dt.datetime.now(dt.UTC).date())
        training = all(find_spec(name) is not None for name in ("catboost", "mlflow"))
        if not training:
            print("no training is killed: pip install 'vivier[rankers]'")
        trial = Trial(house, letters, options.seed, training)
        began = time.monotonic()
        trial.begin()
        told = 0
        ends = float("inf") if options.minutes is None else began + 60 * options.minutes
        while trial.kills.total() < kills and time.monotonic() < ends:
            trial.life(kills - trial.kills.total())
            if trial.kills.total() >= told + 50:
                told = trial.kills.total()
                print(f"{told} kills, {len(trial.wrong)} faults, {time.monotonic() - began:.0f} s", flush=True)
        trial.close_day()
        if not options.not_rebuilt:
            trial.end()
        report.figure("kills", trial.kills.total())
        for kind in (SERVICE, *trial.commands):
            report.figure(f"kills_{kind}", trial.kills[kind])
        report.figure("writes_acknowledged", trial.ledger.acknowledged)
        report.figure("writes_refused", len(trial.ledger.refused))
        for name in sorted(trial.seen):
            report.figure(name, trial.seen[name])
        report.figure("faults", len(trial.wrong))
        report.figure("lasted_s", time.monotonic() - began)
        report.finish()
    for each in [*trial.wrong[:20], *trial.ledger.refused[:5]]:
        print(each, file=sys.stderr)
    return 1 if trial.wrong or trial.ledger.refused else 0


if __name__ == "__main__":
    sys.exit(main())
