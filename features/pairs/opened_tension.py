"""How hard to fill the offers that open are: mean share of hirings judged difficult (BMO), 0..1; NaN: none told."""

from features.pairs.base import Feature, Floats, SessionPairs, as_rows


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(pairs.opened_tension, len(pairs.skills))


FEATURE = Feature[SessionPairs]("opened_tension", "share", 0.0, 1.0, _compute)
