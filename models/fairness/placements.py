"""What an audit looks at: people, where lists placed them or what was placed before them, and what they were hired for.

`matching/fairness.py` fills these from the services as they answer; no group is among them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.ranked import Ranked


@dataclass(frozen=True, eq=False)
class People:
    """Those whom an audit is about."""

    ids: tuple[str, ...]
    trade: NDArray[np.int64]
    """(n,) family of the occupation of each one's first project."""
    occupation: NDArray[np.int64]
    vectors: NDArray[np.float32]
    """(n, dim) of each one's first project, as it is searched by; (n, 0) where there is none."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Placements:
    """n candidates of the lists of one service, each with the person whom it concerns: who asked, or who was found."""

    ranked: Ranked
    model: str
    person: NDArray[np.int64]
    """(n,) place in `People.ids`."""
    list_id: NDArray[np.int64]
    rank: NDArray[np.int64]
    """(n,) from 1; 0 where a list has no order of people."""
    selected: NDArray[np.bool_]
    """(n,) whether it is on the first screen."""
    score: NDArray[np.float32]
    """(n,) NaN where a list has no order of people."""
    pay: NDArray[np.float32]
    """(n,) gross euros a month offered; NaN: not told."""
    distance_km: NDArray[np.float32]
    means: NDArray[np.float32]
    """(n_people, n_names) what the ranker read of each person's candidates, on the mean; NaN where it read nothing."""
    names: tuple[str, ...]
    asked: NDArray[np.bool_]
    """(n_people,) whether each was asked for, or could be found."""

    @property
    def is_asked_by_people(self) -> bool:
        """Whether the people of the audit ask for these lists; else they stand in them."""
        return self.ranked in (Ranked.OFFERS, Ranked.SESSIONS)


@dataclass(frozen=True, eq=False)
class Hired:
    """What people of the audit were hired for: n hires."""

    person: NDArray[np.int64]
    pay: NDArray[np.float32]
    distance_km: NDArray[np.float32]


def ranks_within(list_id: NDArray[np.integer], scores: NDArray[np.floating]) -> NDArray[np.int64]:
    """(n,) rank of each row in its list, from 1; rows of one score in their order."""
    rank = np.empty(len(scores), dtype=np.int64)
    order = np.lexsort((-scores, list_id))
    _, sizes = np.unique(list_id, return_counts=True)
    rank[order] = np.arange(len(scores)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + 1
    return rank
