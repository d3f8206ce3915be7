"""What each step is worth: the share of those who reached it that were hired in the end, as the log tells it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ranking.heads import ANSWER_WEEKS
from models.ranking.outcomes import Outcome
from models.ranking.table import RankingTable

PRIOR: Final = 5.0
"""Results that the share of the step before counts for beside those of a step."""


def step_worth(table: RankingTable) -> NDArray[np.float64]:
    """(7,) by `Outcome`: 0 for what was put aside or only shown, then the smoothed share that were hired, never
    falling; 1 for a hire. Where nobody was hired, the number of the step over that of a hire. Only rows that had the
    time to be answered are counted."""
    settled = table.outcome[table.week <= table.week.max(initial=0) - ANSWER_WEEKS]
    reached = np.array([np.count_nonzero(settled >= step) for step in Outcome], dtype=np.float64)
    hired = reached[Outcome.HIRED]
    worth = np.zeros(len(Outcome))
    if hired == 0:
        return np.maximum(np.arange(len(Outcome)) - Outcome.SHOWN, 0) / (Outcome.HIRED - Outcome.SHOWN)
    before = hired / max(reached[Outcome.SHOWN], 1.0)
    for step in (Outcome.OPENED, Outcome.SAVED, Outcome.APPLIED, Outcome.INTERVIEWED):
        before = max(before, (hired + PRIOR * before) / (reached[step] + PRIOR))
        worth[step] = before
    worth[Outcome.HIRED] = 1.0
    return worth


def gains(table: RankingTable, worth: NDArray[np.float64], weights: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n,) worth of what became of each result, times the inverse propensity of its place: the expected gain of a list
    that everybody looks through (Joachims, Swaminathan and Schnabel, WSDM 2017)."""
    found: NDArray[np.float64] = worth[table.outcome] * weights
    return found
