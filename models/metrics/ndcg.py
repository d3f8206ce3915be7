"""Normalised discounted cumulative gain: are the best answers at the top?"""

import numpy as np
from numpy.typing import NDArray

from models.metrics.base import ListMetric, Values
from models.metrics.judged import Judged


def dcg(gains: NDArray[np.floating]) -> Values:
    """(n_lists,) sum over ranks of gain / log2(1 + rank), for gains (n_lists, k) in order of rank."""
    return np.asarray(gains @ (1 / np.log2(np.arange(2, gains.shape[1] + 2))), dtype=np.float64)


def _compute(judged: Judged, k: int) -> Values:
    best = dcg(judged.best(k))
    some = best > 0
    return np.where(some, dcg(judged.first(k)) / np.where(some, best, 1), np.nan)


NDCG = ListMetric("ndcg", _compute)
"""DCG of the first k over that of the k best answers that exist. Gains count as they are: graded, or 0 and 1.

Järvelin and Kekäläinen, ACM TOIS 20 (2002), with the discount 1 / log2(1 + rank) of Burges et al. (ICML 2005).
"""
