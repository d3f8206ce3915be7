"""What a firm's own past says, as a few smoothed numbers: its pace lately and of old, in season, and since when.

Each index is log((k + hired) / (k + expected)), the mean of a gamma posterior around what firms of its kind hire
(`models.hiring.cells`): near 0 where little is known, the firm's own pace where much is. Months fade by a discount each
(the discounted gamma-Poisson of Smith and Miller, "A non-Gaussian state space model and application to prediction of
records", JRSS B 48, 1986).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.hiring.history import WINDOW
from models.hiring.seasonal import HORIZON_MONTHS, YEAR

Floats = NDArray[np.float64]

DISCOUNTS: Final = (0.6, 0.85, 0.97)
"""What a month more of age takes off: a memory of about 2, 6 and 24 months."""
PRIOR: Final = 1.5
"""Hirings that what is expected of the firm's kind counts for."""
NAMES: Final = (
    "pace_2_months",
    "pace_6_months",
    "pace_24_months",
    "same_season",
    "season_against_pace",
    "change",
    "evenness",
    "quiet_months",
    "known",
    "information",
    "level",
    "level_squared",
    "pace_squared",
    "pace_by_information",
    "recent_by_information",
)
QUIET_LIMIT: Final = 24


@dataclass(frozen=True, eq=False)
class Indices:
    """n firms at one origin."""

    offset: Floats
    """(n,) log of what firms of their kind hire over the horizon, in season."""
    values: Floats
    """(n, len(NAMES))."""
    information: Floats
    """(n,) log(1 + hirings that were to be expected in what is known of the past)."""
    known: NDArray[np.bool_]
    """(n,) whether anything of the past is known."""


def indices_of(window: NDArray[np.float32], rates: Floats, seasons: Floats, month: int) -> Indices:
    """The indices of n firms: `window` (n, WINDOW) months before `month` (year x 12 + month - 1), the last one last and
    NaN where not known; `rates` (n,) of an average month; `seasons` (n, 12) of the calendar months."""
    told = ~np.isnan(window)
    hired = np.where(told, window, 0).astype(np.float64)
    calendar = (month - WINDOW + np.arange(WINDOW)) % YEAR
    expected = np.where(told, rates[:, None] * seasons[:, calendar], 0)
    ahead = seasons[:, (month + np.arange(HORIZON_MONTHS)) % YEAR].sum(axis=1)
    ages = np.arange(WINDOW, 0, -1)
    paces = [_index(hired @ fading, expected @ fading) for fading in (power**ages for power in DISCOUNTS)]
    same = ((np.arange(WINDOW) - WINDOW) % YEAR) < HORIZON_MONTHS
    in_season = _index(hired[:, same].sum(axis=1), expected[:, same].sum(axis=1))
    out_of_season = _index(hired[:, ~same].sum(axis=1), expected[:, ~same].sum(axis=1))
    last = _index(hired[:, -6:].sum(axis=1), expected[:, -6:].sum(axis=1))
    before = _index(hired[:, -12:-6].sum(axis=1), expected[:, -12:-6].sum(axis=1))
    busy = (hired > 0).sum(axis=1) / np.maximum(told.sum(axis=1), 1)
    likely_busy = (1 - np.exp(-expected * np.exp(paces[2])[:, None])).sum(axis=1) / np.maximum(told.sum(axis=1), 1)
    quiet = np.where(hired.any(axis=1), np.argmax(hired[:, ::-1] > 0, axis=1), QUIET_LIMIT)
    information = np.log1p(expected.sum(axis=1))
    known: NDArray[np.bool_] = np.asarray(told.any(axis=1))
    level = np.log(rates * ahead) + paces[2]
    weight = information / (1 + information)
    values = np.stack(
        [
            *paces,
            in_season,
            in_season - out_of_season,
            last - before,
            np.where(known, busy - likely_busy, 0),
            np.where(known, np.log1p(np.minimum(quiet, QUIET_LIMIT)), 0),
            known.astype(np.float64),
            information,
            level,
            level**2 / 10,
            paces[2] ** 2,
            paces[2] * weight,
            paces[0] * weight,
        ],
        axis=1,
    )
    return Indices(np.log(rates * ahead), values, information, known)


def _index(hired: Floats, expected: Floats) -> Floats:
    return np.asarray(np.log((PRIOR + hired) / (PRIOR + expected)), dtype=np.float64)
