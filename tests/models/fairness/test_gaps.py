"""Gaps in what is recommended against gaps in what people were hired for."""

import numpy as np
import pytest

from models.fairness.gaps import Quantity, gaps

LABELS = ("femmes", "hommes")


def market(n: int, gap: float, seed: int = 0, trade_gap: float = 0.0) -> tuple[np.ndarray, Quantity]:
    """n people, two in three men, women paid less by `gap` in a trade and by `trade_gap` for being in the other one."""
    generator = np.random.default_rng(seed)
    group = (np.arange(n) % 3 > 0).astype(np.int64)
    trade = (generator.random(n) < np.where(group == 0, 0.8, 0.2)).astype(np.int64)
    pay = 2000 - gap * (group == 0) - trade_gap * trade + generator.normal(0, 50, n)
    return group, Quantity(pay, np.arange(n), trade)


def test_a_gap_that_is_wider_than_that_of_hires_is_found() -> None:
    group, recommended = market(3000, 200)
    _, hired = market(3000, 80, seed=1)
    (found,) = gaps(LABELS, group, recommended, hired)
    assert (found.label, found.reference) == ("femmes", "hommes")
    assert found.recommended.value == pytest.approx(-200, abs=10)
    assert found.hired is not None
    assert found.hired.value == pytest.approx(-80, abs=10)
    assert found.widening is not None
    assert found.widening.value == pytest.approx(120, abs=15)
    assert found.widened


def test_a_gap_that_is_narrower_is_not() -> None:
    group, recommended = market(3000, 80)
    _, hired = market(3000, 200, seed=1)
    (found,) = gaps(LABELS, group, recommended, hired)
    assert found.widening is not None
    assert found.widening.value < 0
    assert not found.widened


def test_a_gap_of_trades_is_none_between_people_of_one_trade() -> None:
    group, recommended = market(6000, 0, trade_gap=300)
    (raw,) = gaps(LABELS, group, recommended, None)
    (like,) = gaps(LABELS, group, recommended.within_trades(), None)
    assert raw.recommended.value < -150
    assert like.recommended.low <= 5
    assert abs(like.recommended.value) < 20
    assert raw.hired is None
    assert not raw.widened


def test_what_is_not_known_is_left_out_and_everybody_counts_once() -> None:
    group = np.repeat([0, 1], 20)
    person = np.concatenate([np.arange(40), np.zeros(500, dtype=np.int64)])
    values = np.concatenate([np.where(group == 0, 100.0, 200.0), np.full(500, np.nan)])
    (found,) = gaps(LABELS, group, Quantity(values, person, np.zeros(540, dtype=np.int64)), None)
    assert abs(found.recommended.value) == pytest.approx(100)
    repeated = Quantity(np.concatenate([values[:40], np.full(500, 100.0)]), person, np.zeros(540, dtype=np.int64))
    (again,) = gaps(LABELS, group, repeated, None)
    assert again.recommended.value == pytest.approx(found.recommended.value)


def test_too_few_people_are_not_compared() -> None:
    group = np.repeat([0, 1], [10, 100])
    assert gaps(LABELS, group, Quantity(np.ones(110), np.arange(110), np.zeros(110, dtype=np.int64)), None) == []
