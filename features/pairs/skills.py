"""Share of the job's skills that the person holds, each weighted by its importance; NaN when either list is empty."""

import numpy as np

from features.pairs.base import NO_SKILL, Feature, Floats, JobPairs, as_rows, shared_skills


def _compute(pairs: JobPairs) -> Floats:
    wanted = pairs.job.skill_weights.sum(axis=1)
    held = (shared_skills(pairs.person.skills, pairs.job.skills) * pairs.job.skill_weights).sum(axis=1)
    some_held = (pairs.person.skills != NO_SKILL).any(axis=1)
    share = np.divide(held, wanted, out=np.full(held.shape, np.nan, np.float32), where=(wanted > 0) & some_held)
    return as_rows(share, len(pairs.closeness))


FEATURE = Feature[JobPairs]("skills", "share", 0.0, 1.0, _compute)
