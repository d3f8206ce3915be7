"""Orders with a share of each group in every prefix: DetConstSort (Geyik, Ambler and Kenthapadi, *Fairness-aware
ranking in search & recommendation systems with application to LinkedIn talent search*, KDD 2019, algorithm 3).

No service calls it, and none can be told to by a setting: to order people by their group is to decide by a criterion of
art. L1132-1, which French law allows for few positive measures alone (docs/equity.md says which). It is here so that a
deployment which has such a ground, and the opinion of its data protection officer, can measure what it would cost.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def det_const_sort(
    scores: NDArray[np.floating], group: NDArray[np.integer], shares: Sequence[float], k: int
) -> NDArray[np.int64]:
    """Rows (at most k) in an order whose every prefix of length n holds at least floor(share * n) of each group, as
    long as the group has that many, and whose scores are otherwise as descending as can be.

    `group` (n,) is a place in `shares`, which add up to 1. Raises ValueError for other shares, or a group
    without one.
    """
    wanted = np.asarray(shares, dtype=np.float64)
    if (
        (wanted < 0).any()
        or abs(wanted.sum() - 1) > 1e-6
        or (len(group) and not 0 <= group.min() <= group.max() < len(wanted))
    ):
        raise ValueError(f"shares {list(shares)} must be 0 or more, add up to 1, and there be one a group")
    queues = [
        np.flatnonzero(group == place)[np.argsort(-scores[group == place], kind="stable")]
        for place in range(len(wanted))
    ]
    total = min(k, len(scores))
    taken = [0] * len(wanted)
    least = np.zeros(len(wanted), dtype=np.int64)
    order: list[int] = []
    latest: list[int] = []
    length = 0
    while len(order) < total and length < k:
        length += 1
        due = np.floor(wanted * length + 1e-9).astype(np.int64)
        changed = [
            place for place in range(len(wanted)) if due[place] > least[place] and taken[place] < len(queues[place])
        ]
        changed.sort(key=lambda place: -float(scores[queues[place][taken[place]]]))
        for place in changed:
            if len(order) == total:
                break
            row = int(queues[place][taken[place]])
            order.append(row)
            latest.append(length - 1)
            at = len(order) - 1
            while at > 0 and latest[at - 1] >= at and scores[order[at - 1]] < scores[order[at]]:
                order[at - 1], order[at] = order[at], order[at - 1]
                latest[at - 1], latest[at] = latest[at], latest[at - 1]
                at -= 1
            taken[place] += 1
        least = due
    for row in np.argsort(-scores, kind="stable").tolist():  # what no share asked for
        if len(order) == total:
            break
        if row not in order:
            order.append(row)
    return np.array(order, dtype=np.int64)
