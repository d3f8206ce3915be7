"""How many people an establishment should hire soon, from its monthly hirings.

A seasonal mean: the same six months of each past year, in shares of that year, applied to the level of the last twelve
months. It is what forecasting text books call a seasonal naive method with a level correction (Hyndman and
Athanasopoulos, Forecasting: Principles and Practice, ch. 5), and the baseline that a learned forecast has to beat.
"""

import datetime as dt
from collections.abc import Sequence

from features.records import MonthlyHirings

HORIZON_MONTHS = 6
YEAR = 12


def expected_hirings(history: Sequence[MonthlyHirings], today: dt.date) -> float | None:
    """Hirings expected over the six months from `today`'s; None when no month of the last two years is known.

    A month that is absent from the history of a firm that has one counts as zero.
    """
    counts = {item.month: item.count for item in history}
    known = [back for back in range(1, 2 * YEAR + 1) if _month(today, -back) in counts]
    if not known:
        return None
    level = sum(counts.get(_month(today, -back), 0) for back in range(1, YEAR + 1))
    if max(known) < YEAR:
        return level / max(known) * HORIZON_MONTHS
    seasons = [
        [counts.get(_month(today, ahead - YEAR * years), 0) for ahead in range(HORIZON_MONTHS)]
        for years in (1, 2)
        if max(known) >= YEAR * years
    ]
    totals = [
        sum(counts.get(_month(today, -back), 0) for back in range(YEAR * (years - 1) + 1, YEAR * years + 1))
        for years in range(1, len(seasons) + 1)
    ]
    shares = [sum(season) / total for season, total in zip(seasons, totals, strict=True) if total > 0]
    if not shares:
        return 0.0
    return level * sum(shares) / len(shares)


def _month(today: dt.date, offset: int) -> str:
    number = today.year * YEAR + today.month - 1 + offset
    return f"{number // YEAR:04d}-{number % YEAR + 1:02d}"
