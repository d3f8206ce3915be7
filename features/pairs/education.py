"""Levels of education above what the job requires or wishes; negative: levels that are missing. NaN when unknown."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    asked = np.maximum(pairs.job.education_required, pairs.job.education_wished).astype(np.float32)
    held = pairs.person.education_level.astype(np.float32)
    known = (asked > 0) & (held > 0)
    return as_rows(np.where(known, held - asked, np.nan), len(pairs.closeness))


FEATURE = Feature[JobPairs]("education", "levels", -8.0, 8.0, _compute)
