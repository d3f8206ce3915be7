"""Levels of education the person has above the training's entry level; negative: levels missing. NaN when unknown."""

import numpy as np

from features.pairs.base import Feature, Floats, SessionPairs, as_rows


def _compute(pairs: SessionPairs) -> Floats:
    known = (pairs.entry_level > 0) & (pairs.education_level > 0)
    levels = pairs.education_level.astype(np.float32) - pairs.entry_level
    return as_rows(np.where(known, levels, np.nan), len(pairs.skills))


FEATURE = Feature[SessionPairs]("entry", "levels", -8.0, 8.0, _compute)
