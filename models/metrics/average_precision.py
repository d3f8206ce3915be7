"""Mean average precision: are the relevant answers before the others?"""

import numpy as np

from models.metrics.base import ListMetric, Values, per_relevant
from models.metrics.judged import Judged


def _compute(judged: Judged, k: int) -> Values:
    right = judged.first(k) > 0
    precision = np.cumsum(right, axis=1) / np.arange(1, k + 1)
    return per_relevant((precision * right).sum(axis=1), judged.relevant)


AVERAGE_PRECISION = ListMetric("map", _compute)
"""Sum of the precision at the rank of each relevant answer among the first k / all relevant answers (TREC's MAP)."""
