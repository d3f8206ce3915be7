"""How many persons each offer is meant for: so many a post that all lists have room."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.allocation.graph import CandidateGraph

ROOM: Final = 1.25
"""Places for each place in a list: with exactly one, the last persons would have nothing to choose from."""

_HALVINGS: Final = 60


def targets_of(graph: CandidateGraph, posts: NDArray[np.int32], k: int, room: float = ROOM) -> NDArray[np.float64]:
    """(n_items,) persons that each item is meant for: those it suits, but at most so many a post.

    That number, one for all items, is the one at which the targets together make `room` times the places in the lists;
    where too few candidates exist for that, every item is meant for all whom it suits. An item is meant for one person
    at least. Raises ValueError unless there is one number of posts, 1 or more, an item.
    """
    if posts.shape != (graph.n_items,) or (len(posts) and posts.min() < 1):
        raise ValueError(
            f"posts must be {graph.n_items} numbers of 1 or more, not {posts.shape} from {posts.min(initial=0)}"
        )
    suits = graph.item_degrees.astype(np.float64)
    wanted = room * float(np.minimum(graph.degrees, k).sum())
    if wanted >= suits.sum():
        return np.maximum(suits, 1)
    low, high = 0.0, float((suits / posts).max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(suits, middle * posts).sum() < wanted else (low, middle)
    targets: NDArray[np.float64] = np.maximum(np.minimum(suits, high * posts), 1)
    return targets
