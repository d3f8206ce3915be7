"""Hit rate: is at least one of the first k relevant?"""

import numpy as np

from models.metrics.base import ListMetric, Values
from models.metrics.judged import Judged


def _compute(judged: Judged, k: int) -> Values:
    return np.where(judged.relevant > 0, (judged.first(k) > 0).any(axis=1), np.nan).astype(np.float64)


HIT_RATE = ListMetric("hit_rate", _compute)
"""1 where a relevant answer is among the first k, else 0. With one right answer a list, it is accuracy at k."""
