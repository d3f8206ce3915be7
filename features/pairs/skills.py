"""Share of the job's skills that the person holds, each weighted by its importance; NaN when either list is empty.

Adverts name no level of a skill, so that a person's own levels have nothing to be compared with: the gap of level is
told by `education` and `experience`.
"""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    wanted = pairs.job.skill_weights.sum(axis=1)
    held = (pairs.shared * pairs.job.skill_weights).sum(axis=1)
    share = np.divide(
        held, wanted, out=np.full(held.shape, np.nan, np.float32), where=(wanted > 0) & pairs.person.names_skills
    )
    return as_rows(share, len(pairs.closeness))


FEATURE = Feature[JobPairs]("skills", "share", 0.0, 1.0, _compute)
