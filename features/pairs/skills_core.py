"""Share of the job's *cœur de métier*, as ROME has it, that the person holds; NaN when either is unknown."""

import numpy as np

from features.pairs.base import NO_SKILL, Feature, Floats, JobPairs, as_rows, count_shared


def _compute(pairs: JobPairs) -> Floats:
    core = pairs.core_skills[pairs.job.occupation]
    wanted = (core != NO_SKILL).sum(axis=1, dtype=np.float32)
    held = count_shared(pairs.person.skills, core)
    known = (wanted > 0) & pairs.person.names_skills
    share = np.divide(held, wanted, out=np.full(held.shape, np.nan, np.float32), where=known)
    return as_rows(share, len(pairs.closeness))


FEATURE = Feature[JobPairs]("skills_core", "share", 0.0, 1.0, _compute)
