"""Months that the person has worked in the job's family of occupations, at most 600; NaN when it may not be read.

`experience` is about the project, and a difference: it tells neither what was done beside the project nor one year
beside two asked from eleven beside twelve.
"""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within

LIMIT_MONTHS = 600.0


def _compute(pairs: JobPairs) -> Floats:
    person, family = pairs.person, pairs.family
    here = np.where(person.past_families == family[:, None], person.past_months, np.float32(0)).sum(axis=1)
    known = ~np.isnan(person.experience_months) & (family >= 0)
    return as_rows(within(np.where(known, here, np.nan), 0, LIMIT_MONTHS), len(pairs.closeness))


FEATURE = Feature[JobPairs]("experience_held", "months", 0.0, LIMIT_MONTHS, _compute)
