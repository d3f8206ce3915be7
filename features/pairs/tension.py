"""Share of the occupation's hiring projects that firms judge difficult in the area (BMO), 0..1; NaN when unknown."""

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(pairs.job.tension, len(pairs.closeness))


FEATURE = Feature[JobPairs]("tension", "share", 0.0, 1.0, _compute)
