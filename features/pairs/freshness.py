"""Days since the job was published, at most 365; NaN when unknown."""

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(pairs.job.age_days, 0, 365), len(pairs.closeness))


FEATURE = Feature[JobPairs]("freshness", "days", 0.0, 365.0, _compute)
