"""Largest load: how often is the most shown item shown?"""

from models.metrics.base import Exposure, ExposureMetric


def _compute(exposure: Exposure) -> float:
    return float(exposure.loads.max(initial=0))


LARGEST_LOAD = ExposureMetric("largest_load", _compute, higher_is_better=False)
"""The number of lists that have the item which most lists have; 0 when nothing is shown."""
