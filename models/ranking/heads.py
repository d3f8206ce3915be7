"""The steps between an offer that is shown and a hire, each of which a ranker of offers learns apart.

Ranking by what people apply to sends them where they are not taken; ranking by the chance alone, where they do not
want to go. The surplus to expect joins both (Bied, Perennes, Hoffmann, Gaillac, Sebag et al. on job recommendation
and expected surplus), and the logarithm of a product is a sum: each head is a model of its own, judged on its own.

What the person wants: OPENED, of what was looked at; APPLIED, of what was opened; ASIDE, put aside of what was looked
at, which tells against. The chance: ANSWERED, an interview, of applications that had the time for it; TAKEN, a hire, of
interviews that had it. Two steps learn from more than hires alone, which are rare.
"""

from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ranking.outcomes import Outcome
from models.ranking.table import RankingTable

ANSWER_WEEKS: Final = 4
"""Weeks after which an application that brought nothing counts as one that brings nothing."""
DECISION_WEEKS: Final = 1


class Head(Enum):
    """A step."""

    OPENED = "opened"
    APPLIED = "applied"
    ASIDE = "aside"
    ANSWERED = "answered"
    TAKEN = "taken"

    @property
    def hangs_on_place(self) -> bool:
        """Whether it happens to what is looked at: less often further down a list."""
        return self in (Head.OPENED, Head.ASIDE)

    @property
    def is_slow(self) -> bool:
        """Whether it takes weeks to be known, so that the last weeks of a log tell nothing of it."""
        return self in (Head.ANSWERED, Head.TAKEN)

    def rows(self, table: RankingTable) -> NDArray[np.bool_]:
        """(n,) the rows that it may happen to, as known at the end of the table."""
        age = table.week.max(initial=0) - table.week
        asked: NDArray[np.bool_]
        if self.hangs_on_place:
            asked = np.ones(len(table), dtype=np.bool_)
        elif self is Head.APPLIED:
            asked = table.outcome >= Outcome.OPENED
        elif self is Head.ANSWERED:
            asked = (table.outcome >= Outcome.APPLIED) & (age >= ANSWER_WEEKS)
        else:
            asked = (table.outcome >= Outcome.INTERVIEWED) & (age >= DECISION_WEEKS)
        return asked

    def labels(self, table: RankingTable) -> NDArray[np.bool_]:
        """(n,) whether it happened."""
        made: NDArray[np.bool_] = (
            table.outcome == Outcome.DISMISSED if self is Head.ASIDE else table.outcome >= _STEP[self]
        )
        return made


_STEP: Final = {
    Head.OPENED: Outcome.OPENED,
    Head.APPLIED: Outcome.APPLIED,
    Head.ANSWERED: Outcome.INTERVIEWED,
    Head.TAKEN: Outcome.HIRED,
}
