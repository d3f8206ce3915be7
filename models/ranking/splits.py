"""Which rows a ranker learns from, and which it is stopped and chosen by: parted by time and by person.

Later lists of other people are what a ranker will meet: neither a person's habits nor a week's season can be learned
by heart.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ranking.table import RankingTable

MIXER: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class Split:
    """Masks (n,) over a table."""

    held_out: NDArray[np.bool_]
    """Rows of people who are kept from learning."""
    late: NDArray[np.bool_]
    """Rows of the last weeks."""

    @property
    def learning(self) -> NDArray[np.bool_]:
        """Earlier weeks of the others."""
        return ~self.held_out & ~self.late

    @property
    def validation(self) -> NDArray[np.bool_]:
        """Last weeks of people held out."""
        return self.held_out & self.late


def held_out_people(person: NDArray[np.integer], share: float, seed: int) -> NDArray[np.bool_]:
    """(n,) whether each person is held out: about `share` of them, drawn by a hash of the row and the seed, so that a
    person stays where they are whoever else is there."""
    mixed = (person.astype(np.uint64) + np.uint64(1) + np.uint64(seed) * np.uint64(0x2545F491)) * MIXER
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    drawn: NDArray[np.bool_] = mixed.astype(np.float64) / 2.0**64 < share
    return drawn


def split(table: RankingTable, weeks: int = 2, share: float = 0.2, seed: int = 0) -> Split:
    """Validation is the last `weeks` weeks of a `share` of the people; learning is the weeks before, of the others.

    Raises ValueError when either is empty: too few weeks or people for it.
    """
    last = int(table.week.max(initial=-1))
    late = table.week > last - weeks
    held_out = held_out_people(table.person, share, seed)
    parts = Split(held_out, late)
    if not parts.learning.any() or not parts.validation.any():
        raise ValueError(
            f"{len(table)} rows up to week {last} cannot be split with {weeks} weeks and {share:.0%} of the people "
            "held out: give a longer log, or fewer weeks"
        )
    return parts
