"""Cosine between the person's project and the job, as texts.

Vectors kept as float16 are not quite of unit length: what exceeds 1 is cut.
"""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(np.clip(pairs.closeness, -1, 1), len(pairs.closeness))


FEATURE = Feature[JobPairs]("closeness", "cosine", -1.0, 1.0, _compute)
