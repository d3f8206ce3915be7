"""Measures of rankings, of exposure and of probabilities. One metric a file, one line in `registry.py`."""

from models.metrics.base import Exposure, ExposureMetric, ListMetric, Probabilities, ProbabilityMetric
from models.metrics.bootstrap import Interval, interval, paired_interval
from models.metrics.judged import Judged
from models.metrics.registry import EXPOSURE_METRICS, LIST_METRICS, PROBABILITY_METRICS

__all__ = [
    "EXPOSURE_METRICS",
    "LIST_METRICS",
    "PROBABILITY_METRICS",
    "Exposure",
    "ExposureMetric",
    "Interval",
    "Judged",
    "ListMetric",
    "Probabilities",
    "ProbabilityMetric",
    "interval",
    "paired_interval",
]
