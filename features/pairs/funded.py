"""1 when someone other than the person may pay for the session (CPF included), else 0; NaN when it does not say."""

import numpy as np

from features.bits import FUNDING_BIT
from features.pairs.base import Feature, Floats, SessionPairs, as_rows
from features.records import Funding

SELF = np.uint16(FUNDING_BIT[Funding.SELF])


def _compute(pairs: SessionPairs) -> Floats:
    paid = (pairs.fundings & ~SELF != 0).astype(np.float32)
    return as_rows(np.where(pairs.fundings == 0, np.float32(np.nan), paid), len(pairs.skills))


FEATURE = Feature[SessionPairs]("funded", "flag", 0.0, 1.0, _compute)
