"""1 when the job's contract is one that the person accepts, else 0; NaN when the job or the person does not say."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    accepted, offered = pairs.person.contracts, pairs.job.contract
    known = (accepted != 0) & (offered != 0)
    fits = (accepted & offered != 0).astype(np.float32)
    return as_rows(np.where(known, fits, np.float32(np.nan)), len(pairs.closeness))


FEATURE = Feature[JobPairs]("contract", "flag", 0.0, 1.0, _compute)
