"""One thing that a demand asks for, with what would loosen it; and a demand as it is counted."""

from dataclasses import dataclass

from matching.filters.base import Condition


@dataclass(frozen=True, eq=False)
class Criterion:
    """One thing that the demand asks for."""

    name: str
    """As the API gives it."""
    asked: str
    loosened: str
    """What would be done instead, as the end of "… : + 40 profils"."""
    condition: Condition
    looser: Condition | None = None
    """What is still asked of those who come in; None: nothing."""
    skill: int = -1
    """Row of the skill that is required, -1 for another criterion."""


@dataclass(frozen=True, eq=False)
class Asked:
    """A demand as it is counted."""

    criteria: tuple[Criterion, ...]
    kept: tuple[Condition, ...]
    """Asked whatever is loosened: consent first."""
    question: str
    """What tells this demand from others that count people otherwise."""
    subject: str
    """The domain of work and the département: what demands on the same people have in common."""

    def conditions(self) -> tuple[Condition, ...]:
        """Those of the criteria in order, then what is still asked where one of them is loosened."""
        return (
            *(item.condition for item in self.criteria),
            *(item.looser for item in self.criteria if item.looser is not None),
        )
