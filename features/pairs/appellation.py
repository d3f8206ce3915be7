"""1 when the job has the very appellation that the project names, else 0; NaN when either names none."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    person, job = pairs.person.appellation, pairs.job.appellation
    known = (person >= 0) & (job >= 0)
    return as_rows(np.where(known, (person == job).astype(np.float32), np.float32(np.nan)), len(pairs.closeness))


FEATURE = Feature[JobPairs]("appellation", "flag", 0.0, 1.0, _compute)
