"""What the session costs before any funding, at most 20,000 euros; NaN when not published."""

from features.pairs.base import Feature, Floats, SessionPairs, as_rows, within


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(within(pairs.price_eur, 0, 20_000), len(pairs.skills))


FEATURE = Feature[SessionPairs]("price", "euros", 0.0, 20_000.0, _compute)
