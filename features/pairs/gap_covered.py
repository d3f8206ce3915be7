"""Share, by weight, of the skills the project wants and the person lacks that the training teaches; NaN: no gap."""

import numpy as np

from features.pairs.base import Feature, Floats, SessionPairs, as_rows


def _compute(pairs: SessionPairs) -> Floats:
    gap = float(pairs.gap_weights.sum())
    if gap <= 0:
        return np.full(len(pairs.skills), np.nan, dtype=np.float32)
    rows = np.minimum(pairs.skills, len(pairs.gap_weights) - 1)
    covered = pairs.gap_weights[rows].sum(axis=1) / gap
    return as_rows(np.minimum(covered, 1.0), len(pairs.skills))


FEATURE = Feature[SessionPairs]("gap_covered", "share", 0.0, 1.0, _compute)
