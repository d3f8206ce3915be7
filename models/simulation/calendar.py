"""When things come and go on a market: offers with the seasons, people by and by."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.market import DAYS_A_WEEK, Rows

BEFORE_DAYS: Final = 42
"""How long before week 0 the first offers were published."""
LIFE_DAYS: Final = (28, 70)
"""An offer is open between so many days: half of them about seven weeks, as boards report of vacancies."""
PRESENT_SHARE: Final = 0.6
"""People who are there in week 0; the others come one by one."""
TRIES: Final = 6


def publication_days(season: NDArray[np.float32], weeks: int, generator: np.random.Generator) -> Rows:
    """(n,) days on which offers are published, from `BEFORE_DAYS` before week 0 to the end of the last week, more of
    them in season: `season` (n, 2) has the strength and the week of the height of each."""
    n, end = len(season), DAYS_A_WEEK * weeks
    days = generator.integers(-BEFORE_DAYS, end, n)
    settled = np.zeros(n, dtype=np.bool_)
    for _ in range(TRIES):
        drawn = generator.integers(-BEFORE_DAYS, end, n)
        height = (1 + season[:, 0] * np.cos(2 * np.pi * (drawn / DAYS_A_WEEK - season[:, 1]) / 52)) / 2
        taken = ~settled & (generator.random(n) < height)
        days, settled = np.where(taken, drawn, days), settled | taken
    return np.asarray(days, dtype=np.int16)


def closing_days(published: Rows, generator: np.random.Generator) -> Rows:
    """(n,) days from which offers are no longer open."""
    return np.asarray(published + generator.integers(*LIFE_DAYS, len(published)), dtype=np.int16)


def arrival_weeks(n: int, weeks: int, generator: np.random.Generator) -> Rows:
    """(n,) weeks from which people use the service."""
    later = generator.integers(0, weeks, n)
    return np.asarray(np.where(generator.random(n) < PRESENT_SHARE, 0, later), dtype=np.int16)
