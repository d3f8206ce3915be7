"""1 when a person who goes no further than 15 km can follow the session from home, 0 when they must travel to it; NaN
for people who go further."""

from typing import Final

import numpy as np

from features.pairs.base import Feature, Floats, SessionPairs, as_rows

SHORT_REACH_KM: Final = 15.0


def _compute(pairs: SessionPairs) -> Floats:
    near_only = pairs.reach_km <= SHORT_REACH_KM
    at_home = np.where(near_only, pairs.remote.astype(np.float32), np.float32(np.nan))
    return as_rows(at_home, len(pairs.skills))


FEATURE = Feature[SessionPairs]("from_home", "flag", 0.0, 1.0, _compute)
