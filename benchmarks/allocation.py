"""What spreading attention brings and costs: loads, coverage, hires and recall over the knob of `matching.allocation`.

    python -m benchmarks.allocation [--quick] [--json FILE] [--svg FILE]

Simulated markets, one drawn at random and two over the sample world (`matching.sample_market`); the lists of every
visitor of a week are allocated together. The scores are those of gradient boosting on weeks of random lists of the same
market; the hidden truth judges, and only judges. Knob 0 is the ranking alone, on the same weeks of the same people. The
time is that of 100,000 persons with 100 candidates each, in one process, beside that in which they are merely ranked.
The cap is held against HiGHS.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy

import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from benchmarks.allocation_market import LEARNING_WEEKS, K, Outcome, World, mean_of, play
from benchmarks.options import svg_option
from benchmarks.plots import Lines, save
from benchmarks.report import Report
from matching.allocation.allocate import allocate
from matching.allocation.capped import capped
from matching.allocation.graph import CandidateGraph, best_lists, loads_of
from matching.sample_market import sample_market
from models.simulation.market import Market
from models.simulation.synthetic import Sizes, synthetic_market

SEED: Final = 1
CHOSEN: Final = 0.6
"""The least fifth at which the most-sent offer of the crowded market has lost the 60 % asked for: hires rise little
beyond, and recall falls all along."""
KNOBS: Final = (0.0, 0.2, 0.4, CHOSEN, 0.8, 1.0)
WEEKS: Final = 6
MARKETS: Final[Mapping[str, Callable[[int], Market]]] = {
    "crowded": lambda seed: synthetic(15_000, 5_000, 2_000, seed),
    "sample": lambda seed: sample_market(9_000, 6_000, LEARNING_WEEKS + WEEKS, seed),
    "sparse": lambda seed: sample_market(4_000, 9_000, LEARNING_WEEKS + WEEKS, seed),
}
"""Three people an offer and some 160 candidates each; the sample world through the engine, with some 50; and a batch
such as a day's, for few people beside the offers that are open."""
QUICK: Final[Mapping[str, Callable[[int], Market]]] = {"crowded": lambda seed: synthetic(3_000, 1_000, 400, seed)}
TARGETS: Final = {"load_fall": 0.6, "coverage_points": 8.0, "recall_loss": 0.05, "seconds_100k_x_100": 60.0}

CAP_PERSONS, CAP_ITEMS, CAP_DEGREE = 2000, 400, 50
CAP_ROOM: Final = 1.1
"""Places under the cap for each place in a list."""


def main() -> None:
    svg, arguments = svg_option()
    report = Report.from_command_line("allocation", seed=SEED, arguments=arguments, about=__doc__ or "")
    seeds = range(SEED, SEED + report.repeats(2, quick=1))
    knobs = (0.0, CHOSEN) if report.quick else KNOBS
    report.figure("chosen_knob", CHOSEN)
    report.figure("worlds_a_market", len(seeds))
    for name, market in (QUICK if report.quick else MARKETS).items():
        worlds = [World.over(market(seed), WEEKS, seed) for seed in seeds]
        report.figure(f"{name}_persons", len(worlds[0].market.persons))
        report.figure(f"{name}_offers", len(worlds[0].market.offers))
        report.figure(f"{name}_candidates_each", worlds[0].market.n_candidates / len(worlds[0].market.persons), 1)
        found = {knob: [play(world, knob) for world in worlds] for knob in knobs}
        tell(report, name, found)
        if name == "crowded":
            save(svg, curve(found, sum(len(world.market.persons) for world in worlds)))
    for name, value in TARGETS.items():
        report.figure(f"target_{name}", value)
    measure_time(report)
    measure_cap(report)
    report.finish()


def synthetic(persons: int, offers: int, draws: int, seed: int) -> Market:
    """A market without an engine, of few occupations, so that people have many candidates."""
    weeks = LEARNING_WEEKS + WEEKS
    sizes = Sizes(persons=persons, offers=offers, candidates=draws, weeks=weeks, occupations=60)
    return synthetic_market(sizes, seed)


def tell(report: Report, market: str, found: dict[float, list[Outcome]]) -> None:
    """The figures of one market."""
    for knob, outcomes in found.items():
        for name in Outcome.__dataclass_fields__:
            report.figure(f"{market}_{name}_at_{knob:g}", mean_of(outcomes, name), 4)
    before, after = (
        {name: mean_of(found[knob], name) for name in Outcome.__dataclass_fields__} for knob in (0, CHOSEN)
    )
    report.figure(f"{market}_load_fall", 1 - after["largest_load_per_post"] / before["largest_load_per_post"])
    for name in ("coverage", "suited_coverage"):
        report.figure(f"{market}_{name}_points", 100 * (after[name] - before[name]), 2)
    report.figure(f"{market}_hires_rise", after["hires"] / before["hires"] - 1)
    report.figure(f"{market}_recall_loss", 1 - after["recall_at_10"] / before["recall_at_10"])


def curve(found: dict[float, list[Outcome]], persons: int) -> Lines:
    """Each figure over the knob, in hundredths of what it is at knob 0; coverage in hundredths of the offers."""

    def relative(name: str) -> list[tuple[float, float]]:
        whole = mean_of(found[0.0], name)
        return [(knob, 100 * mean_of(outcomes, name) / whole) for knob, outcomes in found.items()]

    return Lines(
        "What the knob does: per cent of knob 0; coverage: per cent of the offers that suit somebody",
        f"{persons:,} people, lists of {K}; knob chosen: {CHOSEN}",
        "knob",
        "%",
        {
            "hires": relative("hires"),
            "recall@10": relative("recall_at_10"),
            "largest load": relative("largest_load_per_post"),
            "coverage": [(knob, 100 * mean_of(outcomes, "suited_coverage")) for knob, outcomes in found.items()],
        },
        logarithmic_x=False,
        logarithmic_y=False,
    )


def popular(n_persons: int, n_items: int, degree: int, seed: int) -> CandidateGraph:
    """Random candidates of a few thousand neighbours each, some of which everybody likes better."""
    random = np.random.default_rng(seed)
    appeal = random.normal(0, 0.15, n_items)
    width = min(n_items, 20 * degree)
    start = random.integers(0, n_items - width + 1, n_persons)
    step = np.sort(random.random((n_persons, degree)), axis=1) * (width - degree)
    item = (start[:, None] + np.floor(step).astype(np.int64) + np.arange(degree)).astype(np.int32)
    score = 1 / (1 + np.exp(-random.normal(0, 1, (n_persons, degree)) - 4 * appeal[item]))
    indptr = np.arange(n_persons + 1, dtype=np.int64) * degree
    return CandidateGraph(indptr, item.ravel(), score.astype(np.float32).ravel(), n_items)


def measure_time(report: Report) -> None:
    """100,000 persons with 100 candidates each: seconds, and times as long as ranking them alone."""
    graph = popular(100_000, 25_000, 100, SEED)
    posts = np.random.default_rng(SEED).geometric(0.8, graph.n_items).astype(np.int32)
    started = time.perf_counter()
    best_lists(CandidateGraph(graph.indptr, graph.item, graph.score, graph.n_items), K)
    ranked = time.perf_counter() - started
    started, used = time.perf_counter(), time.process_time()
    allocate(graph.indptr, graph.item, graph.score, posts, K, CHOSEN)
    seconds = time.perf_counter() - started
    report.figure("seconds_100k_x_100", seconds, 2)
    report.figure("processor_seconds_100k_x_100", time.process_time() - used, 2)
    report.figure("times_ranking_alone", seconds / ranked, 1)


def measure_cap(report: Report) -> None:
    """The hard cap beside the best that linear programming finds under it."""
    graph = popular(CAP_PERSONS, CAP_ITEMS, CAP_DEGREE, SEED)
    cap = int(np.ceil(CAP_ROOM * CAP_PERSONS * K / CAP_ITEMS))
    started = time.perf_counter()
    lists = capped(graph.indptr, graph.item, graph.score, K, cap)
    report.figure("capped_seconds", time.perf_counter() - started, 2)
    report.figure("cap", cap)
    report.figure("capped_largest_load", int(loads_of(lists, graph.n_items).max()))
    report.figure("largest_load_without_cap", int(loads_of(best_lists(graph, K), graph.n_items).max()))
    report.figure("capped_places_empty", int((lists < 0).sum()))
    started = time.perf_counter()
    best = best_score_sum(graph, cap)
    report.figure("linear_programming_seconds", time.perf_counter() - started, 2)
    report.figure("capped_score_loss", 1 - score_sum(graph, lists) / best, 6)


def score_sum(graph: CandidateGraph, lists: NDArray[np.int32]) -> float:
    """Sum of the scores of what is in the lists."""
    persons, places = np.nonzero(lists >= 0)
    matrix = csr_array((graph.score, graph.item, graph.indptr), shape=(graph.n_persons, graph.n_items))
    return float(matrix[persons, lists[persons, places]].sum())


def best_score_sum(graph: CandidateGraph, cap: int) -> float:
    """The largest score sum of full lists under the cap."""
    edges, ones = np.arange(len(graph.item)), np.ones(len(graph.item))
    persons = np.repeat(np.arange(graph.n_persons), graph.degrees)
    of_items: Any = csr_array((ones, (graph.item, edges)), shape=(graph.n_items, len(edges)))
    of_persons: Any = csr_array((ones, (persons, edges)), shape=(graph.n_persons, len(edges)))
    found = linprog(
        -graph.score.astype(np.float64),
        A_ub=of_items,
        b_ub=np.full(graph.n_items, cap, dtype=np.float64),
        A_eq=of_persons,
        b_eq=np.full(graph.n_persons, K, dtype=np.float64),
        bounds=(0, 1),
    )
    if found.fun is None:
        raise RuntimeError(f"no optimum under a cap of {cap}: {found.message}")
    return -float(found.fun)


if __name__ == "__main__":
    main()
