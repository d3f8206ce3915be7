"""Hirings expected of the firm over the next six months, at most 1,000; NaN when nothing tells."""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows, within


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(within(pairs.expected_hirings, 0, 1000), len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_hirings", "hirings", 0.0, 1000.0, _compute)
