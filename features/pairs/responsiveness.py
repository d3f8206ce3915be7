"""Share of the firm's applications that led to an interview, smoothed, 0..1; NaN when nobody applied."""

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(pairs.job.responsiveness, len(pairs.closeness))


FEATURE = Feature[JobPairs]("responsiveness", "share", 0.0, 1.0, _compute)
