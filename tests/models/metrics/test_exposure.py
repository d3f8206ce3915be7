import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import EXPOSURE_METRICS, Exposure
from models.metrics.coverage import COVERAGE
from models.metrics.gini import GINI
from models.metrics.largest_load import LARGEST_LOAD

SHOWN = Exposure.of(np.array([[0, 1], [0, 2], [0, -1]], dtype=np.int32), 4)


def test_by_hand() -> None:
    assert SHOWN.loads.tolist() == [3, 1, 1, 0]
    assert COVERAGE.compute(SHOWN) == 3 / 4
    assert LARGEST_LOAD.compute(SHOWN) == 3
    # Mean absolute difference over twice the mean: the six pairs differ by 2, 2, 3, 0, 1, 1; each counts twice of 16.
    assert GINI.compute(SHOWN) == pytest.approx((2 * 9 / 16) / (2 * 5 / 4))


def test_gini_of_extremes() -> None:
    assert GINI.compute(Exposure(np.array([2, 2, 2]))) == pytest.approx(0)
    assert GINI.compute(Exposure(np.array([0, 0, 0, 8]))) == pytest.approx(3 / 4)


def test_nothing_shown() -> None:
    empty = Exposure.of(np.full((2, 3), -1), 5)
    assert COVERAGE.compute(empty) == 0
    assert LARGEST_LOAD.compute(empty) == 0
    assert math.isnan(GINI.compute(empty))
    nothing = Exposure.of(np.zeros((0, 3), dtype=np.int32), 0)
    assert math.isnan(COVERAGE.compute(nothing))
    assert math.isnan(GINI.compute(nothing))
    assert LARGEST_LOAD.compute(nothing) == 0


@pytest.mark.parametrize("row", [-2, 4])
def test_an_item_that_does_not_exist_is_refused(row: int) -> None:
    with pytest.raises(ValueError, match=f"got {row}"):
        Exposure.of(np.array([[0, row]]), 4)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_gini_is_half_the_relative_mean_difference(loads: list[int]) -> None:
    held = np.array(loads, dtype=np.int64)
    if held.sum() == 0:
        return
    apart = np.abs(held[:, None] - held[None, :]).mean()
    assert GINI.compute(Exposure(held)) == pytest.approx(apart / (2 * held.mean()), abs=1e-12)


def test_which_way_is_better() -> None:
    assert [(metric.name, metric.higher_is_better) for metric in EXPOSURE_METRICS] == [
        ("coverage", True),
        ("gini", False),
        ("largest_load", False),
    ]
