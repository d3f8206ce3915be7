"""What can be guessed."""

import numpy as np

from models.fairness.proxies import guessed, one_hot


def test_chance_is_a_half_and_a_give_away_is_certain() -> None:
    generator = np.random.default_rng(0)
    of_group = generator.random(400) < 0.4
    noise = generator.normal(size=(400, 5))
    chance = guessed(noise, of_group)
    assert chance is not None
    assert chance.low < 0.5 < chance.high + 0.05
    told = np.column_stack([noise, of_group + generator.normal(0, 0.1, 400)])
    sure = guessed(told, of_group)
    assert sure is not None
    assert sure.value > 0.97


def test_that_a_value_is_missing_may_give_away_too() -> None:
    generator = np.random.default_rng(1)
    of_group = generator.random(300) < 0.5
    column = np.where(of_group, np.nan, generator.normal(size=300))[:, None]
    found = guessed(column, of_group)
    assert found is not None
    assert found.value > 0.95


def test_few_people_are_not_guessed_at() -> None:
    assert guessed(np.zeros((100, 1)), np.arange(100) < 20) is None


def test_rare_categories_stand_together() -> None:
    found = one_hot(np.array([3] * 6 + [7] * 5 + [8, 9]))
    assert found.sum() == 13
    assert found[-1].tolist() == found[-2].tolist()
    assert found[0].tolist() != found[7].tolist()
