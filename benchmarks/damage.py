"""Damaged files: how many of ten thousand mutations of each kind are refused, and whether a process dies of one.

One file of the generation in force is damaged at a time: a byte is another, the end is missing, something stands after
it, a sector is empty, a piece stands elsewhere, or the file is that of another generation. Processes of their own load
what is published; whatever the damage, the generation before has to serve. `unguarded_…` is what the parsers make of
the same damage without the sums that are checked first. Exit code 1 when damage is not refused, or a process dies.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.damages.attempts import attempts
from benchmarks.damages.published import DAMAGED, Corpus, corpora
from benchmarks.report import Report

SEED: Final = 1
FULL, QUICK = 10_000, 60
HANGS_S: Final = 10.0
"""Of parsers without the sums: LightGBM's does not come back from some damage."""
UNGUARDED: Final = ("npz", "lightgbm_text", "safetensors", "parquet")


def unguarded(corpus: Corpus, _number: int) -> str:
    """What the parser says where nobody looked at the sums."""
    try:
        corpus.read(corpus.root / DAMAGED)
    except Exception as error:  # whatever it is, somebody could have caught it
        return f"error {type(error).__name__}"
    return "read"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when all was refused and no process died."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--each", type=int, help="mutations of each kind of file")
    options, others = parser.parse_known_args(sys.argv[1:] if arguments is None else arguments)
    report = Report.from_command_line("damage", SEED, others, about=__doc__ or "")
    each = options.each if options.each is not None else report.repeats(FULL, QUICK)
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="vivier-damaged-") as folder:
        found = corpora(Path(folder))
        for kind, corpus in found.items():
            done = attempts(corpus, each, SEED)
            report.figure(f"{kind}_tried", done.tried)
            report.figure(f"{kind}_refused", done.refused)
            report.figure(f"{kind}_deaths", len(done.deaths))
            faults += [f"{kind}: {name} ({count})" for name, count in done.by_verdict.items() if "refused" not in name]
            faults += [f"{kind}: a process died of {death}" for death in done.deaths]
            for mutation, count in sorted(done.by_mutation.items()):
                report.figures[f"{kind}_{mutation}"] = count
        for kind in UNGUARDED:
            bare = attempts(found[kind], max(each // 100, 1), SEED, unguarded, HANGS_S)
            report.figure(f"unguarded_{kind}_tried", bare.tried)
            report.figure(f"unguarded_{kind}_read", bare.by_verdict["read"])
            report.figure(f"unguarded_{kind}_deaths_and_hangs", len(bare.deaths))
        report.figure("faults", len(faults))
        report.finish()
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
