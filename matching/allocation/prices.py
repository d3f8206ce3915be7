"""Prices of crowded items: entropic optimal transport on a sparse graph, by scaling odds.

Everyone takes k of their candidates; item i has room for c_i persons and goes to b_i <= c_i at least. Of all ways to do
so the one of the largest score sum, smoothed by an entropy of size e, sends item i to person p in the share

    x_pi = 1 / (1 + exp(-(s_pi - price_i - level_p) / e)),      -ceiling <= price_i <= ceiling,

where the levels see to it that each person's shares add up to k, and the prices that each item's add up to no more than
its room (prices above 0) and no less than its least (prices below 0, which draw people to it). This is
Sinkhorn's scaling (Cuturi 2013, *Sinkhorn distances*) with the bound of one copy a person (Benamou et al. 2015,
*Iterative Bregman projections for regularized transportation problems*): the entropy is that of x and of 1 - x, so
what is scaled are odds. A row of n candidates whose mean share m should be k / n has its odds multiplied by the odds
of k / n over those of m. That never carries it past k: when the log odds of all x change by one, those of m change by
the sum of x (1 - x) over n m (1 - m), which is at most one since x (1 - x) is concave. The same goes for columns, so no
step size is needed. Prices go half a step further, which speeds them up (Thibault et al. 2021, *Overrelaxed
Sinkhorn-Knopp algorithm*).

e falls in even ratios from a tenth of the spread of all scores to a small part of what scores differ by for one person,
each round starting from the prices of the last. The ceiling stands for what is not possible: where candidates are too
few for the room, an item at the ceiling goes to those who have little else. Prices under 0 come in half-way: most of
what looks starved at first is only in the shade of what is crowded.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.allocation.graph import Block, CandidateGraph

LAST: Final = 0.003
"""Entropy of the last round, in what scores differ by for one person (`CandidateGraph.unit`)."""
FIRST: Final = 0.1
"""Entropy of the first round, in spreads of all scores."""
SWEEPS: Final = 8
"""Passes over the graph in a round."""
FURTHER: Final = 1.5
"""Length of a price's step, in steps of plain scaling."""

_LEVEL_STEPS: Final = 2
"""Scalings of the rows in a sweep."""
_LEAST: Final = 1e-6
_LEAST_ROOM: Final = 1e-3
_REACHABLE: Final = 0.9
"""Share of its candidates that an item may be meant to go to at least."""


def prices_of(
    graph: CandidateGraph,
    k: int,
    room: NDArray[np.float64],
    least: NDArray[np.float64] | None = None,
    ceiling: float = 1.0,
    last: float = LAST,
    rounds: int = 8,
) -> NDArray[np.float32]:
    """(n_items,) price of each item in units of score: above 0 where it would be sent to more than its `room`, under 0
    where to fewer than its `least` (None: no such bound), at most `ceiling` times the spread of the scores.

    Persons with k candidates or fewer take them all. `last` is
    the entropy of the last of the `rounds`, in what scores differ by for one person (`CandidateGraph.unit`). Same
    input, same prices.
    """
    prices = np.zeros(graph.n_items + 1, dtype=np.float32)
    choosing = [_Choosing(block, k) for block in graph.blocks if k > 0 and (block.degrees > k).any()]
    if not choosing or graph.spread == 0:
        return prices[:-1]
    most = np.float32(ceiling * graph.spread)
    taken_anyway = _taken_anyway(graph, k)
    candidates = (graph.item_degrees - taken_anyway).astype(np.float64)
    most_odds = _odds(np.maximum(room - taken_anyway, _LEAST_ROOM), candidates)
    wanted = np.zeros(len(room)) if least is None else least - taken_anyway
    least_odds = _odds(np.minimum(wanted, _REACHABLE * candidates), candidates)
    entropies = np.geomspace(FIRST * graph.spread, last * graph.unit, rounds, dtype=np.float32)
    for number, entropy in enumerate(entropies):
        draws = number >= rounds // 2
        for _ in range(SWEEPS):
            loads = sum((persons.loads(prices, entropy) for persons in choosing), np.zeros(len(prices)))[:-1]
            odds = np.log(np.maximum(loads, _LEAST) / np.maximum(candidates - loads, _LEAST))
            charged, drawn = (
                prices[:-1] + FURTHER * entropy * (odds - bound).astype(np.float32) for bound in (most_odds, least_odds)
            )
            floor = np.minimum(drawn, 0) if draws else np.zeros_like(drawn)
            prices[:-1] = np.clip(np.maximum(charged, floor), -most, most)
    return prices[:-1]


class _Choosing:
    """The persons of a block who have a choice, and their levels so far."""

    def __init__(self, block: Block, k: int) -> None:
        chosen = block.degrees > k
        self._items, self._scores = block.items[chosen], block.scores[chosen]
        self._degrees = block.degrees[chosen].astype(np.float32)
        self._wanted_odds = k / (self._degrees - np.float32(k))
        self._levels = np.partition(self._scores, -k, axis=1)[:, -k].copy()

    def loads(self, prices: NDArray[np.float32], entropy: np.float32) -> NDArray[np.float64]:
        """(n_items + 1,) shares of each item that these persons take at `prices`; moves their levels."""
        shares = np.take(prices, self._items)
        np.subtract(self._scores, shares, out=shares)
        shares -= self._levels[:, None]
        shares /= -entropy
        np.clip(shares, -60, 60, out=shares)
        np.exp(shares, out=shares)
        shares += 1
        np.reciprocal(shares, out=shares)
        for _ in range(_LEVEL_STEPS):
            sums = np.clip(shares.sum(axis=1), _LEAST, self._degrees - _LEAST)
            factors = self._wanted_odds * (self._degrees - sums) / sums
            self._levels -= entropy * np.log(factors)
            shares *= factors[:, None] / (1 + shares * (factors - 1)[:, None])
        return np.bincount(self._items.ravel(), shares.ravel(), minlength=len(prices)).astype(np.float64, copy=False)


def _odds(wanted: NDArray[np.float64], candidates: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) log odds of `wanted` out of `candidates`: infinite for all of them or more, minus infinite for none."""
    found = np.full(len(wanted), np.inf)
    some = (wanted > 0) & (wanted < candidates)
    found[some] = np.log(wanted[some] / (candidates - wanted)[some])
    found[wanted <= 0] = -np.inf
    return found


def _taken_anyway(graph: CandidateGraph, k: int) -> NDArray[np.int64]:
    """(n_items,) persons who have no other choice than to take each item."""
    without = np.repeat(graph.degrees <= k, graph.degrees)
    return np.bincount(graph.item[without], minlength=graph.n_items)
