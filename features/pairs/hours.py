"""Weekly hours of the job beyond those that the working time wanted stands for; NaN when either is not known.

Full time stands for 35 hours (Code du travail, art. L. 3121-27), part time for 24 (its floor, art. L. 3123-27).
"""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within

HOURS = np.array([np.nan, 35, 24], dtype=np.float32)
"""By working time: any, full, part."""
LIMIT = 35.0


def _compute(pairs: JobPairs) -> Floats:
    beyond = pairs.job.weekly_hours - HOURS[pairs.person.working_time]
    return as_rows(within(beyond, -LIMIT, LIMIT), len(pairs.closeness))


FEATURE = Feature[JobPairs]("hours", "hours a week", -LIMIT, LIMIT, _compute)
