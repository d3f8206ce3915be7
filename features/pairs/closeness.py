"""Cosine between the person's project and the job, as texts."""

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(pairs.closeness, len(pairs.closeness))


FEATURE = Feature[JobPairs]("closeness", "cosine", -1.0, 1.0, _compute)
