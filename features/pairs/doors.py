"""Posts on offer within reach in the occupations that the training leads to, at most 10,000."""

from features.pairs.base import Feature, Floats, SessionPairs, as_rows, within


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(within(pairs.doors, 0, 10_000), len(pairs.skills))


FEATURE = Feature[SessionPairs]("doors", "posts", 0.0, 10_000.0, _compute)
