"""Cosine between the job and the person's projects, as texts, on the mean; NaN when their projects are not read."""

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(pairs.closeness_mean, -1, 1), len(pairs.closeness))


FEATURE = Feature[JobPairs]("closeness_mean", "cosine", -1.0, 1.0, _compute)
