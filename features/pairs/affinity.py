"""How much of its work the job's occupation shares with the project's (`affinity_matrix`), 0..1; NaN when unknown."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    person, job = pairs.person.occupation, pairs.job.occupation
    known = (person >= 0) & (job >= 0)
    return as_rows(np.where(known, pairs.affinity[person, job], np.float32(np.nan)), len(pairs.closeness))


FEATURE = Feature[JobPairs]("affinity", "cosine", 0.0, 1.0, _compute)
