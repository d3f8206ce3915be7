"""Posts on offer within reach in the occupations that the training leads to, at most 10,000."""

import numpy as np

from features.pairs.base import Feature, Floats, SessionPairs, as_rows


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(np.clip(pairs.doors, 0, 10_000), len(pairs.skills))


FEATURE = Feature[SessionPairs]("doors", "posts", 0.0, 10_000.0, _compute)
