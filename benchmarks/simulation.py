"""The simulated market: how long a week takes, how much memory a market takes, what rankings bring on it.

    python -m benchmarks.simulation [--quick] [--json FILE]

Synthetic markets of growing size, up to about a hundred candidates a person. `week_s` is the median over weeks in which
every visitor is shown ten results by the served score, with what people and employers then do; features are not kept.
Peak memory is the process's own, all earlier sizes included. Baseline in the same run: the same functions asked for
one person at a time. Then hires per 1,000 shown under five rankings with the same luck, on the smallest market.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import resource
import statistics
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.report import Report
from models.simulation.hidden import HiddenTruth
from models.simulation.lists import top_lists
from models.simulation.market import Market
from models.simulation.moment import Moment
from models.simulation.policies import Scorer, as_served, at_random, by_score, oracle
from models.simulation.replay import replay
from models.simulation.stream import Stream
from models.simulation.synthetic import Sizes, synthetic_market

SEED = 7
SHOWN = 10
WEEKS = 6
FULL = (20_000, 100_000, 1_000_000)
QUICK = (5_000, 20_000)
PERSONS_AN_OFFER = 4
DRAWS = {5_000: 600, 20_000: 600, 100_000: 600, 1_000_000: 550}
"""Candidates drawn a person, of which some tens to a hundred stay: the more, the denser the market."""
LOOKED_AT_ALONE = 200


def main() -> None:
    report = Report.from_command_line("simulation", seed=SEED, about=__doc__ or "")
    sizes = QUICK if report.quick else FULL
    for persons in sizes:
        _measure(report, persons)
    smallest = _market(sizes[0])
    truth = HiddenTruth(smallest, SEED)
    for name, scorer in _rankings(truth):
        brought = replay(smallest, truth, by_score(scorer, SHOWN), WEEKS, SEED)
        report.figure(f"{name}_hires_per_1000_shown", brought.hires_per_thousand, digits=2)
        report.figure(f"{name}_largest_load_a_post", brought.largest_load)
    report.finish()


def _measure(report: Report, persons: int) -> None:
    name = f"{persons // 1000}k"
    started = time.perf_counter()
    market = _market(persons)
    report.figure(f"{name}_make_s", time.perf_counter() - started, digits=1)
    report.figure(f"{name}_candidates", market.n_candidates)
    started = time.perf_counter()
    truth = HiddenTruth(market, SEED)
    report.figure(f"{name}_truth_s", time.perf_counter() - started, digits=2)
    stream, lister = Stream(market, truth, SEED, keep_features=False), by_score(as_served, SHOWN)
    times, shown = [], 0
    for _ in range(WEEKS):
        started = time.perf_counter()
        moment = stream.begin_week()
        lists = lister(moment)
        stream.show(moment, lists)
        times.append(time.perf_counter() - started)
        shown += len(lists)
    report.figure(f"{name}_week_s", statistics.median(times), digits=2)
    report.figure(f"{name}_shown_a_week", shown // WEEKS)
    report.figure(f"{name}_peak_memory_gb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, digits=2)
    log = stream.log()
    report.figure(f"{name}_applications_a_week", int(log.applied.sum()) // WEEKS)
    if persons == (QUICK if report.quick else FULL)[0]:
        alone = _one_at_a_time(market, truth)
        report.figure(f"{name}_baseline_week_one_person_at_a_time_s", alone, digits=1)
        report.figure("times_faster_than_one_at_a_time", alone / statistics.median(times), digits=0)


def _market(persons: int) -> Market:
    sizes = Sizes(persons=persons, offers=persons // PERSONS_AN_OFFER, candidates=DRAWS[persons], weeks=WEEKS)
    return synthetic_market(sizes, SEED, with_features=False)


def _rankings(truth: HiddenTruth) -> Iterator[tuple[str, Scorer]]:
    yield "random", at_random(SEED)
    yield "freshness", lambda moment, rows: _published(moment, rows)
    yield "served", as_served
    yield "true_worth", lambda moment, rows: truth.utility(rows, moment.week)
    yield "oracle", oracle(truth)


def _published(moment: Moment, rows: np.ndarray) -> np.ndarray:
    market = moment.market
    days: np.ndarray = market.offers.published_day[market.offer[rows]].astype(np.float32)
    return days


def _one_at_a_time(market: Market, truth: HiddenTruth) -> float:
    """Seconds that a week would take, from the time of some visitors."""
    stream = Stream(market, truth, SEED, keep_features=False)
    moment = stream.begin_week()
    visitors = moment.visitors[:LOOKED_AT_ALONE]
    started = time.perf_counter()
    for person in range(len(visitors)):
        one = visitors[person : person + 1]
        lists = top_lists(market, one, moment.may_show, lambda rows: as_served(moment, rows), SHOWN)
        stream.show(moment, lists)
    return (time.perf_counter() - started) / max(len(visitors), 1) * len(moment.visitors)


if __name__ == "__main__":
    main()
