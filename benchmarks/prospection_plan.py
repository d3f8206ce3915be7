"""Sharing firms among counsellors: time, gap and what a plan is worth against greedy ways, in one run.

    python -m benchmarks.prospection_plan [--quick] [--json FILE] [--svg FILE]

Counsellors and firms stand on a square of 100 km; every counsellor may call on every firm, the hardest size. What a
visit is worth is drawn with the spread that scores have (log-normal, part of it the firm's own, part the pair's), less
the road as `matching.plans` charges it. Compared, all with the same capacities:

* the plan: `matching.planning.share`, without and with its charge on the load;
* greedy: the best pair left, again and again;
* nearest: each firm, the best first, to the nearest counsellor who has a visit left.

The bound is that of HiGHS on the same linear programme, which knows nothing of the flow. Then a counsellor is away, and
the plan is made again: visits that move, with and without the plan before. Rounds are of the service's own effort,
against visiting in the order of worth, and the nearest first. Times are of the whole process that the service starts,
imports and JSON included.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy

import subprocess
import sys
import time
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, kron, vstack

from benchmarks.options import svg_option
from benchmarks.plots import Bar, Bars, save
from benchmarks.report import Report
from matching.planning.problem import NOBODY, Before, Counsellor, Problem, Round, Shares, Way
from matching.planning.rounds import EFFORT, rounds
from matching.planning.share import share
from matching.plans import HOUR_WORTH

SEED: Final = 5
SIDE_KM: Final = 100.0
KM_AN_HOUR: Final = 45 / 1.3
VISITS: Final = 20
DAYS: Final = 5
TARGET_S: Final = 10.0

Floats = NDArray[np.float64]


def drawn(counsellors: int, firms: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Values (counsellors, firms), distances, and the places of both."""
    rng = np.random.default_rng(seed)
    bases, places = rng.random((counsellors, 2)) * SIDE_KM, rng.random((firms, 2)) * SIDE_KM
    away = np.linalg.norm(bases[:, None] - places[None], axis=2)
    own = 0.9 * rng.standard_normal(firms)
    worth = 0.05 * np.exp(own[None] + 0.6 * rng.standard_normal((counsellors, firms)))
    values = np.minimum(worth, 0.95) - HOUR_WORTH * away / KM_AN_HOUR
    return values, away, bases, places


def problem_of(values: Floats, visits: list[int], fairness: float = 0.0, before: list[Before] | None = None) -> Problem:
    counsellor, firm = np.nonzero(values > 0)
    pairs = list(zip(counsellor.tolist(), firm.tolist(), values[counsellor, firm].tolist(), strict=True))
    return Problem([Counsellor(most) for most in visits], values.shape[1], pairs, before or [], fairness)


def in_its_process(problem: Problem) -> tuple[bytes, float]:
    """What the service's process answers, and its seconds."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "matching.planning"], input=msgspec.json.encode(problem), capture_output=True, check=True
    )
    return done.stdout, time.perf_counter() - start


def worth_of(values: Floats, counsellor_of: NDArray[np.int64]) -> float:
    firms = np.flatnonzero(counsellor_of != NOBODY)
    return float(values[counsellor_of[firms], firms].sum())


def greedy(values: Floats, visits: list[int]) -> NDArray[np.int64]:
    left, found = list(visits), np.full(values.shape[1], NOBODY)
    for at in np.argsort(-values, axis=None):
        counsellor, firm = divmod(int(at), values.shape[1])
        if values[counsellor, firm] <= 0 or not any(left):
            break
        if left[counsellor] and found[firm] == NOBODY:
            found[firm] = counsellor
            left[counsellor] -= 1
    return found


def nearest(values: Floats, away: Floats, visits: list[int]) -> NDArray[np.int64]:
    left, found = list(visits), np.full(values.shape[1], NOBODY)
    for firm in np.argsort(-values.max(axis=0)).tolist():
        for counsellor in np.argsort(away[:, firm]).tolist():
            if left[counsellor] and values[counsellor, firm] > 0:
                found[firm] = counsellor
                left[counsellor] -= 1
                break
    return found


def bound_of(values: Floats, visits: list[int]) -> float:
    """The optimum of the linear programme by HiGHS."""
    c, f = values.shape
    once = kron(np.ones((1, c)), csr_array(np.eye(f)), format="csr")
    loads = kron(csr_array(np.eye(c)), np.ones((1, f)), format="csr")
    found = linprog(  # type: ignore[call-overload]
        -np.maximum(values, 0).ravel(),
        A_ub=vstack([once, loads], format="csr"),
        b_ub=np.array([*[1] * f, *visits], dtype=np.float64),
        bounds=(0, 1),
        method="highs",
    )
    return float(-found.fun)


def loads_spread(values: Floats, counsellor_of: NDArray[np.int64]) -> float:
    """Largest over smallest load."""
    loads = np.bincount(counsellor_of[counsellor_of != NOBODY], minlength=len(values))
    return float(loads.max() / max(loads.min(), 1))


def road(minutes: Floats, days: list[list[int]]) -> float:
    total = 0.0
    for stops in days:
        nodes = [0, *[stop + 1 for stop in stops], 0]
        total += sum(float(minutes[a, b]) for a, b in pairwise(nodes))
    return total


def nearest_first(minutes: Floats, order: list[int], a_day: int) -> list[list[int]]:
    """Days filled by going to the nearest stop that is left."""
    left, days = set(order), list[list[int]]()
    while left:
        here, stops = 0, list[int]()
        while left and len(stops) < a_day:
            stop = min(left, key=lambda other: minutes[here, other + 1])
            left.discard(stop)
            stops.append(stop)
            here = stop + 1
        days.append(stops)
    return days


def main() -> None:
    svg, arguments = svg_option()
    report = Report.from_command_line("prospection_plan", SEED, arguments, about=__doc__ or "")
    counsellors, firms = (10, 1_000) if report.quick else (20, 5_000)
    values, away, bases, places = drawn(counsellors, firms, SEED)
    visits = [VISITS] * counsellors
    report.figure("counsellors", counsellors)
    report.figure("firms", firms)
    report.figure("pairs", int((values > 0).sum()))

    told, seconds = in_its_process(problem_of(values, visits))
    plan = np.array(msgspec.json.decode(told, type=Shares).counsellor_of)
    best = bound_of(values, visits)
    worths = {
        "plan": worth_of(values, plan),
        "greedy": worth_of(values, greedy(values, visits)),
        "nearest": worth_of(values, nearest(values, away, visits)),
    }
    report.figure("share_seconds", seconds)
    report.figure("gap_to_highs", max(best - worths["plan"], 0) / best, 7)
    for name in ("greedy", "nearest"):
        report.figure(f"placements_ahead_of_{name}", worths["plan"] / worths[name] - 1, 4)

    scarce = values[:, np.argsort(-values.max(axis=0))[: sum(visits)]]
    few = np.array(share(problem_of(scarce, visits)).counsellor_of)
    report.figure("scarce_firms", scarce.shape[1])
    report.figure(
        "scarce_placements_ahead_of_greedy", worth_of(scarce, few) / worth_of(scarce, greedy(scarce, visits)) - 1, 4
    )
    unequal = values * np.linspace(1.5, 0.5, counsellors)[:, None]
    plenty = [2 * VISITS] * counsellors
    half = np.argsort(-unequal.max(axis=0))[: counsellors * VISITS]
    for fairness in (0.0, 0.3, 1.0):
        spread = np.array(share(problem_of(unequal[:, half], plenty, fairness)).counsellor_of)
        report.figure(f"largest_over_smallest_load_at_{fairness:g}", loads_spread(unequal, spread), 2)
        report.figure(
            f"worth_kept_at_{fairness:g}", worth_of(unequal[:, half], spread) / _most(unequal[:, half], plenty), 4
        )

    again(report, values, visits, plan)
    seconds += on_the_road(report, plan, bases, places)
    report.figure("whole_seconds", seconds)
    report.figure("under_target", seconds < TARGET_S)
    save(
        svg,
        Bars(
            "Placements expected of one plan",
            f"{counsellors} counsellors, {firms:,} firms, {VISITS} visits each; {seconds:.1f} s with the rounds",
            [Bar(name, 0, worth, f"{worth:.1f}") for name, worth in worths.items()],
        ),
    )
    report.finish()


def _most(values: Floats, visits: list[int]) -> float:
    return worth_of(values, np.array(share(problem_of(values, visits)).counsellor_of))


def again(report: Report, values: Floats, visits: list[int], plan: NDArray[np.int64]) -> None:
    """The plan made again when a counsellor is away and every worth has changed a little."""
    rng = np.random.default_rng(SEED + 1)
    changed = values * np.exp(0.1 * rng.standard_normal(values.shape))
    fewer = [0, *visits[1:]]
    before = [Before(int(plan[firm]), int(firm), False) for firm in np.flatnonzero(plan != NOBODY)]
    afresh = np.array(share(problem_of(changed, fewer)).counsellor_of)
    kept = share(problem_of(changed, fewer, before=before))
    stayed = np.array(kept.counsellor_of)
    planned = np.flatnonzero((plan != NOBODY) & (plan != 0))
    report.figure("visits_of_the_others", len(planned))
    report.figure("of_them_changed_when_planned_afresh", int((afresh[planned] != plan[planned]).sum()))
    report.figure("of_them_changed_when_planned_again", int((stayed[planned] != plan[planned]).sum()))
    report.figure("worth_kept_when_planned_again", worth_of(changed, stayed) / worth_of(changed, afresh), 4)


def on_the_road(report: Report, plan: NDArray[np.int64], bases: Floats, places: Floats) -> float:
    """Rounds of every counsellor; returns the seconds of their process."""
    ways: list[Way] = []
    tables: list[Floats] = []
    for counsellor, base in enumerate(bases):
        points = np.vstack([base, places[plan == counsellor]])
        minutes = np.linalg.norm(points[:, None] - points[None], axis=2) / KM_AN_HOUR * 60
        tables.append(minutes)
        n = len(points) - 1
        ways.append(Way(minutes.tolist(), DAYS, 4, 30, 600, [NOBODY] * n, [False] * n))
    told, seconds = in_its_process(Problem([], 0, [], ways=ways))
    made = msgspec.json.decode(told, type=list[Round])
    lengths = {"routing": 0.0, "nearest_first": 0.0, "as_given": 0.0}
    for way, minutes, each in zip(ways, tables, made, strict=True):
        stops = [stop for day in each.days for stop in day]
        lengths["routing"] += each.minutes
        lengths["nearest_first"] += road(minutes, nearest_first(minutes, stops, way.a_day))
        ordered = sorted(stops)
        lengths["as_given"] += road(minutes, [ordered[at : at + way.a_day] for at in range(0, len(ordered), way.a_day)])
    longer = sum(rounds(way, effort=10 * EFFORT).minutes for way in ways[:4])
    shorter = sum(each.minutes for each in made[:4])
    report.figure("rounds_seconds", seconds)
    report.figure(
        "stops_without_a_day", sum(len(way.day_of) for way in ways) - sum(len(d) for e in made for d in e.days)
    )
    report.figure("road_hours", lengths["routing"] / 60)
    report.figure("road_saved_against_nearest_first", 1 - lengths["routing"] / lengths["nearest_first"])
    report.figure("road_saved_against_order_of_worth", 1 - lengths["routing"] / lengths["as_given"])
    report.figure("road_that_ten_times_longer_would_save", 1 - longer / shorter)
    return seconds


if __name__ == "__main__":
    main()
