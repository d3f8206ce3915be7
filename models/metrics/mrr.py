"""Mean reciprocal rank: how soon does the first relevant answer come?"""

import numpy as np
from numpy.typing import NDArray

from models.metrics.base import ListMetric, Values
from models.metrics.judged import Judged


def reciprocal(ranks: NDArray[np.floating]) -> Values:
    """(n,) 1 / rank of the first relevant answer, for ranks from 1; 0 for inf, where none was given."""
    return np.asarray(1 / ranks, dtype=np.float64)


def _compute(judged: Judged, k: int) -> Values:
    right = judged.first(k) > 0
    ranks = np.where(right.any(axis=1), 1.0 + right.argmax(axis=1), np.inf)
    return np.where(judged.relevant > 0, reciprocal(ranks), np.nan)


MRR = ListMetric("mrr", _compute)
"""1 / rank of the first relevant answer, 0 where the first k have none (Voorhees, TREC-8, 1999)."""
