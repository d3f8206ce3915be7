"""Pay offered over the pay wanted, minus 1, within ±1 (0.1: ten percent above the floor).

NaN when either is unknown; a floor of zero is no floor.
"""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within


def _compute(pairs: JobPairs) -> Floats:
    floor = np.where(pairs.person.pay_floor > 0, pairs.person.pay_floor, np.float32(np.nan))
    return as_rows(within(pairs.job.pay_max / floor - 1, -1, 1), len(pairs.closeness))


FEATURE = Feature[JobPairs]("pay", "ratio - 1", -1.0, 1.0, _compute)
