"""Options that several benchmarks take, read before the report's own: each gives its value and the other arguments."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def svg_option(arguments: Sequence[str] | None = None) -> tuple[Path | None, list[str]]:
    """The file that `--svg FILE` names, and the other arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--svg", type=Path)
    options, others = parser.parse_known_args(sys.argv[1:] if arguments is None else arguments)
    return options.svg, others


def rows_option(arguments: Sequence[str], most: int | None = None) -> tuple[tuple[int, ...], list[str]]:
    """The numbers of rows that `--rows A,B` names, none without it, and the other arguments. More than `most` numbers
    are an error."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--rows", type=lambda given: tuple(map(int, given.split(","))), default=())
    options, others = parser.parse_known_args(arguments)
    if most is not None and len(options.rows) > most:
        parser.error(f"--rows takes at most {most}: {len(options.rows)} were given")
    return options.rows, others
