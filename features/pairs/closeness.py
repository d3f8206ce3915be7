"""Cosine between the person's project and the job, as texts.

Vectors kept as float16 are not quite of unit length: what exceeds 1 is cut.
"""

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(pairs.closeness, -1, 1), len(pairs.closeness))


FEATURE = Feature[JobPairs]("closeness", "cosine", -1.0, 1.0, _compute)
