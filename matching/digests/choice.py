"""Which candidates go into a digest: the best project of each offer, nothing twice, nothing poor, two a firm, so many.

All people are chosen for at once, each by themselves: what one is sent depends on nobody else but through the prices,
which are the same for all.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.digests.prices import DigestPrices

PER_FIRM: Final = 2


@dataclass(frozen=True, eq=False)
class Choosing:
    """n candidates, by order: what the rules read of them."""

    order: NDArray[np.int64]
    offers: NDArray[np.int64]
    """Rows of the offers."""
    keys: NDArray[np.int64]
    """Numbers of the offers' ids."""
    people: NDArray[np.int64]
    """Numbers of the people's ids."""
    firms: NDArray[np.int64]
    """Numbers of the firms' ids, -1 unknown."""
    score: NDArray[np.float32]
    quality: NDArray[np.float32]
    set_back: NDArray[np.float32]

    def worth(self, prices: DigestPrices) -> NDArray[np.float32]:
        """(n,) what they are ranked by: the score, less what was called too far, less the price."""
        return self.score - self.set_back - prices.charges(self.people, self.keys)


def best_projects(order: NDArray[np.int64], offers: NDArray[np.int64], score: NDArray[np.float32]) -> NDArray[np.int64]:
    """Positions of the best of the pairs of each order and offer, ascending; of equal ones the first."""
    ranked = np.lexsort((-score, offers, order))
    first = np.ones(len(ranked), dtype=np.bool_)
    first[1:] = (np.diff(order[ranked]) != 0) | (np.diff(offers[ranked]) != 0)
    return np.sort(ranked[first])


def chosen(
    found: Choosing, allowed: NDArray[np.bool_], worth: NDArray[np.float32], sizes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Positions of what is sent, order after order, the best first. Of the `allowed` candidates of an order, its
    (n_orders,) `sizes` of the largest `worth`, no more than `PER_FIRM` of one firm; ties by the number of the offer."""
    places = np.flatnonzero(allowed)
    ranked = places[np.lexsort((found.keys[places], -worth[places], found.order[places]))]
    known = np.flatnonzero(found.firms[ranked] >= 0)
    kept = np.ones(len(ranked), dtype=np.bool_)
    kept[known] = _rank_in_group(found.order[ranked[known]], found.firms[ranked[known]]) < PER_FIRM
    ranked = ranked[kept]
    order = found.order[ranked]
    return ranked[_rank_in_group(order, np.zeros_like(order)) < sizes[order]]


def _rank_in_group(major: NDArray[np.int64], minor: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n,) how many with the same (major, minor) stand before each."""
    by_group = np.lexsort((np.arange(len(major)), minor, major))
    new = np.ones(len(by_group), dtype=np.bool_)
    new[1:] = (np.diff(major[by_group]) != 0) | (np.diff(minor[by_group]) != 0)
    starts = np.flatnonzero(new)
    ranks = np.empty(len(by_group), dtype=np.int64)
    sizes = np.diff(np.append(starts, len(by_group)))
    ranks[by_group] = np.arange(len(by_group)) - np.repeat(starts, sizes)
    return ranks
