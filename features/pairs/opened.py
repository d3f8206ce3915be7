"""Live offers in the person's reach that are not open to them today and would be after the training, at most 10,000."""

from features.pairs.base import Feature, Floats, SessionPairs, as_rows, within


def _compute(pairs: SessionPairs) -> Floats:
    return as_rows(within(pairs.opened, 0, 10_000), len(pairs.skills))


FEATURE = Feature[SessionPairs]("opened", "offers", 0.0, 10_000.0, _compute)
