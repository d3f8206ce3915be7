import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.ranking.propensity import LEAST, looked_at, propensities, strata_of, weights
from tests.models.ranking.made import made_table


def clicks(looked: np.ndarray, n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions drawn with more appealing results first, as a ranker with exploration puts them."""
    generator = np.random.default_rng(seed)
    appeal = generator.beta(1, 6, n)
    order = (appeal + generator.normal(0, 0.1, n)).reshape(-1, len(looked)).argsort(axis=1)[:, ::-1]
    position = np.empty_like(order)
    np.put_along_axis(position, order, np.broadcast_to(np.arange(len(looked)), order.shape), axis=1)
    place = position.ravel()
    opened = generator.random(n) < looked[place] * appeal
    return place, opened, strata_of(appeal)


def test_propensities_are_found_where_position_follows_appeal() -> None:
    looked = 0.8 ** np.arange(10)
    found = propensities(*clicks(looked, 200_000, seed=1))
    assert np.abs(found - looked).max() < 0.05


def test_clicks_alone_would_be_wrong() -> None:
    looked = np.ones(5)
    position, opened, strata = clicks(looked, 100_000, seed=2)
    naive = np.array([opened[position == place].mean() for place in range(5)])
    assert naive[4] / naive[0] < 0.6
    assert np.abs(propensities(position, opened, strata) - 1).max() < 0.06


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(1, 60))
def test_they_never_rise_and_start_at_one(seed: int, n: int) -> None:
    generator = np.random.default_rng(seed)
    found = propensities(generator.integers(0, 9, n), generator.random(n) < 0.3, generator.integers(0, 3, n))
    assert found[0] == 1
    assert (np.diff(found) <= 0).all()
    assert (found >= LEAST).all()


def test_strata_are_of_equal_sizes_and_keep_equals_together() -> None:
    assert strata_of(np.arange(8.0), 4).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert len(np.unique(strata_of(np.zeros(10)))) == 1
    assert strata_of(np.empty(0)).tolist() == []


def test_weights_undo_the_place() -> None:
    table = made_table()
    known = np.array([1.0, 0.5])
    assert weights(table, known).tolist() == [1, 2, 1, 1, 2, 2]
    assert looked_at(np.array([0, 7]), np.empty(0)).tolist() == [1, 1]
    assert propensities(np.empty(0, int), np.empty(0, bool), np.empty(0, np.int64)).size == 0
