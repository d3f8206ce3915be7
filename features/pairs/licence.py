"""1 when the person holds every driving licence the job requires or wishes, else 0; NaN when it asks for none."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    asked = pairs.job.licences_required | pairs.job.licences_wished
    missing = asked & ~pairs.person.licences
    return as_rows(np.where(asked == 0, np.nan, (missing == 0).astype(np.float32)), len(pairs.closeness))


FEATURE = Feature[JobPairs]("licence", "flag", 0.0, 1.0, _compute)
