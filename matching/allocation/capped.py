"""Lists under a hard cap: no item in more than a given number of them, and all of them full if that is possible.

Prices (`matching.allocation.prices`) say nearly everything: who takes what is settled by score less price but for the
few who are about as well off with another item. These are settled by maximum flow (Dinic's, in SciPy): an item that
too many want keeps those for whom it is worth most beyond their next choice, and the others are found a place through
chains of exchanges, first among exchanges that cost next to nothing, then wider, at last among all candidates. The last
search makes the lists as full as the graph allows, whatever the prices were; those before it keep the score sum near
the largest possible. Room that is left at items of some price is then filled by cheap exchanges too: at the optimum an
item with a price is full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from matching.allocation.graph import NOBODY, CandidateGraph
from matching.allocation.prices import prices_of

CEILING: Final = 4.0
"""Spreads: prices may add up along a chain of exchanges."""

LAST: Final = 0.001
ROUNDS: Final = 12
"""A finer last entropy than an allocation's, and more rounds to it."""

WINDOWS: Final[Sequence[float]] = (0.001, 0.004, 0.016, 0.064, 0.25, 1.0, np.inf)
"""What an exchange may cost on each side, in what scores differ by for one person, search after search."""

FILLING_WINDOWS: Final[Sequence[float]] = (0.001, 0.004, 0.016)
FILLED_FROM: Final = 8.0
"""Windows that the price of an item with room left must be worth, for others to be exchanged towards it."""


def capped(
    indptr: NDArray[np.int64], item: NDArray[np.int32], score: NDArray[np.float32], k: int, max_load: int
) -> NDArray[np.int32]:
    """(n_persons, k) lists, the best score first, ties by item, -1 after the last; no item is in more than `max_load`.

    Every person has k items, or all of theirs when they have fewer, whenever some choice under the cap gives them that;
    else the lists hold as many items as any choice could. The score sum is near the largest such one. Deterministic.
    Raises ValueError for arrays that make no graph (see `CandidateGraph`), and for a negative k or cap.
    """
    if k < 0 or max_load < 0:
        raise ValueError(f"k={k} and max_load={max_load} must be 0 or more")
    graph = CandidateGraph(indptr, item, score, int(item.max(initial=-1)) + 1)
    room = np.full(graph.n_items, max_load, dtype=np.int64)
    prices = prices_of(graph, k, room.astype(np.float64), None, CEILING, LAST, ROUNDS)
    return _lists(graph, k, _settled(graph, k, room, prices))


def _settled(graph: CandidateGraph, k: int, room: NDArray[np.int64], prices: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(nnz,) the candidates that are taken."""
    edges = _Edges.of(graph, k, prices)
    taken = _within_room(edges, edges.first_choice, room)
    wanted = np.minimum(graph.degrees, k)
    nothing = np.zeros_like(room)
    for window in WINDOWS:
        missing = wanted - np.bincount(edges.person[taken], minlength=graph.n_persons)
        if not missing.any():
            break
        left = room - np.bincount(graph.item[taken], minlength=graph.n_items)
        taken = _exchanged(edges, taken, missing, nothing, left, window * graph.unit)
    for window in FILLING_WINDOWS:
        loads = np.bincount(graph.item[taken], minlength=graph.n_items)
        left = np.where(prices > FILLED_FROM * window * graph.unit, room - loads, 0)
        free = np.where(prices == 0, loads, 0)
        taken = _exchanged(edges, taken, np.zeros_like(wanted), free, left, window * graph.unit)
    return taken


@dataclass(frozen=True, eq=False)
class _Edges:
    """The candidates, one after the other: nnz of each."""

    person: NDArray[np.int64]
    item: NDArray[np.int32]
    worth: NDArray[np.float64]
    """Score less price, less what the same of the person's k-th choice is; of a first choice, less that of the next
    after the k-th: what would be lost by an exchange."""
    first_choice: NDArray[np.bool_]
    """The person's k best at these prices."""

    @classmethod
    def of(cls, graph: CandidateGraph, k: int, prices: NDArray[np.float32]) -> "_Edges":
        person = np.repeat(np.arange(graph.n_persons), graph.degrees)
        net = graph.score.astype(np.float64) - prices[graph.item]
        order = np.lexsort((graph.item, -net, person))
        rank = np.empty(len(net), dtype=np.int64)
        rank[order] = np.arange(len(net)) - graph.indptr[person]  # `order` keeps persons together
        first = rank < k
        levels = np.full(graph.n_persons, -np.inf)
        following = np.full(graph.n_persons, -np.inf)
        levels[person[rank == k - 1]] = net[rank == k - 1]
        following[person[rank == k]] = net[rank == k]
        worth = net - np.where(first, following[person], levels[person])
        return cls(person, graph.item, worth, first)


def _within_room(edges: _Edges, taken: NDArray[np.bool_], room: NDArray[np.int64]) -> NDArray[np.bool_]:
    """`taken` without what is beyond the room of an item: those of least worth go."""
    held = np.flatnonzero(taken)
    order = held[np.lexsort((edges.person[held], -edges.worth[held], edges.item[held]))]
    items = edges.item[order]
    starts = np.searchsorted(items, np.arange(len(room)))
    place = np.arange(len(order)) - starts[items]
    kept = np.zeros_like(taken)
    kept[order[place < room[items]]] = True
    return kept


def _exchanged(
    edges: _Edges,
    taken: NDArray[np.bool_],
    missing: NDArray[np.int64],
    free: NDArray[np.int64],
    left: NDArray[np.int64],
    window: float,
) -> NDArray[np.bool_]:
    """`taken` after as much as possible went to the room that is `left` of items: the places that persons are `missing`
    and those that are `free` to leave an item for another. Exchanged are candidates whose worth is within `window`."""
    n_persons, n_items = len(missing), len(left)
    source, sink = n_persons + n_items, n_persons + n_items + 1
    near = np.flatnonzero(np.abs(edges.worth) <= window)
    persons, items, given = edges.person[near], n_persons + edges.item[near], taken[near]
    supply, demand = np.concatenate([missing, free]), np.concatenate([np.zeros_like(missing), left])
    giving, getting = np.flatnonzero(supply), np.flatnonzero(demand)
    if len(giving) == 0 or len(getting) == 0:
        return taken
    tails = np.concatenate([np.where(given, items, persons), np.full(len(giving), source), getting])
    heads = np.concatenate([np.where(given, persons, items), giving, np.full(len(getting), sink)])
    sizes = np.concatenate([np.ones(len(near), dtype=np.int64), supply[giving], demand[getting]]).astype(np.int32)
    network = csr_array((sizes, (tails, heads)), shape=(sink + 1, sink + 1))
    flow = maximum_flow(network, source, sink).flow.tocoo()
    moved = (flow.data > 0) & (flow.row < source) & (flow.col < source)
    ends = flow.row[moved].astype(np.int64), flow.col[moved].astype(np.int64)
    changed = np.minimum(*ends) * sink + np.maximum(*ends)
    after = taken.copy()
    after[near[np.isin(persons * sink + items, changed)]] ^= True
    return after


def _lists(graph: CandidateGraph, k: int, taken: NDArray[np.bool_]) -> NDArray[np.int32]:
    """What is taken as lists."""
    held = np.flatnonzero(taken)
    person = np.searchsorted(graph.indptr, held, side="right") - 1
    order = np.lexsort((graph.item[held], -graph.score[held], person))
    held, person = held[order], person[order]
    place = np.arange(len(held)) - np.searchsorted(person, np.arange(graph.n_persons))[person]
    lists = np.full((graph.n_persons, k), NOBODY, dtype=np.int32)
    lists[person, place] = graph.item[held]
    return lists
