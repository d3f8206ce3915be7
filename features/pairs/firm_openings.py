"""Hirings expected over six months in the portfolio's occupations: forecast x fit, at most 1,000; NaN: no forecast."""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows, within


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(within(pairs.expected_hirings * pairs.fit, 0, 1000), len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_openings", "hirings", 0.0, 1000.0, _compute)
