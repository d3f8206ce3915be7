"""Share of the skills the job requires (exigence E) that the person holds; NaN when it requires or they name none."""

from typing import Final

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows

REQUIRED_WEIGHT: Final = 1.0
"""`JobSide.skill_weights` of a skill that is required, and of no other."""


def _compute(pairs: JobPairs) -> Floats:
    required = (pairs.job.skill_weights == REQUIRED_WEIGHT).astype(np.float32)
    wanted = required.sum(axis=1)
    held = np.vecdot(pairs.shared.astype(np.float32), required)
    known = (wanted > 0) & pairs.person.names_skills
    share = np.divide(held, wanted, out=np.full(held.shape, np.nan, np.float32), where=known)
    return as_rows(share, len(pairs.closeness))


FEATURE = Feature[JobPairs]("skills_required", "share", 0.0, 1.0, _compute)
