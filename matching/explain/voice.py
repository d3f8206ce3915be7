"""How a service tells its criteria to one reader: which ones, in what words, and which only together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.answer import Reason
from matching.explain.families import Family
from matching.rank import Ranker

F = TypeVar("F")
Sentence = Callable[[F], str]


def nothing(_: object) -> tuple[str, ...]:
    """Of a service that has nothing of the kind to say."""
    return ()


@dataclass(frozen=True)
class Withheld(Generic[F]):
    """The line in which the criteria that a reader may not be told one by one are summed."""

    feature: str
    family: Family
    sentence: Sentence[F]


@dataclass(frozen=True, eq=False)
class Voice(Generic[F]):
    """The words of a service for one reader, about facts of type F.

    Criteria that are not in `told` are summed in the line `withheld`; `told` None: everything is told.
    """

    sentences: Mapping[str, Sentence[F]]
    families: Mapping[str, Family]
    gaps: Callable[[F], tuple[str, ...]]
    """What is missing and would change the score."""
    obstacles: Callable[[F], tuple[str, ...]] = nothing
    """Hard facts that may bar the way whatever the score."""
    reads: frozenset[str] = frozenset()
    """Features that gaps, obstacles and changes read, also those that play no part in the score."""
    told: frozenset[str] | None = None
    withheld: Withheld[F] | None = None

    def reasons(self, ranker: Ranker, features: NDArray[np.float32], facts: Sequence[F]) -> list[tuple[Reason, ...]]:
        """The reasons of n results, an (n, n_features) matrix and their facts, the heaviest first whichever its sign.

        With `ranker.base` they add up to the scores. Features of no weight have no reason.
        """
        lines, told, hidden = self._lines(ranker)
        shares: NDArray[np.floating[Any]] = ranker.contributions(features)
        brought = shares[:, told]
        if self.withheld is not None:
            brought = np.column_stack([brought, shares[:, hidden].sum(axis=1)])
        orders = np.argsort(-np.abs(brought), axis=1, kind="stable")
        heaviest = np.take_along_axis(brought, orders, axis=1).tolist()
        return [
            tuple(
                [
                    Reason(name, family, sentence(fact), share)
                    for (name, family, sentence), share in zip([lines[at] for at in order], row, strict=True)
                ]
            )
            for order, row, fact in zip(orders.tolist(), heaviest, facts, strict=True)
        ]

    @lru_cache(maxsize=64)  # noqa: B019 - a voice is as long-lived as the process, and few rankers serve at a time
    def _lines(
        self, ranker: Ranker
    ) -> tuple[list[tuple[str, Family, Sentence[F]]], NDArray[np.int64], NDArray[np.bool_]]:
        """The lines that a ranker's features are told in, that of what is withheld last; the columns that have one of
        their own, in order, and a mask of those that are summed."""
        counted = ranker.weights > 0
        open_to = np.array([self.told is None or name in self.told for name in ranker.names], dtype=np.bool_)
        told = np.flatnonzero(counted & open_to)
        names = [ranker.names[column] for column in told.tolist()]
        lines = [(name, self.families[name], self.sentences[name]) for name in names]
        if self.withheld is not None:
            lines.append((self.withheld.feature, self.withheld.family, self.withheld.sentence))
        return lines, told, counted & ~open_to
