"""Pair features: what is true of a person and an item together. One feature a file, one line in `registry.py`."""

from features.pairs.base import Feature, FirmPairs, JobPairs, JobSide, PersonSide, SessionPairs
from features.pairs.registry import FIRM_FEATURES, JOB_FEATURES, SESSION_FEATURES, feature_matrix

__all__ = [
    "FIRM_FEATURES",
    "JOB_FEATURES",
    "SESSION_FEATURES",
    "Feature",
    "FirmPairs",
    "JobPairs",
    "JobSide",
    "PersonSide",
    "SessionPairs",
    "feature_matrix",
]
