"""Months of experience beyond what the job asks for; negative: months that are missing. NaN when the job does not say.

"Débutant accepté" asks for none. A job that asks for experience without a length asks for twelve months.
"""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within

UNSPECIFIED_MONTHS = 12.0
LIMIT_MONTHS = 120.0


def asked_months(pairs: JobPairs) -> Floats:
    """Months that each job asks for, (n or 1,); NaN when it does not say."""
    demand = pairs.job.experience_demand
    asked = np.where(np.isnan(pairs.job.experience_months), UNSPECIFIED_MONTHS, pairs.job.experience_months)
    return np.where(demand == 0, np.nan, np.where(demand == 1, 0.0, asked)).astype(np.float32)


def _compute(pairs: JobPairs) -> Floats:
    difference = within(pairs.person.experience_months - asked_months(pairs), -LIMIT_MONTHS, LIMIT_MONTHS)
    return as_rows(difference, len(pairs.closeness))


FEATURE = Feature[JobPairs]("experience", "months", -LIMIT_MONTHS, LIMIT_MONTHS, _compute)
