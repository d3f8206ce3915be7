"""Pay offered over what offers of the occupation pay around there, minus 1, within ±1; NaN when either is unknown."""

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(pairs.job.pay_max / pairs.job.pay_median - 1, -1, 1), len(pairs.closeness))


FEATURE = Feature[JobPairs]("pay_market", "ratio - 1", -1.0, 1.0, _compute)
