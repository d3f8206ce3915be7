"""How ours compares with popularity, item-kNN, RP3beta and EASE on several sets of pairs, free and under a cap.

    VIVIER_OPEN_DATA=… python -m benchmarks.interactions [--quick] [--json FILE]

The protocol is that of `vivier evaluate interactions` (docs/evaluation.md), the sets are those of
`benchmarks/interaction_sets.py`. The cap is CAP_OVER_FAIR times what each item would have if all had alike. Intervals
are of ours less the best baseline *on the test*, which favours the baseline. `--quick` takes small made sets alone;
without VIVIER_OPEN_DATA only made sets are taken.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from benchmarks.interaction_sets import MADE, REAL, Pairs, parted
from benchmarks.report import Report
from matching.allocation.capped import capped
from models.interactions.dataset import Dataset
from models.interactions.protocol import ahead, allocated, fit_all, measure, shown

SEED = 0
K = 10
CAP_OVER_FAIR = 3
SECONDS, QUICK_SECONDS = 120.0, 5.0
QUICK_SCALE = 0.25
QUICK_SETS = ("films", "jobs")


def main(arguments: Sequence[str] | None = None) -> None:
    report = Report.from_command_line("interactions", seed=SEED, arguments=arguments, about=__doc__ or "")
    sets = {name: make(SEED, QUICK_SCALE if report.quick else 1.0) for name, make in MADE.items()}
    if report.quick:
        sets = {name: sets[name] for name in QUICK_SETS}
    root = os.environ.get("VIVIER_OPEN_DATA")
    if root is not None and not report.quick:
        sets |= {name: read(Path(root)) for name, read in REAL.items()}
        for folder in ("formation", "rome_naf", "tension_marche", "mots_cles_offres_formations", "rome"):
            report.data(Path(root) / folder)
    ratios = {name: compare(report, name, pairs) for name, pairs in sets.items()}
    report.figure("sets", len(ratios))
    report.figure("sets_where_ours_is_ahead", sum(ratio >= 1 for ratio in ratios.values()))
    report.figure("least_ratio_to_best_baseline_ndcg", min(ratios.values()))
    report.finish()


def compare(report: Report, name: str, pairs: Pairs) -> float:
    """Figures of one set; nDCG of ours / that of the best baseline."""
    data = Dataset.of(*parted(pairs, SEED))
    report.figure(f"{name}_users", len(data.users))
    report.figure(f"{name}_items", data.n_known)
    report.figure(f"{name}_pairs_known", int(data.known.nnz))
    fitted = fit_all(data, K, SEED, QUICK_SECONDS if report.quick else SECONDS)
    cap = CAP_OVER_FAIR * -(-K * len(data.asked) // data.n_known)
    free = [measure(each.name, shown(each, data, K), data, K) for each in fitted]
    under = [measure(each.name, allocated(each, data, K, cap, capped, SEED), data, K) for each in fitted]
    report.figure(f"{name}_cap", cap)
    for suffix, measured in (("", free), ("_capped", under)):
        for each in measured:
            for metric, value in each.figures.items():
                report.figure(f"{name}{suffix}_{each.name}_{metric}", value, digits=4)
    report.figure(f"{name}_ours_is", str(fitted[-1].parameters["kind"]))
    best, gain = ahead(free[-1], free[:-1], SEED)
    report.figure(f"{name}_best_baseline", best.name)
    report.figure(f"{name}_ours_gain_ndcg", f"{gain.low:+.4f} to {gain.high:+.4f}")
    ratio = free[-1].figures["ndcg"] / best.figures["ndcg"]
    report.figure(f"{name}_ours_ratio_ndcg", ratio)
    return ratio


if __name__ == "__main__":
    main()
