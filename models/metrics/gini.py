"""Gini of exposure: how unequally are items shown?"""

import numpy as np

from models.metrics.base import Exposure, ExposureMetric


def _compute(exposure: Exposure) -> float:
    loads = np.sort(exposure.loads).astype(np.float64)
    n, total = len(loads), loads.sum()
    if total == 0:
        return float("nan")
    return float((2 * np.arange(1, n + 1) - n - 1) @ loads / (n * total))


GINI = ExposureMetric("gini", _compute, higher_is_better=False)
"""Gini coefficient of how often items are shown: 0 when all alike, 1 - 1/n when one has it all. NaN: nothing shown.

Sum over items in increasing order of load, i = 1..n, of (2 i - n - 1) load_i / (n × total). Items never shown count.
"""
