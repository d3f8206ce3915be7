"""How ROME relates the project's occupation to the job's: from 0 (nothing) to 5 (the same fiche)."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    person, job = pairs.person.occupation, pairs.job.occupation
    known = (person >= 0) & (job >= 0)
    values = pairs.relation[person, job].astype(np.float32)
    return as_rows(np.where(known, values, np.float32(np.nan)), len(pairs.closeness))


FEATURE = Feature[JobPairs]("relation", "Relation", 0.0, 5.0, _compute)
