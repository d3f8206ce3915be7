"""Every measure against a value computed by hand."""

import math

import numpy as np
import pytest

from benchmarks.text_metrics import (
    GroupMean,
    accuracy_at,
    answered_at,
    answering,
    by_group,
    first_right,
    macro_mean,
    mrr,
    ndcg_at,
    worst,
)

RANKS = np.array([1.0, 2.0, 4.0, np.inf])


def test_rank_of_the_first_right_answer() -> None:
    scores = np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.1], [0.2, 0.5, 0.1], [0.3, -np.inf, 0.1]])
    right = np.array([[1, 0, 0], [0, 0, 1], [1, 0, 1], [0, 1, 0]], dtype=np.bool_)
    assert first_right(scores, right).tolist() == [1, 3, 2, math.inf]


def test_of_equal_scores_the_left_one_comes_first() -> None:
    scores = np.array([[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]])
    right = np.array([[1, 0, 0], [0, 0, 1]], dtype=np.bool_)
    assert first_right(scores, right).tolist() == [1, 3]


def test_a_query_with_no_right_column_and_no_query_at_all() -> None:
    assert first_right(np.array([[0.5]]), np.array([[False]])).tolist() == [math.inf]
    assert first_right(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.bool_)).tolist() == []
    assert first_right(np.zeros((2, 0)), np.zeros((2, 0), dtype=np.bool_)).tolist() == [math.inf, math.inf]


def test_accuracy() -> None:
    assert accuracy_at(RANKS, 1) == 0.25
    assert accuracy_at(RANKS, 3) == 0.5
    assert accuracy_at(RANKS, 5) == 0.75
    assert math.isnan(accuracy_at(np.array([]), 1))


def test_mrr() -> None:
    assert mrr(RANKS) == pytest.approx((1 + 1 / 2 + 1 / 4 + 0) / 4)


def test_ndcg() -> None:
    assert ndcg_at(RANKS, 10) == pytest.approx((1 + 1 / math.log2(3) + 1 / math.log2(5)) / 4)
    assert ndcg_at(RANKS, 3) == pytest.approx((1 + 1 / math.log2(3)) / 4)
    assert ndcg_at(np.array([10.0, 11.0]), 10) == pytest.approx((1 / math.log2(11)) / 2)


def test_threshold_that_answers_a_share() -> None:
    scores = np.array([0.9, 0.8, 0.4, 0.2, 0.1])
    right = np.array([True, False, True, True, False])
    found = answering(scores, right, share=0.8)
    assert (found.threshold, found.coverage, found.precision) == (0.2, 0.8, 0.75)
    assert answering(scores, right, share=0.7).threshold == 0.2
    assert answering(scores, right, share=0.6).threshold == 0.4
    with pytest.raises(ValueError, match="at least one score"):
        answering(scores[:0], right[:0])


def test_ties_at_the_threshold_are_all_answered() -> None:
    found = answering(np.array([0.5, 0.5, 0.5, 0.1]), np.array([True, False, False, True]), share=0.5)
    assert (found.threshold, found.coverage, found.precision) == (0.5, 0.75, pytest.approx(1 / 3))


def test_a_threshold_above_every_score_answers_nothing() -> None:
    found = answered_at(np.array([0.5, 0.1]), np.array([True, True]), 0.6)
    assert found.coverage == 0
    assert math.isnan(found.precision)


def test_groups() -> None:
    groups = by_group(np.array([True, False, True, True]), ["M", "A", "M", "A"])
    assert groups == {"A": GroupMean(2, 0.5), "M": GroupMean(2, 1.0)}
    uneven = by_group(np.array([1, 1, 1, 0]), ["M", "M", "M", "A"])
    assert macro_mean(uneven) == 0.5
    assert macro_mean(uneven, at_least=2) == 1.0


def test_worst_groups_are_large_enough_and_in_order() -> None:
    groups = {"A11": GroupMean(10, 0.5), "B11": GroupMean(9, 0.0), "C11": GroupMean(20, 0.5), "D11": GroupMean(30, 0.1)}
    assert [name for name, _ in worst(groups, n=2)] == ["D11", "A11"]
