"""How often employers' sentences are read as they were meant, item by item.

    python -m benchmarks.need_reading [--quick] [--json FILE]

The sentences and their readings are those of `benchmarks/need_requests.py`, written by hand: those that the rules were
written on, and (`held_out_`) some that were written afterwards and changed no rule. An item is right when the
need says just what is expected at its place, absence included; `precision` is over items that were read, `recall` over
those that were meant. The job is right when its ROME code is of the family (v3 code) expected. Reads the publishers'
files in VIVIER_OPEN_DATA, or the sample when it is not set, whose few communes and occupations know less.
"""

import datetime as dt
import sys
import time
from collections import defaultdict
from typing import Any, Final

import numpy as np

from benchmarks.need_requests import HELD_OUT, REQUESTS, TODAY, Request
from benchmarks.report import Report
from benchmarks.workload import FOLDER, World
from features.rome.referential import Rome
from matching.lookups import Lookups
from matching.reading.need import read_need
from models.published import published_models

LISTS: Final = ("permis", "langues", "formations", "competences")


def main() -> None:
    report = Report.from_command_line("need_reading", seed=1, arguments=sys.argv[1:], about=__doc__ or "")
    lookups = Lookups(World.open(FOLDER).facts.reference, published_models())
    lookups.warm()
    times: list[float] = []
    for prefix, requests in (("", REQUESTS), ("held_out_", HELD_OUT)):
        judge(report, prefix, requests, lookups, times)
    report.figure("read_p50_ms", float(np.median(times)))
    report.figure("read_p99_ms", float(np.percentile(times, 99)))
    report.finish()


def judge(report: Report, prefix: str, requests: tuple[Request, ...], lookups: Lookups, times: list[float]) -> None:
    """The figures of some sentences; what reading each took, in ms, is added to `times`."""
    meant: dict[str, int] = defaultdict(int)
    read: dict[str, int] = defaultdict(int)
    right: dict[str, int] = defaultdict(int)
    whole, jobs = 0, 0
    for request in requests:
        started = time.perf_counter()
        reading = read_need(lookups, request.text, dt.date.fromisoformat(TODAY))
        times.append((time.perf_counter() - started) * 1e3)
        found = flat(reading.need)
        for name in {*found, *request.expected}:
            meant[name] += name in request.expected
            read[name] += name in found
            right[name] += name in found and name in request.expected and found[name] == request.expected[name]
        whole += found == request.expected
        jobs += job_is_right(request, reading.need.get("romeCode"), lookups.reference.rome)
    report.figure(f"{prefix}requests", len(requests))
    report.figure(f"{prefix}all_items_right_share", whole / len(requests))
    report.figure(f"{prefix}job_right_share", jobs / len(requests))
    report.figure(f"{prefix}precision", sum(right.values()) / sum(read.values()))
    report.figure(f"{prefix}recall", sum(right.values()) / sum(meant.values()))
    for name in sorted(meant):
        report.figure(f"{prefix}{name}_meant", meant[name])
        report.figure(f"{prefix}{name}_recall", right[name] / meant[name] if meant[name] else 1.0)
        report.figure(f"{prefix}{name}_precision", right[name] / read[name] if read[name] else 1.0)


def flat(need: dict[str, Any]) -> dict[str, Any]:
    """A need by path, lists as "value:exigence"; title, ROME code and ROME's own skills are left out."""
    found: dict[str, Any] = {}
    for name, value in need.items():
        if name in ("intitule", "romeCode", "qualitesProfessionnelles"):
            continue
        if isinstance(value, dict):
            found |= {f"{name}.{key}": each for key, each in value.items()}
        elif name in LISTS:
            told = [_named(name, each) for each in value if "code" not in each]
            if told:
                found[name] = told
        else:
            found[name] = value
    return found


def job_is_right(request: Request, code: str | None, rome: Rome) -> bool:
    """Whether the code is of the family expected; where none is expected, that none was told."""
    if not request.rome or code is None:
        return not request.rome and code is None
    families = (
        {rome.parents[row] for row in rome.resolve(request.rome)} if known(rome, request.rome) else {request.rome}
    )
    return rome.parents[rome.row_of(code)] in families or code == request.rome


def known(rome: Rome, code: str) -> bool:
    return rome.contains(code) or code in rome.parents


def _named(name: str, value: dict[str, Any]) -> str:
    return f"{value['niveau'] if name == 'formations' else value['libelle']}:{value['exigence']}"


if __name__ == "__main__":
    main()
