"""Lists whose first trainings open different doors: what opens the same offers as one ranked above it counts less.

Many providers give the same title, and open the same offers by it. Trainings are taken one by one, the best first; each
is charged up to `SAME_DOORS` of its score for the share of its offers that those taken before it open already. A charge
only grows as more are taken, so the order in which they are taken is that of the scores that are left.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.answer import Reason
from matching.explain.families import Family

SAME_DOORS: Final = 0.12
"""What is taken off the score of a training all of whose offers are opened by better ones."""
TAKEN: Final = 20
"""Trainings taken one by one: a page; those after them are charged for what these open."""

FEATURE: Final = "same_doors"


def charges(best: NDArray[np.float32], opened: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(m,) what is taken off the `best` scores (m,) of trainings that open `opened` (m, n); 0 for one that opens
    nothing."""
    total = np.zeros(len(best), dtype=np.float32)
    columns = np.flatnonzero(np.logical_or.reduce(opened, axis=0))
    if len(best) < 2 or len(columns) == 0:
        return total
    opens = opened[:, columns].astype(np.float32)
    counts = opens.sum(axis=1)
    still_closed = np.ones(len(columns), dtype=np.float32)
    left = np.ones(len(best), dtype=np.bool_)
    for _ in range(min(TAKEN, len(best))):
        new = opens @ still_closed
        share = np.divide(counts - new, counts, out=np.zeros_like(counts), where=counts > 0)
        total = np.where(left, SAME_DOORS * share, total).astype(np.float32)
        chosen = int(np.where(left, best - total, -np.inf).argmax())
        left[chosen] = False
        still_closed[opens[chosen] > 0] = 0
    new = opens @ still_closed
    share = np.divide(counts - new, counts, out=np.zeros_like(counts), where=counts > 0)
    return np.where(left, SAME_DOORS * share, total).astype(np.float32)


def reason(charge: float) -> Reason:
    """Why so much was taken off."""
    part = "Ouvre les mêmes offres" if charge >= 0.9 * SAME_DOORS else "Ouvre en partie les mêmes offres"
    return Reason(FEATURE, Family.MARKET, f"{part} que des formations mieux classées", -charge)
