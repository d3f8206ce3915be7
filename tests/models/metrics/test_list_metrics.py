"""Every measure of lists against values computed by hand, and what all of them promise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse

from models.metrics import LIST_METRICS, Judged, ListMetric
from models.metrics.average_precision import AVERAGE_PRECISION
from models.metrics.hit_rate import HIT_RATE
from models.metrics.judged import burges_gains
from models.metrics.mrr import MRR
from models.metrics.ndcg import NDCG
from models.metrics.precision import PRECISION
from models.metrics.recall import RECALL

ITEMS = 8


def truth(*rows: dict[int, float]) -> sparse.csr_array:
    dense = np.zeros((len(rows), ITEMS))
    for row, gains in enumerate(rows):
        for item, gain in gains.items():
            dense[row, item] = gain
    return sparse.csr_array(dense)


JUDGED = Judged.of_lists(
    np.array([[3, 0, 5, 1], [0, 1, 2, 3], [7, -1, -1, -1], [0, 1, 2, 3]], dtype=np.int32),
    truth({0: 1, 1: 2, 7: 3}, {6: 1}, {7: 2}, {}),
)


def test_gains_stand_in_order_of_rank() -> None:
    assert JUDGED.gains.tolist() == [[0, 1, 0, 2], [0, 0, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]]
    assert JUDGED.ideal.tolist() == [[3, 2, 1, 0], [1, 0, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]]
    assert JUDGED.relevant.tolist() == [3, 1, 1, 0]


@pytest.mark.parametrize(
    ("metric", "k", "by_hand"),
    [
        (NDCG, 4, [(1 / math.log2(3) + 2 / math.log2(5)) / (3 + 2 / math.log2(3) + 1 / 2), 0, 1]),
        (NDCG, 2, [(1 / math.log2(3)) / (3 + 2 / math.log2(3)), 0, 1]),
        (RECALL, 4, [2 / 3, 0, 1]),
        (RECALL, 2, [1 / 3, 0, 1]),
        (PRECISION, 4, [2 / 4, 0, 1 / 4]),
        (HIT_RATE, 4, [1, 0, 1]),
        (HIT_RATE, 1, [0, 0, 1]),
        (MRR, 4, [1 / 2, 0, 1]),
        (MRR, 1, [0, 0, 1]),
        (AVERAGE_PRECISION, 4, [(1 / 2 + 2 / 4) / 3, 0, 1]),
        (AVERAGE_PRECISION, 3, [(1 / 2) / 3, 0, 1]),
    ],
    ids=lambda value: value.name if isinstance(value, ListMetric) else None,
)
def test_by_hand(metric: ListMetric, k: int, by_hand: list[float]) -> None:
    values = metric.compute(JUDGED, k)
    assert values[:3].tolist() == pytest.approx(by_hand)
    assert math.isnan(values[3]), "nothing to find"
    assert metric.mean(JUDGED, k) == pytest.approx(sum(by_hand) / 3)


def test_groups_are_ordered_by_score_and_ties_by_row() -> None:
    judged = Judged.of_groups(
        scores=np.array([0.5, 0.9, 0.5, 0.1, 0.5], dtype=np.float32),
        gains=np.array([1, 0, 2, 3, 4]),
        groups=np.array([8, 8, 8, 2, 8], dtype=np.int32),
        k=3,
    )
    assert judged.gains.tolist() == [[3, 0, 0], [0, 1, 2]]
    assert judged.ideal.tolist() == [[3, 0, 0], [4, 2, 1]]
    assert judged.relevant.tolist() == [1, 3]


def test_ties_are_broken_at_random_under_a_seed() -> None:
    n = 400
    scores, groups = np.zeros(n), np.arange(n) // 2
    gains = (np.arange(n) % 2 == 0).astype(np.int8)
    assert HIT_RATE.mean(Judged.of_groups(scores, gains, groups, 1), 1) == 1, "rows told the outcome"
    fair = HIT_RATE.mean(Judged.of_groups(scores, gains, groups, 1, seed=0), 1)
    assert 0.35 < fair < 0.65
    assert fair == HIT_RATE.mean(Judged.of_groups(scores, gains, groups, 1, seed=0), 1)


def test_single_answers() -> None:
    judged = Judged.of_ranks(np.array([1.0, 3.0, 9.0, np.inf]), 4)
    assert NDCG.compute(judged, 4).tolist() == [1, 1 / 2, 0, 0]
    assert HIT_RATE.compute(judged, 2).tolist() == [1, 0, 0, 0]


def test_burges_gains() -> None:
    assert burges_gains(np.array([0, 1, 2, 3], dtype=np.int8)).tolist() == [0, 1, 3, 7]


@pytest.mark.parametrize("metric", LIST_METRICS, ids=lambda metric: metric.name)
def test_no_list_gives_no_value(metric: ListMetric) -> None:
    nothing = np.zeros(0)
    for judged in (
        Judged.of_groups(nothing, nothing, nothing.astype(np.int64), 5),
        Judged.of_lists(np.zeros((0, 5), dtype=np.int32), sparse.csr_array((0, ITEMS))),
        Judged.of_ranks(nothing, 5),
    ):
        assert metric.compute(judged, 5).shape == (0,)
        assert math.isnan(metric.mean(judged, 5))


def test_what_cannot_be_judged_is_refused() -> None:
    row = np.zeros(2)
    groups = np.zeros(2, dtype=np.int64)
    with pytest.raises(ValueError, match="must have one length"):
        Judged.of_groups(row, np.zeros(3), groups, 2)
    with pytest.raises(ValueError, match="not finite"):
        Judged.of_groups(np.array([0, np.nan]), row, groups, 2)
    with pytest.raises(ValueError, match=r"got -1\.0"):
        Judged.of_groups(row, np.array([0, -1]), groups, 2)
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        Judged.of_groups(row, row, groups, 0)
    with pytest.raises(ValueError, match=r"within 1\.\.4.*got 5"):
        NDCG.compute(JUDGED, 5)
    with pytest.raises(ValueError, match="got 8"):
        Judged.of_lists(np.array([[8]]), truth({}))
    with pytest.raises(ValueError, match="twice"):
        Judged.of_lists(np.array([[1, 2, 1]]), truth({}))
    with pytest.raises(ValueError, match="1 lists cannot be judged by the truth of 2"):
        Judged.of_lists(np.array([[1]]), truth({}, {}))
    with pytest.raises(ValueError, match="do not fit"):
        Judged(np.zeros((2, 3)), np.zeros((2, 4)), np.zeros(2, dtype=np.int64))


tables = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(-3, 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
    )
)


@pytest.mark.parametrize("metric", LIST_METRICS, ids=lambda metric: metric.name)
@given(tables)
@settings(max_examples=40)
def test_within_bounds_and_best_when_ordered_by_gain(metric: ListMetric, table: tuple[list[int], ...]) -> None:
    scores, gains, groups = (np.array(column, dtype=np.int64) for column in table)
    k = 4
    values = metric.compute(Judged.of_groups(scores.astype(np.float64), gains, groups, k), k)
    best = metric.compute(Judged.of_groups(gains.astype(np.float64), gains, groups, k), k)
    some = np.array([gains[groups == group].max() > 0 for group in np.unique(groups)])
    assert np.array_equal(~np.isnan(values), some)
    assert np.all((values[some] >= 0) & (values[some] <= best[some] + 1e-12))
    assert np.all(best[some] <= 1 + 1e-12)


@given(tables)
@settings(max_examples=40)
def test_lists_and_groups_are_judged_alike(table: tuple[list[int], ...]) -> None:
    scores, gains, groups = (np.array(column, dtype=np.int64) for column in table)
    names, lists = np.unique(groups, return_inverse=True)
    n, k = len(scores), 3
    known = sparse.csr_array((gains.astype(np.float64), (lists, np.arange(n))), shape=(len(names), n))
    shown: NDArray[np.int64] = np.full((len(names), k), -1, dtype=np.int64)
    for row in range(len(names)):
        members = np.flatnonzero(lists == row)
        best = members[np.argsort(-scores[members], kind="stable")][:k]
        shown[row, : len(best)] = best
    from_lists = Judged.of_lists(shown, known)
    from_groups = Judged.of_groups(scores.astype(np.float64), gains, groups, k)
    for name in ("gains", "ideal", "relevant"):
        assert np.array_equal(getattr(from_lists, name), getattr(from_groups, name))
