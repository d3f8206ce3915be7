"""Pay offered over the pay wanted, minus 1, within ±1 (0.1: ten percent above the floor). NaN when unknown."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(np.clip(pairs.job.pay_max / pairs.person.pay_floor - 1, -1, 1), len(pairs.closeness))


FEATURE = Feature[JobPairs]("pay", "ratio - 1", -1.0, 1.0, _compute)
