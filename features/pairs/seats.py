"""Seats left in the session, at most 1,000; NaN when not published."""

from features.pairs.base import Feature, Floats, SessionPairs, as_rows, within


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(within(pairs.seats_left, 0, 1_000), len(pairs.skills))


FEATURE = Feature[SessionPairs]("seats", "seats", 0.0, 1_000.0, _compute)
