"""Share of what the firm's sector hires that falls in the portfolio's target occupations, 0..1."""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(pairs.fit, len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_fit", "share", 0.0, 1.0, _compute)
