"""Levels of education the person has above the training's entry level; negative: levels missing. NaN when unknown.

Where the training takes experience instead and the person has it, no level is missing.
"""

import numpy as np

from features.pairs.base import Feature, Floats, SessionPairs, as_rows


def _compute(pairs: SessionPairs) -> Floats:
    known = (pairs.entry_level > 0) & (pairs.education_level > 0)
    levels = pairs.education_level.astype(np.float32) - pairs.entry_level
    found = np.where(known, levels, np.nan)
    return as_rows(np.where(pairs.experience_enters, np.fmax(found, 0), found), len(pairs.skills))


FEATURE = Feature[SessionPairs]("entry", "levels", -8.0, 8.0, _compute)
