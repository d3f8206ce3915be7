"""Lines of the audit log: the oldest go from the head of the chain, which stays whole (`features.audit.retention`)."""

from collections.abc import Sequence
from typing import Final, overload

from features.audit.retention import over as lines_over
from features.audit.retention import prune
from features.retention.base import Keeping, Rule


class Numbers(Sequence[str]):
    """The numbers of lines in a row: there may be millions."""

    def __init__(self, numbers: range) -> None:
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> "Numbers": ...
    def __getitem__(self, at: int | slice) -> "str | Numbers":
        return Numbers(self.numbers[at]) if isinstance(at, slice) else str(self.numbers[at])


def over(keeping: Keeping) -> Numbers:
    """None where there is no key to sign what stands for them."""
    if keeping.chain is None:
        return Numbers(range(0))
    return Numbers(lines_over(keeping.store, keeping.before(keeping.durations.logs)))


def _drop(keeping: Keeping, _numbers: Sequence[str]) -> None:
    if keeping.chain is not None:
        prune(keeping.chain, keeping.before(keeping.durations.logs), operation="vivier retention run")


RULE: Final = Rule(
    "audit",
    "lines of the audit log",
    "le journal de qui a vu, cherché ou modifié ce qui vous concerne",
    "CNIL, recommendation on logging (2021-122): six months to a year",
    "CNIL, recommandation sur la journalisation (2021-122) : de six mois à un an",
    lambda durations: durations.logs,
    over,
    _drop,
)
