"""Which occupations are near enough to be looked at together: by ROME's links and by the work that they share."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.rome.relation import Relation

SHARED_WORK: Final = 0.012
"""Affinity from which a mobility link counts as near. ROME links every lorry driver and every nurse to "trainer": such
links, which share no skill, are doors out of an occupation, not jobs like it."""
SAME_WORK: Final = 0.2
"""Affinity that makes two occupations near whatever ROME's links say: the strongest tenth of mobility links."""


def is_near(relations: NDArray[np.uint8], affinity: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where two occupations are near: the same fiche or family, a mobility link with work in common, or much work in
    common. `relations` (of `Relation`) and `affinity` have one shape, that of the answer."""
    near: NDArray[np.bool_] = (
        (relations >= Relation.PARENT)
        | ((relations == Relation.MOBILITY) & (affinity >= SHARED_WORK))
        | (affinity >= SAME_WORK)
    )
    return near


def is_akin(relations: NDArray[np.uint8], affinity: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where what is learned for one occupation serves in the other: the same fiche or family, or much work in common.
    A mobility link is not enough. `relations` and `affinity` have one shape, that of the answer."""
    akin: NDArray[np.bool_] = (relations >= Relation.PARENT) | (affinity >= SAME_WORK)
    return akin
