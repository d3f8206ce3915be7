"""Coverage: what share of the items is shown to somebody?"""

import numpy as np

from models.metrics.base import Exposure, ExposureMetric


def _compute(exposure: Exposure) -> float:
    return float(np.mean(exposure.loads > 0)) if len(exposure.loads) else float("nan")


COVERAGE = ExposureMetric("coverage", _compute, higher_is_better=True)
"""Items in at least one list / all items (Herlocker et al., ACM TOIS 22, 2004); NaN without an item."""
