"""Months of experience that the job asks for, at most 600; NaN when it does not say.

As for `experience`: "débutant accepté" asks for none, a job that asks without a length for twelve months.
"""

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within
from features.pairs.experience import asked_months

LIMIT_MONTHS = 600.0


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(asked_months(pairs), 0, LIMIT_MONTHS), len(pairs.closeness))


FEATURE = Feature[JobPairs]("experience_asked", "months", 0.0, LIMIT_MONTHS, _compute)
