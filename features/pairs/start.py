"""Days until the session starts, 0 to 730."""

from features.pairs.base import Feature, Floats, SessionPairs, as_rows, within


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(within(pairs.start_in_days, 0, 730), len(pairs.skills))


FEATURE = Feature[SessionPairs]("start", "days", 0.0, 730.0, _compute)
