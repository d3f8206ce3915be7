"""Allocation: k offers for everyone, with attention spread over the offers that suit.

Left to themselves, lists by score send thousands of people to the same few posts, where nearly all lose, while offers
beside them get nobody: where posts are limited, congestion costs hires (Bied et al. 2023, *Toward job recommendation
for all*). Each offer therefore gets a target (`targets`) and, from the scores and targets of the whole batch, a price
(`prices`); everyone is sent the k offers of the largest score less price.

The knob says how far loads are brought to the targets: an offer that goes to L persons when score alone decides, and is
meant for T < L, has room for L^(1 - knob) T^knob. At 0 the lists are those of the scores; at a half the excess L / T
of every offer is its square root; at 1 no offer goes to more persons than it is meant for, but for the few who are as
well off with it as without, and for those who have nothing else. In the same way an offer that score alone would send
to fewer than half of whom it is meant for is brought up to that half, as far as it suits enough people.

Offers that are alike have prices that make them equal, and so are people: who of them is sent which is settled by lot,
with the same breadth as the prices' own entropy, so that loads come out as the prices meant them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.allocation.graph import CandidateGraph, best_lists, loads_of
from matching.allocation.prices import LAST, prices_of
from matching.allocation.targets import targets_of

ENOUGH: Final = 0.5
"""Share of its target under which an offer is starved."""
NOBODY_COUNTS: Final = 0.5
"""Persons that no person counts as, where what is missing is a ratio."""


@dataclass(frozen=True, eq=False)
class Allocation:
    """Who is sent what, and at which prices."""

    lists: NDArray[np.int32]
    """(n_persons, k) items, the best score less price first (by lot where these are all but equal; at knob
    0, ties by item), -1 after the last."""
    prices: NDArray[np.float32]
    """(n_items,) in units of score; above 0 for what is crowded, under 0 for what would be starved."""
    loads: NDArray[np.int64]
    """(n_items,) lists that hold each item."""
    targets: NDArray[np.float64]
    """(n_items,) lists that each item is meant for."""


def allocate(
    indptr: NDArray[np.int64],
    item: NDArray[np.int32],
    score: NDArray[np.float32],
    posts: NDArray[np.int32],
    k: int,
    knob: float,
) -> Allocation:
    """k items for everyone, or all of theirs for those with fewer candidates.

    Person p's candidates are item[indptr[p]:indptr[p + 1]], each once, with finite scores; `posts` has the number of
    posts, 1 or more, of each item. Same input, same lists. Without persons, candidates or places in the lists
    loads and prices are 0. Raises ValueError for arrays that do not fit together, a negative k, a knob out of [0, 1].
    """
    if not 0 <= knob <= 1:
        raise ValueError(f"the knob is {knob}; it goes from 0, scores alone, to 1")
    if k < 0:
        raise ValueError(f"k is {k}; it must be 0 or more")
    graph = CandidateGraph(indptr, item, score, len(posts))
    targets = targets_of(graph, posts, k)
    by_score = best_lists(graph, k)
    loads = loads_of(by_score, graph.n_items)
    if knob == 0:
        return Allocation(by_score, np.zeros(graph.n_items, dtype=np.float32), loads, targets)
    prices = prices_of(graph, k, room_of(loads, targets, knob), least_of(loads, targets, knob))
    lists = best_lists(graph, k, prices, LAST * graph.unit)
    return Allocation(lists, prices, loads_of(lists, graph.n_items), targets)


def room_of(loads: NDArray[np.int64], targets: NDArray[np.float64], knob: float) -> NDArray[np.float64]:
    """(n_items,) persons that each item has room for at a knob, from its load by score alone and its target."""
    excess = np.maximum(loads / targets, 1.0)
    room: NDArray[np.float64] = targets * excess ** (1 - knob)
    return room


def least_of(loads: NDArray[np.int64], targets: NDArray[np.float64], knob: float) -> NDArray[np.float64]:
    """(n_items,) persons that each item should reach at a knob, from its load by score alone and its target."""
    wanted = ENOUGH * targets
    have = np.minimum(np.maximum(loads, NOBODY_COUNTS) / wanted, 1.0)
    least: NDArray[np.float64] = wanted * have ** (1 - knob)
    return least
