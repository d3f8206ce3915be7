import math

import numpy as np
import pytest

from models.metrics import interval, paired_interval


def test_interval_of_two_values_by_hand() -> None:
    values = np.array([0.0, 1.0])
    assert interval(values, draws=4000) == (0.0, 1.0), "means are 0, .5 or 1 with chances 1/4, 1/2, 1/4"
    assert interval(values, draws=4000, level=0.4) == (0.5, 0.5)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).random(50)
    assert interval(values, seed=3) == interval(values, seed=3)
    assert interval(values, seed=3) != interval(values, seed=4)


def test_an_interval_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(2).normal(0, 1, 400)
    low, high = interval(values)
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.1)


def test_groups_are_drawn_whole() -> None:
    values = np.array([1.0, 0.0, 1.0, 0.0])
    assert interval(values, groups=np.array([7, 7, 9, 9])) == (0.5, 0.5), "each group's mean is one half"
    assert interval(values, groups=np.array([7, 9, 7, 9]), draws=4000) == (0.0, 1.0)


def test_a_large_group_weighs_by_its_values() -> None:
    values = np.array([0.0, 0.0, 0.0, 1.0])
    low, high = interval(values, groups=np.array([0, 0, 0, 1]), draws=4000, level=0.4)
    assert (low, high) == (0.25, 0.25), "one of each: three zeros and a one"


def test_unknown_values_do_not_count() -> None:
    assert interval(np.array([0.3, np.nan, 0.3])) == (pytest.approx(0.3), pytest.approx(0.3))
    assert interval(np.array([0.3, np.nan, 0.3]), groups=np.array([1, 2, 3])) == (
        pytest.approx(0.3),
        pytest.approx(0.3),
    )
    assert all(math.isnan(bound) for bound in interval(np.array([np.nan])))
    assert all(math.isnan(bound) for bound in interval(np.zeros(0)))


def test_paired_interval_of_a_constant_difference_is_that_difference() -> None:
    ours = np.array([1.0, 2.0, 3.0])
    assert paired_interval(ours, ours - 0.5, draws=50) == (0.5, 0.5)


def test_paired_interval_keeps_the_pairs_together() -> None:
    draw = np.random.default_rng(1)
    hard = draw.random(400)
    low, high = paired_interval(hard + 0.1 + draw.normal(0, 0.01, 400), hard, draws=300)
    assert 0.09 < low < 0.1 < high < 0.11


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="got 2 and 3"):
        paired_interval(np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match="got 3 values and 2 groups"):
        interval(np.zeros(3), groups=np.zeros(2, dtype=np.int64))
