import math

import numpy as np
import pytest

from models.metrics import PROBABILITY_METRICS, Probabilities
from models.metrics.calibration import Bin, calibration_error, reliability


def test_reliability_and_error_by_hand() -> None:
    scores = np.array([0.9, 0.1, 0.7, 0.3])
    right = np.array([True, False, False, True])
    assert reliability(scores, right, bins=2) == (
        Bin(2, pytest.approx(0.2), 0.5),
        Bin(2, pytest.approx(0.8), 0.5),
    )
    assert calibration_error(scores, right, bins=2) == pytest.approx((2 * 0.3 + 2 * 0.3) / 4)
    assert calibration_error(scores, right, bins=4) == pytest.approx((0.1 + 0.7 + 0.7 + 0.1) / 4)


def test_bins_have_equal_mass_and_none_is_empty() -> None:
    scores = np.linspace(0, 1, 7)
    sizes = [row.size for row in reliability(scores, scores > 0.5, bins=3)]
    assert sizes == [3, 2, 2]
    assert len(reliability(scores[:2], scores[:2] > 0.5, bins=15)) == 2
    assert reliability(scores[:0], scores[:0] > 0.5) == ()
    assert math.isnan(calibration_error(scores[:0], scores[:0] > 0.5))


def test_bins_of_unequal_sizes_weigh_by_their_size() -> None:
    scores = np.array([0.2, 0.4, 0.9])
    right = np.array([False, True, True])
    assert calibration_error(scores, right, bins=2) == pytest.approx((2 * abs(0.3 - 0.5) + 1 * abs(0.9 - 1)) / 3)


def test_the_registered_metric_has_fifteen_bins() -> None:
    draw = np.random.default_rng(0)
    scores = draw.random(300)
    right = draw.random(300) < scores**2
    (metric,) = PROBABILITY_METRICS
    assert metric.compute(Probabilities(scores, right)) == calibration_error(scores, right, bins=15)
