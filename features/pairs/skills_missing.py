"""Importance of the job's skills that the person lacks, added up; NaN when either list is empty."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows

LIMIT = 32.0
"""As many skills as a job keeps, all required."""


def _compute(pairs: JobPairs) -> Floats:
    weights = pairs.job.skill_weights
    missing = np.minimum((~pairs.shared * weights).sum(axis=1), LIMIT)
    known = (weights > 0).any(axis=1) & pairs.person.names_skills
    return as_rows(np.where(known, missing, np.float32(np.nan)), len(pairs.closeness))


FEATURE = Feature[JobPairs]("skills_missing", "required skills", 0.0, LIMIT, _compute)
