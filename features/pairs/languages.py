"""1 when the person speaks every language the job requires, else 0; NaN when it requires none or they name none."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    asked = pairs.job.languages_required
    missing = asked & ~pairs.person.languages
    known = (asked != 0) & (pairs.person.languages != 0)
    return as_rows(np.where(known, (missing == 0).astype(np.float32), np.nan), len(pairs.closeness))


FEATURE = Feature[JobPairs]("languages", "flag", 0.0, 1.0, _compute)
