"""Lists: which candidates are shown to whom, in which order."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.simulation.market import Floats, Ints

CHUNK: Final = 20_000
"""People whose candidates are ranked at once."""

Score = Callable[[NDArray[np.int64]], Floats]
"""Candidates (n,) -> their scores (n,), higher first."""


class Candidates(Protocol):
    """Whoever is shown lists, and their candidates: those of i stand in indptr[i]:indptr[i + 1]."""

    @property
    def indptr(self) -> NDArray[np.int64]: ...


@dataclass(frozen=True, eq=False)
class Lists:
    """n shown results: persons ascending, and each person's positions 0, 1, 2, ... in order."""

    person: Ints
    candidate: NDArray[np.int64]
    """Positions in the market's candidate graph."""
    position: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.person)

    def kept(self, mask: NDArray[np.bool_]) -> "Lists":
        """The results of `mask` (n,), those that follow moved up."""
        return lists_of(self.person[mask], self.candidate[mask])


def lists_of(person: Ints, candidate: NDArray[np.int64]) -> Lists:
    """Lists from results that stand together by ascending person, best first."""
    firsts = np.flatnonzero(np.diff(person, prepend=-1))
    lengths = np.diff(np.append(firsts, len(person)))
    position = np.arange(len(person)) - np.repeat(firsts, lengths)
    return Lists(person.astype(np.int32), candidate.astype(np.int64), position.astype(np.int16))


def top_lists(
    market: Candidates, persons: Ints, allowed: Callable[[NDArray[np.int64]], NDArray[np.bool_]], score: Score, k: int
) -> Lists:
    """The best k allowed candidates of each of `persons` (ascending); ties go to the lower offer row.

    `allowed` and `score` are asked in portions of some thousand people, `score` of the allowed candidates only. Scores
    of NaN raise ValueError: a policy that cannot compare has no order.
    """
    found = [_top(market, persons[start : start + CHUNK], allowed, score, k) for start in range(0, len(persons), CHUNK)]
    return lists_of(
        np.concatenate([np.empty(0, np.int32), *(part[0] for part in found)]),
        np.concatenate([np.empty(0, np.int64), *(part[1] for part in found)]),
    )


def _top(
    market: Candidates, persons: Ints, allowed: Callable[[NDArray[np.int64]], NDArray[np.bool_]], score: Score, k: int
) -> tuple[Ints, NDArray[np.int64]]:
    starts, stops = market.indptr[persons], market.indptr[persons + 1]
    sizes = stops - starts
    who = np.repeat(np.arange(len(persons), dtype=np.int32), sizes)
    first = np.cumsum(sizes) - sizes
    candidates = np.arange(len(who)) + (starts - first)[who]
    kept = allowed(candidates)
    who, candidates = who[kept], candidates[kept]
    scores = score(candidates)
    if np.isnan(scores).any():
        raise ValueError(f"{int(np.isnan(scores).sum())} scores sont NaN : une politique doit tout pouvoir comparer")
    sizes = np.bincount(who, minlength=len(persons))
    first = np.cumsum(sizes) - sizes
    table = np.full((len(persons), max(int(sizes.max(initial=0)), 1)), -np.inf, dtype=np.float32)
    table[who, np.arange(len(who)) - first[who]] = scores
    order = np.argsort(-table, axis=1, kind="stable")[:, :k]
    shown = np.arange(order.shape[1]) < sizes[:, None]
    rows = np.nonzero(shown)[0]
    return persons[rows], candidates[(first[:, None] + order)[shown]]
