"""How well trainings, people and firms are ranked, against hidden truths: `python -m benchmarks.ranking_lists`.

The service's own retrieval and features bring candidates to people, to offers that look for people, and to counsellors
(`matching/sample_shelves.py`). Sixteen weeks are logged under the transparent ranker with exploration; a month after is
held out. Judged are lists of askers that nothing was learned from: nDCG@10 with the true surplus for gain, recall@10 of
the best tenth, and successes (entries, hires) per 1,000 shown when each order makes everybody's lists of that month.
Intervals are bootstrapped over askers, all seeds together.

Under `--quick` the world is small and one seed is played. `--svg FILE` draws the orders.
"""

import copy
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.options import svg_option
from benchmarks.plots import COLOURS, Bar, Bars, save
from benchmarks.ranking_judging import K, best_tenth, judged, rate_interval, rate_of, with_interval
from benchmarks.ranking_measured import Measured
from benchmarks.report import Report, median_ms
from matching.rankers import TRANSPARENT as RANKERS
from matching.sample_shelves import ShelfSizes, sample_shelves
from models.metrics import interval, paired_interval
from models.metrics.base import mean_known
from models.metrics.ndcg import NDCG
from models.metrics.recall import RECALL
from models.oblivious import ObliviousTrees
from models.ranked import Ranked
from models.ranking.outcomes import Outcome
from models.ranking.splits import held_out_people
from models.ranking.table import RankingTable
from models.simulation.asking import Asking, ranking_table
from models.simulation.chances import Purpose, uniform
from models.simulation.hidden_list import HiddenList
from models.simulation.shelf import Shelf
from models.training.baselines import boosted, lightgbm_lambdamart, linear
from models.training.recipe import Recipe
from models.training.steps import StepsTraining, train_steps

SEED = 31
FULL = ShelfSizes(persons=5_000, offers=4_500, trainings=2_500, asking_offers=4_500, firms=2_000)
QUICK = ShelfSizes(persons=1_600, offers=1_200, trainings=500, asking_offers=600, firms=900)
FULL_SEEDS, QUICK_SEEDS = 2, 1
WEEKS = 16
MONTH = 4
ANSWERS = 4
"""Weeks after the month in which nothing is shown and what waits is answered."""
SHOWN = 20
SPREAD = 0.06
"""Exploration of the logged lists: Gumbel noise on scores from 0 to 1."""
HELD_OUT = 0.25
APART = 1000
"""Added to the seed of that draw, so that it is not the one by which training holds out askers of its own."""
LEAST = 12
"""Candidates from which a list is judged: with fewer, ten are shown whatever the order."""

OURS, ORACLE, BEFORE = "ours", "oracle", "transparent"
Scores = Callable[[NDArray[np.float32], NDArray[np.int64], int], NDArray[np.floating]]
"""Features (n, n_names), candidates (n,) and the week -> scores (n,), higher first."""


def main(arguments: Sequence[str] | None = None) -> None:
    svg, others = svg_option(arguments)
    report = Report.from_command_line("ranking_lists", SEED, others, __doc__.splitlines()[0] if __doc__ else "")
    measured: dict[Ranked, dict[str, Measured]] = {}
    for seed in range(SEED, SEED + report.repeats(FULL_SEEDS, QUICK_SEEDS)):
        shelves = sample_shelves(QUICK if report.quick else FULL, seed, print)
        for ranked, (shelf, hidden) in shelves.items():
            print(f"{ranked.value}, seed {seed}")
            recipe = Recipe(seed=seed, trees=report.repeats(120, 40), threads=1).suited(ranked)
            _play(report, measured.setdefault(ranked, {}), shelf, hidden, recipe)
    for ranked, orders in measured.items():
        _tell(report, ranked.value, orders)
    save(svg, _chart(measured))
    report.finish()


def _play(report: Report, measured: dict[str, Measured], shelf: Shelf, hidden: HiddenList, recipe: Recipe) -> None:
    seed, name = recipe.seed, shelf.ranked.value
    asking = Asking(shelf, hidden, seed)

    def logged(candidates: NDArray[np.int64], week: int) -> NDArray[np.floating]:
        drawn = uniform(seed, Purpose.EXPLORE, candidates, week)
        return np.asarray(shelf.served[candidates] - SPREAD * np.log(-np.log(drawn)))

    for _ in range(WEEKS):
        asking.show(logged, SHOWN)
    held_out = held_out_people(np.arange(len(shelf.askers)), HELD_OUT, seed + APART)
    table = ranking_table(asking.told(), shelf, known_at=WEEKS)
    table = table.take(~held_out[table.person])
    start = time.perf_counter()
    training = train_steps(table, recipe)
    report.figure(f"{name}_seed_{seed}_training_s", time.perf_counter() - start, 1)
    report.figure(f"{name}_seed_{seed}_rows_learned_from", len(table))
    report.figure(f"{name}_seed_{seed}_chosen", training.chosen)
    report.figure(f"{name}_seed_{seed}_trees", training.trees.n_trees)
    orders = _orders(shelf, hidden, training, recipe, table)
    at_month = copy.deepcopy(asking, {id(shelf): shelf, id(hidden): hidden})
    for _ in range(MONTH):
        _judge(measured, asking, shelf, hidden, held_out, orders, seed)
        asking.show(logged, SHOWN)
    for order, scores in orders.items():
        _count(measured[order], copy.deepcopy(at_month, {id(shelf): shelf, id(hidden): hidden}), scores)
    _time(report, f"{name}_seed_{seed}", training.trees, table.features)


def _orders(
    shelf: Shelf, hidden: HiddenList, training: StepsTraining, recipe: Recipe, table: RankingTable
) -> dict[str, Scores]:
    parts, gains, seed = training.parts, training.gains, recipe.seed
    by_linear = linear(table, parts, gains)
    by_boosted = boosted(table, parts, gains, seed)
    by_lightgbm = lightgbm_lambdamart(table, parts, gains, seed, recipe.threads)
    return {
        "random": lambda _, candidates, week: uniform(seed + 7, Purpose.EXPLORE, candidates, week),
        BEFORE: lambda features, *_: RANKERS[shelf.ranked].scores(features),
        "linear": lambda features, *_: by_linear(features),
        "hist_gradient_boosting": lambda features, *_: by_boosted(features),
        "lightgbm_lambdamart": lambda features, *_: by_lightgbm(features),
        "lambdamart": lambda features, *_: training.lambdamart.trees.margins(features),
        "want_head": lambda features, *_: training.want.margins(features),
        "chance_head": lambda features, *_: training.chance.margins(features),
        OURS: lambda features, *_: training.trees.margins(features),
        ORACLE: lambda _, candidates, *__: hidden.surplus[candidates],
    }


def _judge(
    measured: dict[str, Measured],
    asking: Asking,
    shelf: Shelf,
    hidden: HiddenList,
    held_out: NDArray[np.bool_],
    orders: dict[str, Scores],
    seed: int,
) -> None:
    """The lists that come next, of the askers held out, in every order."""
    week, told = asking.week, asking.told()
    looks = np.zeros(len(shelf.askers), dtype=np.bool_)
    looks[asking.visitors()] = True
    candidates = np.flatnonzero((looks & held_out)[shelf.asker])
    candidates = candidates[asking.may_show(candidates)]
    enough = np.bincount(shelf.asker[candidates], minlength=len(looks)) >= LEAST
    candidates = candidates[enough[shelf.asker[candidates]]]
    if len(candidates) == 0:
        return
    features = shelf.features_in(candidates, week)
    lists, surplus = shelf.asker[candidates].astype(np.int64), hidden.surplus[candidates]
    opened = told.deed >= Outcome.OPENED
    idle = ~np.isin(np.unique(lists), told.asker[opened])
    new = ~np.isin(shelf.item[candidates], shelf.item[told.candidate[opened]])
    best = best_tenth(surplus, lists)
    for name, order in orders.items():
        into = measured.setdefault(name, Measured())
        scores = np.asarray(order(features, candidates, week), dtype=np.float64)
        ndcg = NDCG.compute(judged(scores, surplus, lists, seed), K)
        into.ndcg.append(ndcg)
        into.recall.append(RECALL.compute(judged(scores, best, lists, seed), K))
        into.asker.append(np.unique(lists) + 1_000_000 * seed)
        into.without_history.append(ndcg[idle])
        if new.any():
            into.new_items.append(NDCG.compute(judged(scores[new], surplus[new], lists[new], seed), K))


def _count(into: Measured, asking: Asking, order: Scores) -> None:
    """What an order brings when it makes everybody's lists of the month."""
    shelf, first = asking.shelf, asking.week
    for _ in range(MONTH):
        asking.show(lambda candidates, week: order(shelf.features_in(candidates, week), candidates, week), K)
    for _ in range(ANSWERS):
        asking.rest()
    told = asking.told()
    rows, n = told.week >= first, len(shelf.askers)
    into.shown.append(np.bincount(told.asker[rows], minlength=n).astype(np.int64))
    into.succeeded.append(np.bincount(told.asker[rows & (told.succeeded_week >= 0)], minlength=n).astype(np.int64))


def _tell(report: Report, name: str, measured: dict[str, Measured]) -> None:
    means = {order: mean_known(np.concatenate(each.ndcg)) for order, each in measured.items()}
    recalls = {order: mean_known(np.concatenate(each.recall)) for order, each in measured.items()}
    rates = {}
    report.figure(f"{name}_lists_judged", sum(len(part) for part in measured[OURS].ndcg))
    for order, each in measured.items():
        asker = np.concatenate(each.asker)
        bounds = interval(np.concatenate(each.ndcg), groups=asker)
        with_interval(report, f"{name}_ndcg_at_10_{order}", means[order], bounds)
        report.figure(f"{name}_recall_at_10_{order}", recalls[order])
        shown, succeeded = np.concatenate(each.shown), np.concatenate(each.succeeded)
        rates[order] = rate_of(shown, succeeded)
        with_interval(report, f"{name}_per_1000_{order}", rates[order], rate_interval(shown, succeeded))
    for measure, of in (("ndcg_at_10", means), ("recall_at_10", recalls), ("per_1000", rates)):
        report.figure(f"{name}_{measure}_share_closed", float((of[OURS] - of[BEFORE]) / (of[ORACLE] - of[BEFORE])))
    ours = measured[OURS]
    for order in (BEFORE, "linear", "hist_gradient_boosting", "lightgbm_lambdamart", "lambdamart"):
        both = np.concatenate(ours.ndcg), np.concatenate(measured[order].ndcg)
        ahead = paired_interval(*both, groups=np.concatenate(ours.asker))
        with_interval(report, f"{name}_ours_ahead_of_{order}_ndcg_at_10", means[OURS] - means[order], ahead)
    for kind in ("without_history", "new_items"):
        a, b = (np.concatenate([np.empty(0), *getattr(measured[order], kind)]) for order in (OURS, BEFORE))
        known = int(np.count_nonzero(~np.isnan(a)))
        report.figure(f"{name}_cold_{kind}_lists", known)
        if known > 1:
            report.figure(f"{name}_cold_{kind}_ndcg_at_10_ours", mean_known(a))
            report.figure(f"{name}_cold_{kind}_ndcg_at_10_transparent", mean_known(b))
            with_interval(
                report, f"{name}_cold_{kind}_ours_ahead", mean_known(a) - mean_known(b), paired_interval(a, b)
            )


def _time(report: Report, name: str, trees: ObliviousTrees, features: NDArray[np.float32]) -> None:
    matrix = np.resize(features, (200, features.shape[1]))
    report.figure(f"{name}_score_200_ms", median_ms(lambda: trees.margins(matrix), 50))


def _chart(measured: dict[Ranked, dict[str, Measured]]) -> Bars:
    bars = [
        Bar(f"{ranked.value}: {order.replace('_', ' ')}", 0, mean, f"{mean:.3f}", colour)
        for ranked, orders in measured.items()
        for order, each in orders.items()
        for mean in [mean_known(np.concatenate(each.ndcg))]
        for colour in ["#c33" if order == ORACLE else COLOURS[order == OURS]]
    ]
    return Bars(
        title="Ranking trainings, people and firms on a simulated market: nDCG@10 against hidden truths",
        note="A month held out, askers that nothing was learned from; the oracle reads the truth.",
        bars=bars,
    )


if __name__ == "__main__":
    main()
