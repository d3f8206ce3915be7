"""Days since a counsellor last spoke with the firm, at most 730; NaN when nobody ever did."""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows, within


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(within(pairs.days_since_contact, 0, 730), len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_contact", "days", 0.0, 730.0, _compute)
