"""Precision: how many of the first k are relevant?"""

import numpy as np

from models.metrics.base import ListMetric, Values
from models.metrics.judged import Judged


def _compute(judged: Judged, k: int) -> Values:
    return np.where(judged.relevant > 0, np.count_nonzero(judged.first(k), axis=1) / k, np.nan)


PRECISION = ListMetric("precision", _compute)
"""Relevant answers among the first k / k, also for a list with fewer than k answers."""
