"""Monthly hirings of establishments with a known truth: what the forecast of hirings is fitted on and judged by.

The truth has a form of its own, on purpose another than that of `models.hiring.forecast` (a regression on smoothed
indices with a negative binomial around it). A firm keeps a number of posts that it loses and gains: people leave at its
own pace (log-normal around its sector's), posts fall vacant and are filled after a random delay; it goes through
phases, dormant, usual or in spate, that last months or years (a Markov chain); it may have a season of its own, months
away from its sector's; hirings come in batches (an opening, a contract won); sectors meet shocks in some areas; firms
close. Orders of magnitude only: turnover by section in the manner of DARES' quarterly series of labour movements; none
of it is an estimate for any real firm or place.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.world.firms import SEASONS, USUAL_SEASON
from features.world.industry import BANDS, USUAL_SIZES
from models.hiring.history import HiringHistory

Floats = NDArray[np.float64]

DIVISIONS: Final = (
    *("01", "02", "03", "08", "10", "11", "13", "14", "15", "16", "17", "18", "20", "21", "22", "23", "24", "25"),
    *("26", "27", "28", "29", "30", "31", "32", "33", "35", "36", "37", "38", "41", "42", "43", "45", "46", "47"),
    *("49", "50", "51", "52", "53", "55", "56", "58", "59", "60", "61", "62", "63", "64", "65", "66", "68", "69"),
    *("70", "71", "72", "73", "74", "75", "77", "78", "79", "80", "81", "82", "84", "85", "86", "87", "88", "90"),
    *("91", "92", "93", "94", "95", "96"),
)
"""Divisions of NAF rev. 2 that recruit."""

TURNOVER: Final[dict[str, float]] = {
    **dict.fromkeys(("01", "02", "03"), 0.9),
    **dict.fromkeys(("41", "42", "43"), 0.32),
    **dict.fromkeys(("45", "46"), 0.26),
    "47": 0.5,
    **dict.fromkeys(("49", "50", "51", "52", "53"), 0.38),
    **dict.fromkeys(("55", "56"), 1.1),
    **dict.fromkeys(("58", "59", "60", "61", "62", "63"), 0.45),
    **dict.fromkeys(("64", "65", "66", "68"), 0.22),
    **dict.fromkeys(("69", "70", "71", "72", "73", "74", "75"), 0.3),
    "78": 6.0,
    **dict.fromkeys(("77", "79", "80", "81", "82"), 0.75),
    "84": 0.18,
    "85": 0.4,
    **dict.fromkeys(("86", "87", "88"), 0.55),
    **dict.fromkeys(("90", "91", "92", "93"), 1.2),
    **dict.fromkeys(("94", "95", "96"), 0.4),
}
"""Hirings of more than a month a year for each employee; other divisions: `USUAL_TURNOVER`."""
USUAL_TURNOVER: Final = 0.2

PHASES: Final = np.array([0.15, 1.0, 2.6])
"""How much is hired in each phase, against the usual one."""
MOVES: Final = np.array([[0.93, 0.06, 0.01], [0.025, 0.955, 0.02], [0.01, 0.13, 0.86]])
"""Chance of each phase from one month to the next."""
OWN_SEASON: Final = 0.35
"""Share of firms whose season is not their sector's."""
SHOCKS_A_YEAR: Final = 0.05
"""Shocks of a sector in an area."""
CLOSING_A_YEAR: Final = 0.03
OCCUPATIONS_KEPT: Final = 8
"""Occupations that each firm is given a share of its hirings in."""


@dataclass(frozen=True, eq=False)
class Recruitment:
    """The simulated past and future of n firms."""

    history: HiringHistory
    """All months."""
    expected: Floats
    """(n, months) the hidden mean of each month, batches included."""
    by_occupation: NDArray[np.int64]
    """(n, months, OCCUPATIONS_KEPT) hirings by occupation: places in `sector_share`."""
    sector_share: Floats
    """(n, OCCUPATIONS_KEPT) share of each occupation in what the firm's sector hires: what an observer knows."""


def simulate(n: int, months: int, seed: int, first_month: int = 2020 * 12, areas: int = 12) -> Recruitment:
    """The hirings of `n` firms over `months` months from `first_month` (year x 12 + month - 1), in so many
    départements; the same seed gives the same firms."""
    drawn = np.random.default_rng([seed, 20])
    division = drawn.integers(0, len(DIVISIONS), n)
    sub_class = drawn.integers(0, 6, n)
    band = drawn.choice(len(BANDS), n, p=_sizes())
    area = drawn.integers(0, areas, n)
    lows = np.array([low for _, low, _ in BANDS], dtype=np.float64)
    highs = np.array([low * 1.6 if high is None else high for _, low, high in BANDS], dtype=np.float64)
    headcount = np.maximum(lows[band] + (highs - lows)[band] * drawn.beta(0.9, 1.6, n), 0.4)
    pace = _pace(drawn, division, sub_class, area, areas)
    tension = np.clip(0.5 + 0.16 * drawn.standard_normal((len(DIVISIONS), areas)), 0.05, 0.95)
    own_tension = tension[division, area]
    level = headcount * pace * np.exp(0.55 * np.sin(3 * (own_tension - 0.2)) - 0.3) / 12
    expected = (
        level[:, None]
        * _seasons(drawn, division, months, first_month)
        * PHASES[_phases(drawn, n, months)]
        * _drift(drawn, n, months)
        * _shocks(drawn, division, area, areas, months)
        * _alive(drawn, n, months)
    )
    counts = _hired(drawn, expected, headcount)
    shares, mixes = _occupations(drawn, n)
    history = HiringHistory(
        ids=tuple(f"{number:014d}" for number in range(n)),
        naf=tuple(
            f"{DIVISIONS[row]}{10 + sub:02d}Z" for row, sub in zip(division.tolist(), sub_class.tolist(), strict=True)
        ),
        headcount_min=np.where(drawn.random(n) < 0.92, lows[band], -1).astype(np.int32),
        departement=tuple(f"{number + 1:02d}" for number in area.tolist()),
        tension=np.where(drawn.random(n) < 0.9, own_tension, np.nan).astype(np.float32),
        first_month=first_month,
        counts=counts.astype(np.float32),
    )
    return Recruitment(history, expected, _split(drawn, counts, mixes), shares)


def _sizes() -> Floats:
    """Shares of firms by headcount band, among those that may recruit."""
    shares = USUAL_SIZES.copy()
    shares[0] *= 0.2
    return np.asarray(shares / shares.sum(), dtype=np.float64)


def _pace(
    drawn: np.random.Generator,
    division: NDArray[np.int64],
    sub_class: NDArray[np.int64],
    area: NDArray[np.int64],
    areas: int,
) -> Floats:
    """(n,) hirings a year for each employee: the sector's, its sub-class's and its area's, and the firm's own."""
    of_division = np.array([TURNOVER.get(code, USUAL_TURNOVER) for code in DIVISIONS])
    of_sub_class = np.exp(0.35 * drawn.standard_normal((len(DIVISIONS), 6)))
    of_area = np.exp(0.2 * drawn.standard_normal(areas))
    own = np.exp(0.9 * drawn.standard_normal(len(division)) - 0.4)
    return np.asarray(of_division[division] * of_sub_class[division, sub_class] * of_area[area] * own)


def _seasons(drawn: np.random.Generator, division: NDArray[np.int64], months: int, first_month: int) -> Floats:
    """(n, months) the sector's season, or one that is shifted and sharper where the firm has its own."""
    tables = np.array([SEASONS.get(code, USUAL_SEASON) for code in DIVISIONS])
    tables = tables / tables.mean(axis=1, keepdims=True)
    n = len(division)
    own = drawn.random(n) < OWN_SEASON
    shift = np.where(own, drawn.integers(0, 12, n), 0)
    power = np.where(own, drawn.uniform(1.0, 3.5, n), 1.0)
    calendar = (first_month + np.arange(months)) % 12
    values = tables[division[:, None], (calendar[None, :] + shift[:, None]) % 12] ** power[:, None]
    return np.asarray(values / values.mean(axis=1, keepdims=True))


def _phases(drawn: np.random.Generator, n: int, months: int) -> NDArray[np.int64]:
    cumulative = MOVES.cumsum(axis=1)
    phase = drawn.choice(3, n, p=[0.25, 0.65, 0.10])
    found = np.empty((n, months), dtype=np.int64)
    for month in range(months):
        phase = (drawn.random(n)[:, None] > cumulative[phase]).sum(axis=1)
        found[:, month] = phase
    return found


def _drift(drawn: np.random.Generator, n: int, months: int) -> Floats:
    """(n, months) slow growth or decline: a random walk that is pulled back."""
    steps = 0.05 * drawn.standard_normal((n, months))
    walk = np.zeros((n, months))
    for month in range(1, months):
        walk[:, month] = 0.985 * walk[:, month - 1] + steps[:, month]
    return np.asarray(np.exp(walk))


def _shocks(
    drawn: np.random.Generator, division: NDArray[np.int64], area: NDArray[np.int64], areas: int, months: int
) -> Floats:
    """(n, months) what a sector in an area loses, or gains, for half a year to a year and a half."""
    table = np.ones((len(DIVISIONS), areas, months))
    happens = drawn.random((len(DIVISIONS), areas, months)) < SHOCKS_A_YEAR / 12
    for row, column, month in np.argwhere(happens).tolist():
        table[row, column, month : month + int(drawn.integers(6, 19))] *= drawn.choice([0.35, 0.6, 1.7])
    return np.asarray(table[division, area])


def _alive(drawn: np.random.Generator, n: int, months: int) -> NDArray[np.bool_]:
    closes = drawn.geometric(CLOSING_A_YEAR / 12, n)
    return np.asarray(np.arange(months)[None, :] < closes[:, None])


def _hired(drawn: np.random.Generator, expected: Floats, headcount: Floats) -> NDArray[np.int64]:
    """(n, months) hirings: single ones, and batches whose size grows with the firm."""
    batch = 1 + 0.12 * np.sqrt(headcount)[:, None]
    in_batches = 0.4
    singles = drawn.poisson(expected * (1 - in_batches))
    batches = drawn.poisson(expected * in_batches / batch)
    sizes = batches + drawn.negative_binomial(np.maximum(batches, 1), 1 / np.broadcast_to(batch, expected.shape))
    return np.asarray(singles + np.where(batches > 0, sizes, 0), dtype=np.int64)


def _occupations(drawn: np.random.Generator, n: int) -> tuple[Floats, Floats]:
    """The sector's shares of each firm's occupations, and the firm's own mix, which departs from them."""
    shares = drawn.dirichlet(np.full(OCCUPATIONS_KEPT, 0.7), n)
    tilt = shares * np.exp(0.9 * drawn.standard_normal(shares.shape))
    never = drawn.random(shares.shape) < 0.15
    tilt = np.where(never & (shares < shares.max(axis=1, keepdims=True)), 0, tilt)
    return shares, np.asarray(tilt / tilt.sum(axis=1, keepdims=True))


def _split(drawn: np.random.Generator, counts: NDArray[np.int64], mixes: Floats) -> NDArray[np.int64]:
    """(n, months, OCCUPATIONS_KEPT) hirings by occupation, drawn from each firm's mix."""
    months = counts.shape[1]
    return np.asarray(drawn.multinomial(counts, np.repeat(mixes[:, None, :], months, axis=1)), dtype=np.int64)
