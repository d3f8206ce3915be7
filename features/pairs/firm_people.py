"""People of the portfolio who could be presented to the firm, at most 1,000."""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows, within


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(within(pairs.people, 0, 1000), len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_people", "people", 0.0, 1000.0, _compute)
