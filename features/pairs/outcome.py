"""Share of the training's leavers in work six months later, 0..1; NaN when not published."""

from features.pairs.base import Feature, Floats, SessionPairs, as_rows


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(pairs.outcome_rate, len(pairs.skills))


FEATURE = Feature[SessionPairs]("outcome", "share", 0.0, 1.0, _compute)
