"""What a ranker of offers is made of: what the person wants, and the chance that they are taken.

Ranking by what people apply to sends them where they are not taken; ranking by the chance alone, where they do not
want to go. The surplus to expect is their product (Bied et al., "Toward job recommendation for all", IJCAI 2023 and
their later work on expected surplus), whose logarithm is a sum: each head is a model of its own, judged on its own.

- want: of what was looked at, does the person apply?
- answer: of applications that had the time to be answered, which led to an interview?
- taken: of interviews that had it, which led to a hire?

The chance to be hired is answer x taken. Two steps learn from more than hires alone, which are rare.
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
    """A part of the chain from a shown offer to a hire."""

    WANT = "want"
    ANSWER = "answer"
    TAKEN = "taken"

    def rows(self, table: RankingTable) -> NDArray[np.bool_]:
        """(n,) the rows that it is about, as known at the end of the table."""
        age = table.week.max(initial=0) - table.week
        if self is Head.WANT:
            return np.ones(len(table), dtype=np.bool_)
        if self is Head.ANSWER:
            asked: NDArray[np.bool_] = (table.outcome >= Outcome.APPLIED) & (age >= ANSWER_WEEKS)
            return asked
        met: NDArray[np.bool_] = (table.outcome >= Outcome.INTERVIEWED) & (age >= DECISION_WEEKS)
        return met

    def labels(self, table: RankingTable) -> NDArray[np.bool_]:
        """(n,) whether the step was made."""
        step = {Head.WANT: Outcome.APPLIED, Head.ANSWER: Outcome.INTERVIEWED, Head.TAKEN: Outcome.HIRED}[self]
        made: NDArray[np.bool_] = table.outcome >= step
        return made
