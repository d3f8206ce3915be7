"""Days since the job was published, at most 365; NaN when unknown."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(np.clip(pairs.job.age_days, 0, 365), len(pairs.closeness))


FEATURE = Feature[JobPairs]("freshness", "days", 0.0, 365.0, _compute)
