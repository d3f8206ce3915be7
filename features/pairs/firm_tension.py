"""How hard the portfolio's occupations are to recruit where the firm is (BMO share), 0..1; NaN when unknown."""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(pairs.tension, len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_tension", "share", 0.0, 1.0, _compute)
