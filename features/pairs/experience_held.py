"""Months of experience that the person has in the project's occupations, at most 600; NaN when it may not be read.

The difference with what is asked (`experience`) does not tell one year beside two from eleven years beside twelve.
"""

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within

LIMIT_MONTHS = 600.0


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(pairs.person.experience_months, 0, LIMIT_MONTHS), len(pairs.closeness))


FEATURE = Feature[JobPairs]("experience_held", "months", 0.0, LIMIT_MONTHS, _compute)
