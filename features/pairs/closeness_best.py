"""Cosine between the job and the nearest of the person's projects, as texts; NaN when their projects are not read."""

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(pairs.closeness_best, -1, 1), len(pairs.closeness))


FEATURE = Feature[JobPairs]("closeness_best", "cosine", -1.0, 1.0, _compute)
