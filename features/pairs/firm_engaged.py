"""1 when the firm has signed an engagement with the employment network, else 0."""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(pairs.engaged, len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_engaged", "flag", 0.0, 1.0, _compute)
