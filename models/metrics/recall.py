"""Recall: how many of the relevant answers are among the first k?"""

import numpy as np

from models.metrics.base import ListMetric, Values, per_relevant
from models.metrics.judged import Judged


def _compute(judged: Judged, k: int) -> Values:
    return per_relevant(np.count_nonzero(judged.first(k), axis=1), judged.relevant)


RECALL = ListMetric("recall", _compute)
"""Relevant answers among the first k / all relevant answers. With more than k relevant ones it cannot reach 1."""
