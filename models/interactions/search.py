"""Choosing hyper-parameters on held-out pairs, within a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from models.interactions.dataset import Matrix
from models.interactions.judge import Judge
from models.interactions.top import Recommender

Parameters = dict[str, Any]


@dataclass(frozen=True)
class Family:
    """A kind of recommender and the settings that are tried, the likeliest first."""

    name: str
    fit: Callable[..., Recommender]
    """(known, **parameters)"""
    grid: Sequence[Parameters]


@dataclass(frozen=True)
class Choice:
    """What was chosen of a family."""

    family: Family
    parameters: Parameters
    value: float
    """nDCG at k on the held-out pairs."""
    tried: int
    """Settings tried; fewer than the grid has when the time ran out."""

    def refit(self, known: Matrix) -> Recommender:
        return self.family.fit(known, **self.parameters)


def choose(family: Family, judge: Judge, ends: float, clock: Callable[[], float]) -> tuple[Choice, Recommender]:
    """The setting of the best value and its recommender; of equal ones the first tried.

    At least one is tried. A setting is not begun when the longest so far would end after `ends` on `clock`.
    """
    best: tuple[Choice, Recommender] | None = None
    longest = 0.0
    for tried, parameters in enumerate(family.grid, start=1):
        begun = clock()
        if best is not None and begun + longest > ends:
            break
        recommender = family.fit(judge.known, **parameters)
        value = judge.score(recommender)
        longest = max(longest, clock() - begun)
        if best is None or value > best[0].value:
            best = Choice(family, parameters, value, tried), recommender
        else:
            best = Choice(best[0].family, best[0].parameters, best[0].value, tried), best[1]
    if best is None:
        raise ValueError(f"{family.name} has no setting to try")
    return best
