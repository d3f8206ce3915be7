"""DetConstSort: floors hold in every prefix, and score decides the rest."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.fairness.reorder import det_const_sort


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.integers(0, 1)), min_size=1, max_size=40),
    st.sampled_from([0.1, 0.3, 0.5, 0.7]),
    st.integers(1, 20),
)
def test_every_prefix_has_its_share_as_long_as_there_are_any(
    rows: list[tuple[float, int]], share: float, k: int
) -> None:
    scores, group = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    order = det_const_sort(scores, group, [share, 1 - share], k)
    assert len(order) == min(k, len(rows)) == len(set(order.tolist()))
    both = [np.count_nonzero(group == place) for place in (0, 1)]
    for n in range(1, len(order) + 1):
        for place, wanted in ((0, share), (1, 1 - share)):
            held = np.count_nonzero(group[order[:n]] == place)
            assert held >= min(int(np.floor(wanted * n + 1e-9)), both[place]) - _late(both, share, n), (n, place)


def _late(both: list[int], share: float, n: int) -> int:
    """Once one group has nobody left, the other fills up by score: its floor is beside the point."""
    return n if min(both) < n else 0


def test_shares_that_score_meets_change_nothing() -> None:
    scores, group = np.array([0.9, 0.8, 0.7, 0.6]), np.array([0, 1, 0, 1])
    assert det_const_sort(scores, group, [0.5, 0.5], 4).tolist() == [0, 1, 2, 3]


def test_a_group_at_the_end_is_brought_forward_no_further_than_its_share_asks() -> None:
    scores, group = np.linspace(1, 0, 10), np.repeat([0, 1], 5)
    order = det_const_sort(scores, group, [0.6, 0.4], 10)
    first = [np.flatnonzero(group[order] == 1)[at] + 1 for at in range(4)]
    assert all(place <= bound for place, bound in zip(first, (3, 5, 8, 10), strict=True))
    assert order[0] == 0


@pytest.mark.parametrize("shares", [[0.5, 0.6], [-0.1, 1.1], [1.0]])
def test_other_shares_are_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        det_const_sort(np.array([0.1, 0.2]), np.array([0, 1]), shares, 2)
