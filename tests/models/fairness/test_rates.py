"""Rates by group: held against fairlearn where it has the metric, and against cases known by hand."""

import numpy as np
import pytest

from models.fairness.rates import LEAST_PEOPLE, Rates, rates

LABELS = ("femmes", "hommes", "autres")


def drawn(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    group = generator.integers(0, 2, n)
    return group, generator.random(n) < np.where(group == 0, 0.3, 0.5)


def of(group: np.ndarray, top: np.ndarray, labels: tuple[str, ...] = LABELS) -> Rates:
    rows = np.arange(len(group))
    return rates(labels, group, top, np.ones(len(group)), rows, rows)


def test_selection_rates_and_their_ratio_are_those_of_fairlearn() -> None:
    metrics = pytest.importorskip("fairlearn.metrics")
    group, selected = drawn(800)
    found = of(group, selected)
    frame = metrics.MetricFrame(
        metrics=metrics.selection_rate, y_true=selected, y_pred=selected, sensitive_features=group
    )
    assert found.groups[0].rate is not None
    assert found.groups[1].rate is not None
    assert found.groups[0].rate.value == pytest.approx(frame.by_group[0])
    assert found.groups[1].rate.value == pytest.approx(frame.by_group[1])
    ratio = metrics.demographic_parity_ratio(selected, selected, sensitive_features=group)
    assert found.ratio is not None
    assert found.ratio.value == pytest.approx(ratio)
    assert (found.least, found.most) == ("femmes", "hommes")


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for seed in range(60):
        group, selected = drawn(600, seed)
        ratio = of(group, selected).ratio
        assert ratio is not None
        held += ratio.low <= 0.6 <= ratio.high
    assert 52 <= held <= 60


def test_a_difference_is_established_only_beyond_chance() -> None:
    wide, few = of(*drawn(2000)), of(*drawn(60, seed=3))
    assert wide.below
    assert not wide.watched
    assert few.ratio is not None
    assert not few.below


def test_small_groups_are_not_told_and_not_compared() -> None:
    group = np.repeat([0, 1, 2], [100, 100, LEAST_PEOPLE - 1])
    found = of(group, np.where(group == 2, False, True))
    assert found.groups[2].rate is None
    assert found.ratio is not None
    assert found.ratio.value == 1
    one = of(np.zeros(50, dtype=np.int64), np.ones(50, dtype=np.bool_))
    assert one.ratio is None


def test_who_is_in_no_group_counts_nowhere_and_nobody_at_all_is_told_as_such() -> None:
    group = np.repeat([0, 1, -1], [50, 50, 200])
    found = of(group, group != 0)
    assert [each.people for each in found.groups] == [50, 50, 0]
    assert found.groups[0].rate is not None
    assert found.groups[0].rate.value == 0
    nobody = of(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_))
    assert nobody.ratio is None
    assert all(each.rate is None for each in nobody.groups)


def test_rows_of_one_cluster_are_drawn_together() -> None:
    """A hundred rows of each person say no more than one: intervals must not shrink."""
    group, selected = drawn(300)
    alone = of(group, selected)
    rows = np.repeat(np.arange(300), 100)
    many = rates(LABELS, group[rows], selected[rows], np.ones(len(rows)), rows, rows)
    assert alone.ratio is not None
    assert many.ratio is not None
    assert many.ratio.value == pytest.approx(alone.ratio.value)
    assert many.ratio.high - many.ratio.low == pytest.approx(alone.ratio.high - alone.ratio.low, rel=0.05)
