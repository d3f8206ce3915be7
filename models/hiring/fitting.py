"""Fitting the forecast on a table of monthly hirings.

1. Rates by sector, size, area and tension: a Poisson regression with a ridge, in which a firm counts the less the more
   it hires (weights 1 / (1 + mean), as a negative binomial has them), so that a few large firms do not speak for all.
2. Seasons of each division, drawn to the season of all.
3. Weights of the indices (`models.hiring.indices`): a Poisson regression of what was hired in the six months after each
   of several origins, with some pasts hidden, so that firms without a known past are learned too.
4. The spread around the mean (negative binomial) by maximum likelihood; then what it is multiplied by at four levels of
   the mean, so that the central 80 % of the forecast hold 80 % of what came (randomised, as counts are whole numbers).
5. The spread of the firms' mixes of occupations around their sector's, where the table has occupations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array, hstack
from scipy.special import gammaln
from sklearn.linear_model import PoissonRegressor

from models.hiring.cells import SIZES, Cells, size_rows, tension_basis
from models.hiring.forecast import COVERAGE, DEFAULT_KAPPA, LEVELS, Forecast, at_most, spread_terms
from models.hiring.history import WINDOW, HiringHistory
from models.hiring.indices import Indices, indices_of
from models.hiring.seasonal import HORIZON_MONTHS, YEAR

Floats = NDArray[np.float64]

SEASON_PRIOR: Final = 2.0
"""Hirings a month, of at most one a firm and year, that the season of all counts for in that of a division."""
HIDDEN: Final = 0.06
"""Share of pasts that are hidden when fitting."""
SHORT: Final = 0.25
"""Share of pasts of which only the last months are told."""
RIDGE: Final = 2e-3
RIDGE_CELLS: Final = 1e-4
LEAST_FIRMS: Final = 200
MOST_CALIBRATED: Final = 20_000
"""Firms and origins that the spread of one level is brought to."""
LEAST_MONTHS: Final = YEAR + HORIZON_MONTHS
OUTLIER: Final = 1.0
"""Overdispersion that the weights 1 / (1 + OUTLIER x mean) stand for."""


class TooLittle(ValueError):
    """A history on which nothing can be fitted; the message says how much would do."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Firms at one origin: what is known before, and what came."""

    indices: Indices
    came: Floats


def fit(
    history: HiringHistory,
    *,
    upto: int | None = None,
    seed: int = 0,
    places: bool = True,
    sub_classes: bool = True,
    kappa: float | None = None,
) -> Forecast:
    """The forecast that the months before column `upto` (all by default) teach. `places`: learn départements;
    `sub_classes`: learn NAF sub-classes beside divisions; `kappa` as `Forecast.kappa`.

    Raises TooLittle.
    """
    end = history.months if upto is None else upto
    if len(history) < LEAST_FIRMS or end < LEAST_MONTHS:
        raise TooLittle(
            f"{len(history)} establishments over {end} months: fitting needs {LEAST_FIRMS} over {LEAST_MONTHS}"
        )
    cells = fit_cells(history, end, places=places, sub_classes=sub_classes)
    drawn = np.random.default_rng([seed, 6])
    origins = range(end - HORIZON_MONTHS, max(YEAR, end - HORIZON_MONTHS - WINDOW) - 1, -3)
    samples = [sample_at(history, cells, origin, drawn) for origin in origins]
    values = np.concatenate([each.indices.values for each in samples])
    offsets = np.concatenate([each.indices.offset for each in samples])
    came = np.concatenate([each.came for each in samples])
    told = ~np.isnan(came)
    values, offsets, came = values[told], offsets[told], came[told]
    centre, scale = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-6)
    weights, intercept = _regress((values - centre) / scale, offsets, came)
    means = np.exp(offsets + intercept + ((values - centre) / scale) @ weights)
    information = np.concatenate([each.indices.information for each in samples])[told]
    known = np.concatenate([each.indices.known for each in samples])[told]
    spread = _spread(means, information, known, came)
    widths = _widths(means, np.clip(spread_terms(means, information, known) @ spread, -6, 5), came, drawn)
    return Forecast(
        cells=cells,
        intercept=float(intercept - (centre / scale) @ weights),
        weights=weights / scale,
        spread=spread,
        widths=widths,
        kappa=DEFAULT_KAPPA if kappa is None else kappa,
        firms=len(history),
        months=end,
    )


def sample_at(history: HiringHistory, cells: Cells, origin: int, drawn: np.random.Generator | None = None) -> Sample:
    """All firms at column `origin`; with `drawn` some of their pasts are hidden or cut short."""
    window = history.window(origin)
    if drawn is not None:
        chance = drawn.random(len(history))
        window[chance < HIDDEN] = np.nan
        short = (chance >= HIDDEN) & (chance < HIDDEN + SHORT)
        told = np.where(short, drawn.integers(3, WINDOW, len(history)), WINDOW)
        window[np.arange(WINDOW)[None, :] < (WINDOW - told)[:, None]] = np.nan
    rates = cells.rates(history.naf, history.headcount_min, history.departement, history.tension)
    seasons = cells.season[cells.division_rows(history.naf)]
    indices = indices_of(window, rates, seasons, history.first_month + origin)
    came = history.counts[:, origin : origin + HORIZON_MONTHS].sum(axis=1).astype(np.float64)
    return Sample(indices, came)


def fit_cells(history: HiringHistory, end: int, *, places: bool, sub_classes: bool) -> Cells:
    """Rates and seasons of the months before column `end`."""
    counts = history.counts[:, max(end - WINDOW, 0) : end]
    first = history.first_month + max(end - WINDOW, 0)
    told = ~np.isnan(counts)
    exposure = told.sum(axis=1).astype(np.float64)
    hired = np.where(told, counts, 0).sum(axis=1, dtype=np.float64)
    divisions = tuple(sorted({code[:2] for code in history.naf}))
    codes = tuple(sorted(set(history.naf))) if sub_classes else ()
    areas = tuple(sorted(set(history.departement) - {""})) if places else ()
    groups = [
        _one_hot([code[:2] for code in history.naf], divisions),
        csr_array(np.eye(len(SIZES) + 1)[size_rows(history.headcount_min)]),
        _one_hot(history.naf, codes),
        _one_hot(history.departement, areas),
        csr_array(tension_basis(history.tension)),
    ]
    everyone = hstack(groups, format="csr")
    rows = np.flatnonzero(exposure > 0)
    design = everyone[rows]
    rate, months = hired[rows] / exposure[rows], exposure[rows]
    fitted = PoissonRegressor(alpha=RIDGE_CELLS, max_iter=400, tol=1e-5)
    fitted.fit(design, rate, sample_weight=months)
    fitted.fit(design, rate, sample_weight=months / (1 + OUTLIER * months * fitted.predict(design)))
    ends = np.cumsum([group.shape[1] for group in groups])[:-1]
    of_division, of_size, of_sub, of_area, of_tension = np.split(fitted.coef_.astype(np.float64), ends)
    rates = np.exp(fitted.intercept_ + everyone @ fitted.coef_)
    return Cells(
        intercept=float(fitted.intercept_),
        divisions=divisions,
        of_division=np.append(of_division, of_division.mean()),
        sub_classes=codes,
        of_sub_class=of_sub,
        of_size=of_size,
        areas=areas,
        of_area=of_area,
        of_tension=of_tension,
        season=_seasons(counts, told, rates, [code[:2] for code in history.naf], divisions, first),
    )


def _one_hot(values: Sequence[str], categories: tuple[str, ...]) -> csr_array:
    """(n, len(categories)); zeros for a value that is none of them."""
    rows = {code: row for row, code in enumerate(categories)}
    places = np.array([rows.get(value, -1) for value in values], dtype=np.int64)
    told = np.flatnonzero(places >= 0)
    return csr_array((np.ones(len(told)), (told, places[told])), shape=(len(values), len(categories)))


def _seasons(
    counts: NDArray[np.float32],
    told: NDArray[np.bool_],
    rates: Floats,
    division: Sequence[str],
    divisions: tuple[str, ...],
    first: int,
) -> Floats:
    """(n_divisions + 1, 12) the last row is the season of all."""
    pace = np.where(told, counts, 0).sum(axis=1) / np.maximum(told.sum(axis=1), 1)
    weight = 1 / (1 + OUTLIER * YEAR * np.maximum(pace, rates))
    rows = {code: row for row, code in enumerate(divisions)}
    row_of = np.array([rows[code] for code in division])
    calendar = (first + np.arange(counts.shape[1])) % YEAR
    hired, exposed = np.zeros((len(divisions), YEAR)), np.zeros((len(divisions), YEAR))
    weighted = np.where(told, counts, 0) * weight[:, None]
    expected = np.where(told, pace[:, None], 0) * weight[:, None]
    for month in range(YEAR):
        columns = calendar == month
        hired[:, month] = np.bincount(row_of, weighted[:, columns].sum(axis=1), minlength=len(divisions))
        exposed[:, month] = np.bincount(row_of, expected[:, columns].sum(axis=1), minlength=len(divisions))
    overall = (hired.sum(axis=0) + 1) / (exposed.sum(axis=0) + 1)
    of_each = (hired + SEASON_PRIOR * overall) / (exposed + SEASON_PRIOR)
    seasons = np.vstack([of_each, overall])
    return np.asarray(seasons / seasons.mean(axis=1, keepdims=True))


def _regress(values: Floats, offsets: Floats, came: Floats) -> tuple[Floats, float]:
    """Weights and intercept of a Poisson regression with offsets, weighted as the module says."""
    base = np.exp(offsets)
    fitted = PoissonRegressor(alpha=RIDGE, max_iter=500, tol=1e-6)
    fitted.fit(values, came / base, sample_weight=base / (1 + OUTLIER * base))
    for _ in range(2):
        means = base * fitted.predict(values)
        fitted.fit(values, came / base, sample_weight=base / (1 + OUTLIER * 0.5 * means))
    return fitted.coef_.astype(np.float64), float(fitted.intercept_)


def _spread(means: Floats, information: Floats, known: NDArray[np.bool_], came: Floats) -> Floats:
    """Weights of `spread_terms` in log(1 / shape), by maximum likelihood."""
    terms = spread_terms(means, information, known)

    def loss(weights: Floats) -> float:
        shape = np.exp(-np.clip(terms @ weights, -6, 5))
        likelihood = (
            gammaln(came + shape)
            - gammaln(shape)
            - gammaln(came + 1)
            + shape * np.log(shape / (shape + means))
            + came * np.log(np.maximum(means, 1e-12) / (shape + means))
        )
        return float(-likelihood.mean())

    start = np.zeros(terms.shape[1])
    found = minimize(loss, start, method="L-BFGS-B")
    return np.asarray(found.x, dtype=np.float64)


def _widths(means: Floats, log_inverse: Floats, came: Floats, drawn: np.random.Generator) -> Floats:
    """`Forecast.widths`: by bisection, since the share of futures between two fixed chances falls as the spread grows
    narrower; 1 at a level that too few firms have."""
    edges = np.sqrt(np.array(LEVELS[:-1]) * np.array(LEVELS[1:]))
    level = np.searchsorted(edges, means)
    luck = drawn.random(len(means))
    tail = (1 - COVERAGE) / 2
    found = np.ones(len(LEVELS))
    for at in range(len(LEVELS)):
        rows = np.flatnonzero(level == at)
        if len(rows) < LEAST_FIRMS:
            continue
        rows = drawn.choice(rows, MOST_CALIBRATED, replace=False) if len(rows) > MOST_CALIBRATED else rows
        low, high = -3.0, 3.0
        for _ in range(12):
            middle = (low + high) / 2
            shape = np.exp(-log_inverse[rows] - middle)
            below = at_most(came[rows].astype(np.int64) - 1, means[rows], shape)
            place = below + luck[rows] * (at_most(came[rows].astype(np.int64), means[rows], shape) - below)
            covered = float(((place > tail) & (place < 1 - tail)).mean())
            low, high = (middle, high) if covered < COVERAGE else (low, middle)
        found[at] = np.exp((low + high) / 2)
    return found


def fit_kappa(by_occupation: NDArray[np.integer], sector_share: Floats) -> float:
    """How close firms keep to their sector's mix: the concentration of the Dirichlet-multinomial around `sector_share`
    that makes the hirings `by_occupation` likeliest, both (n, occupations)."""
    counts = by_occupation.astype(np.float64)
    rows = counts.sum(axis=1) > 1
    counts, shares = counts[rows], np.maximum(sector_share[rows], 1e-9)

    def loss(log_kappa: Floats) -> float:
        kappa = float(np.exp(log_kappa[0]))
        totals = counts.sum(axis=1)
        of_each = (gammaln(counts + kappa * shares) - gammaln(kappa * shares)).sum(axis=1)
        return float(-(gammaln(kappa) - gammaln(totals + kappa) + of_each).mean())

    found = minimize(loss, np.array([1.5]), method="L-BFGS-B", bounds=[(-2.0, 6.0)])
    return float(np.exp(found.x[0]))
