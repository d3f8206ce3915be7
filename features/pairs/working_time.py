"""1 when the job is full or part time as the person wants it, else 0; NaN when either does not say."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    wanted, offered = pairs.person.working_time, pairs.job.working_time
    known = (wanted != 0) & (offered != 0)
    return as_rows(np.where(known, (wanted == offered).astype(np.float32), np.float32(np.nan)), len(pairs.closeness))


FEATURE = Feature[JobPairs]("working_time", "flag", 0.0, 1.0, _compute)
