"""Levels of education the person has above the training's entry level; negative: levels missing. NaN when unknown.

Who has a *bac + 2* or more says so: of a person who declares no level, one is missing for what asks for that much.
Where the training takes experience instead and the person has it, no level is missing.
"""

from typing import Final

import numpy as np

from features.pairs.base import Feature, Floats, SessionPairs, as_rows

DECLARED_LEVEL: Final = 5
"""The level (*bac + 2*) from which people who have it declare it."""


def _compute(pairs: SessionPairs) -> Floats:
    known = (pairs.entry_level > 0) & (pairs.education_level > 0)
    levels = pairs.education_level.astype(np.float32) - pairs.entry_level
    high = (pairs.education_level == 0) & (pairs.entry_level >= DECLARED_LEVEL)
    found = np.where(known, levels, np.where(high, np.float32(-1), np.float32(np.nan)))
    return as_rows(np.where(pairs.experience_enters, np.fmax(found, 0), found), len(pairs.skills))


FEATURE = Feature[SessionPairs]("entry", "levels", -8.0, 8.0, _compute)
