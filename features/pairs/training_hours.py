"""Hours of training, at most 5,000; NaN when not published."""

from features.pairs.base import Feature, Floats, SessionPairs, as_rows, within


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(within(pairs.training_hours, 0, 5_000), len(pairs.skills))


FEATURE = Feature[SessionPairs]("training_hours", "hours", 0.0, 5_000.0, _compute)
