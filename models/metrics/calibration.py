"""Calibration: does what is promised happen as often as promised?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.metrics.base import Probabilities, ProbabilityMetric

BINS = 15


@dataclass(frozen=True)
class Bin:
    """One row of a reliability table: what was promised and what was kept."""

    size: int
    mean_score: float
    share_right: float


def reliability(scores: NDArray[np.floating], right: NDArray[np.bool_], bins: int = BINS) -> tuple[Bin, ...]:
    """At most `bins` bins of equal mass (sizes differ by one at most), by increasing score.

    `scores` are probabilities that the answer is right. Empty input gives no bin.
    """
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(Bin(len(part), float(scores[part].mean()), float(right[part].mean())) for part in parts)


def calibration_error(scores: NDArray[np.floating], right: NDArray[np.bool_], bins: int = BINS) -> float:
    """Expected calibration error: mean over bins of |mean score - share right|, weighted by their sizes.

    Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, formula 3, over bins of equal mass (Nguyen and
    O'Connor, EMNLP 2015), which do not leave a bin nearly empty. 0 is perfect; nan without an answer.
    """
    table = reliability(scores, right, bins)
    total = sum(row.size for row in table)
    if total == 0:
        return float("nan")
    return sum(row.size * abs(row.mean_score - row.share_right) for row in table) / total


def _compute(answers: Probabilities) -> float:
    return calibration_error(answers.scores, answers.right)


CALIBRATION_ERROR = ProbabilityMetric("calibration_error", _compute)
"""Expected calibration error over 15 bins of equal mass."""
