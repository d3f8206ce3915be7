"""Share of the firm's applications that led to an interview, smoothed, 0..1; NaN when nobody applied."""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows, within


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(within(pairs.answer, 0, 1), len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_answer", "share", 0.0, 1.0, _compute)
