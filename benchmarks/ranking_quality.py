"""How well offers are ranked, against the hidden truth of a simulated market: `python -m benchmarks.ranking_quality`.

Months are logged under the transparent ranker with exploration, the month after is held out (`ranking_market`). Judged
are lists of people that nothing was learned from: nDCG@10 with the true expected surplus for gain, recall@10 of each
person's best tenth, and hires per 1,000 shown when each order makes everybody's lists of that month. Intervals are
bootstrapped over persons, all seeds together.

Under `--quick` the market is a small one drawn without an engine; else records of the sample world go through import,
retrieval and the product's own features. `--svg FILE` draws the orders.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.options import svg_option
from benchmarks.plots import COLOURS, Bar, Bars, save
from benchmarks.ranking_judging import best_tenth, judged, rate_interval, rate_of, with_interval
from benchmarks.ranking_market import Asked, K, Played, Size, played
from benchmarks.ranking_measured import Measured
from benchmarks.ranking_rows import CEILINGS, ORACLE, OURS, TRANSPARENT, Rows, Scores, policy, rows_of
from benchmarks.report import Report, median_ms
from models.metrics import interval, paired_interval
from models.metrics.base import mean_known
from models.metrics.ndcg import NDCG
from models.metrics.recall import RECALL
from models.training.recipe import Recipe

SEED = 11
FULL = Size(persons=12_000, offers=12_000, weeks=16, through_engine=True)
QUICK = Size(persons=2_500, offers=8_000, weeks=12, through_engine=False)
FULL_SEEDS, QUICK_SEEDS = 2, 1
REPLAYED = ("random", "semantic", TRANSPARENT, "linear", "hist_gradient_boosting", "lambdamart", OURS, ORACLE)
"""Orders whose hires are counted: each costs a month of everybody's lists."""


def main(arguments: Sequence[str] | None = None) -> None:
    svg, others = svg_option(arguments)
    report = Report.from_command_line("ranking_quality", SEED, others, __doc__.splitlines()[0] if __doc__ else "")
    size = QUICK if report.quick else FULL
    measured: dict[str, Measured] = {}
    seconds: dict[str, float] = {}
    for seed in range(SEED, SEED + report.repeats(FULL_SEEDS, QUICK_SEEDS)):
        world = played(size, seed, progress=print)
        recipe = Recipe(seed=seed, trees=report.repeats(120, 60), threads=1 if report.quick else 2)
        rows = rows_of(world, recipe)
        for name, value in rows.seconds.items():
            seconds[name] = seconds.get(name, 0.0) + value
        for name, scores in rows.scores.items():
            _judge(measured.setdefault(name, Measured()), world, scores, hires=name in REPLAYED)
        report.figure(f"seed_{seed}_rows_learned_from", len(world.table))
        report.figure(f"seed_{seed}_lists_judged", len(np.unique(world.asked.list_id)))
        for name, value in rows.training.figures.items():
            if name.startswith(("hires_", "wish", "aside")):
                report.figure(f"seed_{seed}_{name}", float(value))
        report.figure(f"seed_{seed}_chosen", rows.training.chosen)
        _score_time(report, seed, world.asked, rows)
    _tell(report, measured)
    for name, value in seconds.items():
        report.figure(f"{name}_training_s", value, 1)
    save(svg, _chart(measured))
    report.finish()


def _judge(into: Measured, world: Played, scores: Scores, hires: bool) -> None:
    asked = world.asked
    weeks = np.unique(asked.week)
    found = np.empty(len(asked.week))
    for week in weeks.tolist():
        rows = asked.week == week
        found[rows] = scores(asked.features[rows], asked.candidate[rows], week)
    _, firsts = np.unique(asked.list_id, return_index=True)
    ndcg = NDCG.compute(judged(found, asked.surplus, asked.list_id, world.seed), K)
    into.ndcg.append(ndcg)
    into.recall.append(
        RECALL.compute(judged(found, best_tenth(asked.surplus, asked.list_id), asked.list_id, world.seed), K)
    )
    into.asker.append(asked.person[firsts].astype(np.int64) + len(world.market.persons) * world.seed)
    into.without_history.append(ndcg[asked.unknown_person[firsts]])
    new = asked.unknown_offer
    of_new = NDCG.compute(judged(found[new], asked.surplus[new], asked.list_id[new], world.seed), K)
    into.new_items.append(of_new)
    if hires:
        shown, hired = world.hires(policy(scores))
        into.shown.append(shown)
        into.succeeded.append(hired)


def _tell(report: Report, measured: dict[str, Measured]) -> None:
    means = {name: mean_known(np.concatenate(each.ndcg)) for name, each in measured.items()}
    recalls = {name: mean_known(np.concatenate(each.recall)) for name, each in measured.items()}
    for name, each in measured.items():
        person = np.concatenate(each.asker)
        with_interval(report, f"ndcg_at_10_{name}", means[name], interval(np.concatenate(each.ndcg), groups=person))
        with_interval(
            report, f"recall_at_10_{name}", recalls[name], interval(np.concatenate(each.recall), groups=person)
        )
        if each.shown:
            shown, hired = np.concatenate(each.shown), np.concatenate(each.succeeded)
            with_interval(report, f"hires_per_1000_{name}", rate_of(shown, hired), rate_interval(shown, hired))
    ours, transparent = measured[OURS], measured[TRANSPARENT]
    for measure, of in (("ndcg_at_10", means), ("recall_at_10", recalls)):
        for ceiling in CEILINGS:
            closed = (of[OURS] - of[TRANSPARENT]) / (of[ceiling] - of[TRANSPARENT])
            report.figure(f"{measure}_share_closed_to_{ceiling}", float(closed))
    ours_rate, least, most = (_rate(measured[name]) for name in (OURS, TRANSPARENT, ORACLE))
    report.figure("hires_share_closed_to_oracle", (ours_rate - least) / (most - least))
    person = np.concatenate(ours.asker)
    for name, each in measured.items():
        if name not in (OURS, *CEILINGS):
            ahead = paired_interval(np.concatenate(ours.ndcg), np.concatenate(each.ndcg), groups=person)
            with_interval(report, f"ours_ahead_of_{name}_ndcg_at_10", means[OURS] - means[name], ahead)
    for name, kind in (("people_without_history", "without_history"), ("new_offers", "new_items")):
        a, b = (np.concatenate(getattr(each, kind)) for each in (ours, transparent))
        report.figure(f"cold_{name}_lists", int(np.count_nonzero(~np.isnan(a))))
        report.figure(f"cold_{name}_ndcg_at_10_ours", mean_known(a))
        report.figure(f"cold_{name}_ndcg_at_10_transparent", mean_known(b))
        with_interval(report, f"cold_{name}_ours_ahead", mean_known(a) - mean_known(b), paired_interval(a, b))


def _rate(each: Measured) -> float:
    return rate_of(np.concatenate(each.shown), np.concatenate(each.succeeded))


def _score_time(report: Report, seed: int, asked: Asked, rows: Rows) -> None:
    matrix = np.resize(asked.features, (200, asked.features.shape[1]))
    trees = rows.training.trees
    report.figure(f"seed_{seed}_trees", trees.n_trees)
    report.figure(f"seed_{seed}_score_200_ms", median_ms(lambda: trees.margins(matrix), 50))
    report.figure(f"seed_{seed}_explain_20_ms", median_ms(lambda: trees.contributions(matrix[:20]), 20))


def _chart(measured: dict[str, Measured]) -> Bars:
    means = {name: mean_known(np.concatenate(each.ndcg)) for name, each in measured.items()}
    return Bars(
        title="Ranking offers on a simulated market: nDCG@10 against the hidden truth",
        note="A month held out, people that nothing was learned from; oracles read the truth, or its public part.",
        bars=[
            Bar(name.replace("_", " "), 0, mean, f"{mean:.3f}", "#c33" if name in CEILINGS else COLOURS[name == OURS])
            for name, mean in means.items()
        ],
    )


if __name__ == "__main__":
    main()
