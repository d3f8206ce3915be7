"""Levels of education the training adds to the person's; negative: it leads below what the person has. NaN unknown."""

import numpy as np

from features.pairs.base import Feature, Floats, SessionPairs, as_rows


def _compute(pairs: SessionPairs) -> Floats:
    known = (pairs.exit_level > 0) & (pairs.education_level > 0)
    levels = pairs.exit_level.astype(np.float32) - pairs.education_level
    return as_rows(np.where(known, levels, np.nan), len(pairs.skills))


FEATURE = Feature[SessionPairs]("progress", "levels", -8.0, 8.0, _compute)
