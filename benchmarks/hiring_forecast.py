"""Who will hire: the forecast against last period's count, La Bonne Boîte's method, and a seasonal mean, out of time.

    python -m benchmarks.hiring_forecast [--quick] [--json FILE] [--svg FILE]

Hirings are simulated (`models.simulation.recruitment`), whose truth has another form than the forecast; the six months
that judge were seen by nobody. Several markets are drawn; intervals over them are Student's, at 95 %. La Bonne Boîte's
method is re-implemented from its published source: for each département, a linear regression on the totals of seven
periods of six months and the lowest headcount of the band, trained on the same two years before, over the
establishments that hired at all. The seasonal mean is `models.hiring.seasonal`, on the same 36 months. What a machine
of gradient-boosted trees makes of the very indices of the forecast is shown beside it, to tell whether its form costs
anything; the hidden mean of the truth is the ceiling.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy

import datetime as dt
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression

from benchmarks.options import svg_option
from benchmarks.plots import Lines, save
from benchmarks.report import Report
from features.records import MonthlyHirings
from models.hiring import HORIZON_MONTHS, YEAR, expected_hirings
from models.hiring.cells import size_rows
from models.hiring.evaluation import deviance, lift, shares_below
from models.hiring.fitting import fit, fit_kappa, sample_at
from models.hiring.forecast import Forecast, in_occupations, interval
from models.hiring.history import WINDOW, HiringHistory
from models.simulation.recruitment import Recruitment, simulate

SEED: Final = 100
MONTHS: Final = 72
ORIGIN: Final = MONTHS - HORIZON_MONTHS
SMALL: Final = 50
"""Headcount under which a firm is small: those that a counsellor may not have heard of."""
PERIODS: Final = 7

Floats = NDArray[np.float64]


def la_bonne_boite(history: HiringHistory) -> Floats:
    """(n,) hirings of the next six months by La Bonne Boîte's method."""
    totals = np.stack(
        [history.counts[:, ORIGIN - 6 * (back + 1) : ORIGIN - 6 * back].sum(axis=1) for back in range(PERIODS + 4)],
        axis=1,
    )
    headcount = np.where(history.headcount_min < 0, 1, history.headcount_min)[:, None]
    found = np.zeros(len(history))
    departement = np.array(history.departement)
    for code in np.unique(departement):
        rows = np.flatnonzero((departement == code) & (totals.sum(axis=1) > 0))
        past = np.hstack([totals[rows, 4 : 4 + PERIODS], headcount[rows]])
        fitted = LinearRegression().fit(past, totals[rows, 3])
        found[rows] = fitted.predict(np.hstack([totals[rows, :PERIODS], headcount[rows]]))
    return found


def seasonal_mean(history: HiringHistory) -> Floats:
    """(n,) `expected_hirings`."""
    first = history.first_month + ORIGIN - WINDOW
    names = [f"{number // YEAR:04d}-{number % YEAR + 1:02d}" for number in range(first, first + WINDOW)]
    month = history.first_month + ORIGIN
    today = dt.date(month // YEAR, month % YEAR + 1, 1)
    found = []
    for counts in history.window(ORIGIN).tolist():
        told = [MonthlyHirings(month=name, count=int(count)) for name, count in zip(names, counts, strict=True)]
        found.append(expected_hirings(told, today) or 0.0)
    return np.array(found)


def boosted_trees(history: HiringHistory, forecast: Forecast, seed: int) -> Floats:
    """(n,) gradient boosting with a Poisson loss on the forecast's indices, its offset, the last year and the cell."""

    def table(origin: int) -> tuple[Floats, Floats]:
        sample = sample_at(history, forecast.cells, origin)
        kinds = [size_rows(history.headcount_min), forecast.cells.division_rows(history.naf)]
        parts: list[Floats | NDArray[np.int64] | NDArray[np.float32]] = [
            sample.indices.values,
            sample.indices.offset,
            *kinds,
            history.window(origin)[:, -YEAR:],
        ]
        return np.column_stack(parts), sample.came

    past = [table(origin) for origin in range(ORIGIN - HORIZON_MONTHS, ORIGIN - WINDOW, -3)]
    trees = HistGradientBoostingRegressor(
        loss="poisson", max_iter=150, learning_rate=0.05, min_samples_leaf=50, l2_regularization=1, random_state=seed
    )
    trees.fit(np.concatenate([values for values, _ in past]), np.concatenate([came for _, came in past]))
    expected: Floats = trees.predict(table(ORIGIN)[0])
    return np.minimum(expected, 1e4)


def forecast_at_origin(forecast: Forecast, history: HiringHistory) -> tuple[Floats, Floats]:
    return forecast.of(
        history.naf,
        history.headcount_min,
        history.departement,
        history.tension,
        history.window(ORIGIN),
        history.first_month + ORIGIN,
    )


def coverage_by_occupation(market: Recruitment, forecast: Forecast, means: Floats, shapes: Floats) -> float:
    """Share of (firm, occupation) pairs of a share of 5 % or more whose hirings lie in their 80 % interval."""
    came = market.by_occupation[:, ORIGIN:].sum(axis=1)
    shares = market.sector_share
    part = in_occupations(means[:, None], shapes[:, None], shares, forecast.kappa)
    counted = shares >= 0.05
    low, high = interval(part[0][counted], part[1][counted])
    return float(((came[counted] >= low) & (came[counted] <= high)).mean())


def judge(market: Recruitment, seed: int) -> tuple[dict[str, Floats], dict[str, Floats], dict[str, float]]:
    """By forecaster: its decile lifts over all firms, over small ones; and the figures of this market."""
    history = market.history
    came = history.counts[:, ORIGIN:].sum(axis=1).astype(np.float64)
    kappa = fit_kappa(market.by_occupation[:, ORIGIN - 24 : ORIGIN].sum(axis=1), market.sector_share)
    forecast = fit(history, upto=ORIGIN, seed=seed, kappa=kappa)
    means, shapes = forecast_at_origin(forecast, history)
    scores: dict[str, Floats] = {
        "forecast": means,
        "last_six_months": history.counts[:, ORIGIN - 6 : ORIGIN].sum(axis=1).astype(np.float64),
        "la_bonne_boite": la_bonne_boite(history),
        "seasonal_mean": seasonal_mean(history),
        "boosted_trees": boosted_trees(history, forecast, seed),
        "hidden_mean": market.expected[:, ORIGIN:].sum(axis=1),
    }
    order = np.random.default_rng(seed).permutation(len(history))  # ties are broken at random, the same for all
    small = order[history.headcount_min[order] < SMALL]
    lifts = {name: lift(score[order], came[order]) for name, score in scores.items()}
    of_small = {name: lift(score[small], came[small]) for name, score in scores.items()}
    low, high = interval(means, shapes)
    hiring = came > 0
    below = shares_below(means, shapes, came, seed)
    figures = {
        "coverage_of_80": float(((came >= low) & (came <= high)).mean()),
        "coverage_of_80_randomised": float(((below > 0.1) & (below < 0.9)).mean()),
        "coverage_of_80_of_firms_expecting_three": float(((came >= low) & (came <= high))[means >= 3].mean()),
        "coverage_of_80_by_occupation": coverage_by_occupation(market, forecast, means, shapes),
        "width_of_80_where_three_expected": float((high - low)[means >= 3].mean()),
        "calibration_error": float(np.abs(np.histogram(below, 10, (0, 1))[0] / len(below) - 0.1).mean()),
        "expected_over_came": float(means.sum() / came.sum()),
        "share_that_hire": float(hiring.mean()),
        "kappa": forecast.kappa,
        **{f"deviance_{name}": deviance(np.maximum(score, 0), came) for name, score in scores.items()},
    }
    return lifts, of_small, figures


def mean_and_reach(values: list[float]) -> tuple[float, float]:
    """The mean and half the width of its 95 % interval; 0 of a single value."""
    if len(values) < 2:
        return float(np.mean(values)), 0.0
    spread = float(np.std(values, ddof=1) / np.sqrt(len(values)))
    return float(np.mean(values)), float(student.ppf(0.975, len(values) - 1) * spread)


def main() -> None:
    svg, arguments = svg_option()
    report = Report.from_command_line("hiring_forecast", SEED, arguments, about=__doc__ or "")
    n = 4_000 if report.quick else 20_000
    markets = 2 if report.quick else 6
    lifts: dict[str, list[Floats]] = {}
    of_small: dict[str, list[Floats]] = {}
    figures: dict[str, list[float]] = {}
    for number in range(markets):
        found = judge(simulate(n, MONTHS, SEED + number), SEED + number)
        for name, curve in found[0].items():
            lifts.setdefault(name, []).append(curve)
        for name, curve in found[1].items():
            of_small.setdefault(name, []).append(curve)
        for name, value in found[2].items():
            figures.setdefault(name, []).append(value)
        print(f"market {number + 1} of {markets}", flush=True)
    report.figure("firms", n)
    report.figure("markets", markets)
    tell(report, "top_tenth_capture", lifts)
    tell(report, "top_tenth_capture_small_firms", of_small)
    for name, values in figures.items():
        report.figure(name, mean_and_reach(values)[0])
    rivals = ("last_six_months", "la_bonne_boite", "seasonal_mean")
    for name in rivals:
        gain, reach = mean_and_reach([float(a[0] - b[0]) for a, b in zip(lifts["forecast"], lifts[name], strict=True)])
        report.figure(f"ahead_of_{name}", gain, 4)
        report.figure(f"ahead_of_{name}_95_reach", reach, 4)
    report.figure(
        "ahead_of_all",
        all(figures_ahead(report.figures, name) for name in rivals),
    )
    save(svg, chart(lifts, n, markets))
    report.finish()


def figures_ahead(figures: Mapping[str, object], name: str) -> bool:
    """Whether the gain over a rival is more than its 95 % interval's half width."""
    gain, reach = figures[f"ahead_of_{name}"], figures[f"ahead_of_{name}_95_reach"]
    return isinstance(gain, float) and isinstance(reach, float) and gain > reach


def tell(report: Report, what: str, lifts: Mapping[str, list[Floats]]) -> None:
    for name, values in lifts.items():
        middle, reach = mean_and_reach([float(value[0]) for value in values])
        report.figure(f"{what}_{name}", middle, 4)
        report.figure(f"{what}_{name}_95_reach", reach, 4)


def chart(lifts: Mapping[str, list[Floats]], n: int, markets: int) -> Lines:
    names = {
        "forecast": "forecast",
        "last_six_months": "last six months",
        "la_bonne_boite": "La Bonne Boîte's method",
        "seasonal_mean": "seasonal mean",
        "hidden_mean": "hidden mean (ceiling)",
    }
    curves = {
        said: [(0.0, 0.0), *((10.0 * (at + 1), float(share)) for at, share in enumerate(mean))]
        for name, said in names.items()
        for mean in [100 * np.cumsum(np.mean(lifts[name], axis=0))]
    }
    return Lines(
        "Hirings of the next six months by the firms called first",
        f"{markets} simulated markets of {n:,} firms, months that nobody saw; firms in the order of each forecast",
        "% of the firms, the best first",
        "% of hirings",
        {name: curve[:6] for name, curve in curves.items()},
        logarithmic_x=False,
        logarithmic_y=False,
    )


if __name__ == "__main__":
    main()
