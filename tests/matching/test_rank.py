"""The transparent ranker by hand, and what every service's ranker promises."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from features.pairs import JOB_FEATURES, SESSION_FEATURES, Feature
from matching.rank import OFFER_RANKER, PROFILE_RANKER, SESSION_RANKER, Curve, WeightedSum

NAN = float("nan")
SUMS = {
    "offers": (OFFER_RANKER, JOB_FEATURES),
    "profiles": (PROFILE_RANKER, JOB_FEATURES),
    "sessions": (SESSION_RANKER, SESSION_FEATURES),
}


def feature(name: str) -> Feature[object]:
    return Feature(name, "unit", 0.0, 1.0, lambda pairs: np.empty(0, dtype=np.float32))


def test_a_curve_is_straight_between_its_points_and_flat_outside() -> None:
    curve = Curve(0.2, (0, 10, 30), (1, 0.5, 0), neutral=0.4)
    given = np.array([-5, 0, 5, 10, 20, 30, 99, NAN], dtype=np.float32)
    found = curve.worth(given)
    assert_allclose(found, [1, 1, 0.75, 0.5, 0.25, 0, 0, 0.4])
    assert found.dtype == np.float32
    assert curve.worth(given[:0]).shape == (0,)


def test_a_score_is_the_sum_of_weight_times_worth() -> None:
    """Weights 3 and 1: .75 x (5 of 10) + .25 x neutral .2 = .375 + .05."""
    ranker = WeightedSum(
        [feature("a"), feature("b")],
        {"b": Curve(1, (0, 1), (0, 1), neutral=0.2), "a": Curve(3, (0, 10), (0, 1))},
    )
    assert_allclose(ranker.weights, [0.75, 0.25])
    found = ranker.contributions(np.array([[5, NAN], [20, 1]], dtype=np.float32))
    assert_allclose(found, [[0.375, 0.05], [0.75, 0.25]], rtol=1e-6)


@pytest.mark.parametrize("names", [["a"], ["a", "b", "c"], []])
def test_curves_and_features_go_together(names: list[str]) -> None:
    with pytest.raises(ValueError, match="features are"):
        WeightedSum([feature("a"), feature("b")], {name: Curve(1, (0, 1), (0, 1)) for name in names})


def test_a_feature_without_weight_brings_nothing() -> None:
    curves = {"a": Curve(1, (0, 1), (0, 1)), "b": Curve(0, (0, 1), (0.5, 1), neutral=1)}
    ranker = WeightedSum([feature("b"), feature("a")], curves)
    values = np.array([[NAN, 0.25], [9, NAN]], np.float32)
    assert_allclose(ranker.contributions(values), [[0, 0.25], [0, 0.5]])
    assert_allclose(ranker.scores(values), [0.25, 0.5])


@pytest.mark.parametrize("name", SUMS)
def test_weights_add_up_to_one(name: str) -> None:
    ranker, features = SUMS[name]
    assert ranker.names == tuple(item.name for item in features)
    assert ranker.weights.shape == (len(features),)
    assert (ranker.weights >= 0).all()
    assert ranker.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", SUMS)
def test_scores_stay_between_0_and_1_whatever_is_known(name: str) -> None:
    ranker, features = SUMS[name]
    rng = np.random.default_rng(0)
    low, high = (np.array([getattr(item, side) for item in features]) for side in ("low", "high"))
    matrix = rng.uniform(low, high, size=(400, len(features)))
    matrix[rng.random(matrix.shape) < 0.3] = NAN
    extremes = np.stack([low, high, np.full(len(features), NAN)])
    contributions = ranker.contributions(np.concatenate([matrix, extremes]).astype(np.float32))
    assert contributions.dtype == np.float32
    assert not np.isnan(contributions).any()
    assert (contributions >= 0).all()
    assert (contributions <= ranker.weights + 1e-6).all()
    assert (contributions.sum(axis=1) <= 1 + 1e-6).all()
    scores = ranker.scores(np.concatenate([matrix, extremes]).astype(np.float32))
    assert scores.dtype == np.float32
    assert_allclose(ranker.base + contributions.sum(axis=1, dtype=np.float64), scores, atol=1e-6)


@pytest.mark.parametrize("name", SUMS)
def test_a_matrix_is_read_through_the_curves_as_each_column_is(name: str) -> None:
    """To the last bit: what is read at once, and each column through its own curve (`np.interp`)."""
    ranker, features = SUMS[name]
    rng = np.random.default_rng(1)
    low, high = (np.array([getattr(item, side) for item in features]) for side in ("low", "high"))
    matrix = rng.uniform(low, high, size=(300, len(features)))
    for column, curve in enumerate(ranker.curves):
        matrix[: len(curve.values), column] = curve.values
    matrix[rng.random(matrix.shape) < 0.2] = NAN
    given = matrix.astype(np.float32)
    expected = [curve.worth(given[:, column]) for column, curve in enumerate(ranker.curves)]
    np.testing.assert_array_equal(ranker.contributions(given), np.stack(expected, axis=1) * ranker.weights)


@pytest.mark.parametrize("name", SUMS)
def test_nothing_to_rank(name: str) -> None:
    ranker, features = SUMS[name]
    nothing = np.empty((0, len(features)), dtype=np.float32)
    assert ranker.contributions(nothing).shape == (0, len(features))
    assert ranker.scores(nothing).shape == (0,)


@pytest.mark.parametrize("name", ["offers", "profiles"])
def test_the_same_occupation_next_door_beats_another_far_away(name: str) -> None:
    ranker, features = SUMS[name]
    order = [item.name for item in features]
    better = dict.fromkeys(order, NAN) | {
        "closeness": 0.8,
        "relation": 5,
        "affinity": 1,
        "skills": 0.8,
        "distance": 0.1,
    }
    worse = dict.fromkeys(order, NAN) | {
        "closeness": 0.5,
        "relation": 3,
        "affinity": 0.1,
        "skills": 0.2,
        "distance": 0.9,
    }
    matrix = np.array([[row[key] for key in order] for row in (better, worse)], dtype=np.float32)
    scores = ranker.scores(matrix)
    assert scores[0] > scores[1] + 0.2


def test_sourcing_leaves_out_what_does_not_depend_on_the_person() -> None:
    weights = dict(zip((item.name for item in JOB_FEATURES), PROFILE_RANKER.weights, strict=True))
    assert weights["freshness"] == weights["tension"] == 0
