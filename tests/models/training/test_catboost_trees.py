from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.oblivious import ObliviousTrees
from models.training.catboost_trees import from_catboost

catboost = pytest.importorskip("catboost", reason="catboost comes with the rankers extra")

NAMES = ("a", "b", "c", "d", "e")


def data(n: int = 600, missing: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    matrix = generator.normal(size=(n, 5)).astype(np.float32)
    matrix[generator.random(matrix.shape) < missing] = np.nan
    filled = np.nan_to_num(matrix)
    return matrix, (filled[:, 0] + filled[:, 1] * filled[:, 2] + generator.normal(size=n) > 0).astype(int)


def options(**more: Any) -> dict[str, Any]:
    return {"iterations": 25, "verbose": False, "allow_writing_files": False, "thread_count": 1, **more}


@pytest.mark.parametrize("depth", [1, 4, 6])
def test_margins_and_shapley_values_are_those_of_catboost(depth: int, tmp_path: Path) -> None:
    matrix, right = data()
    quantization = ["2:nan_mode=Max", "0:nan_mode=Max"]
    model = catboost.CatBoostClassifier(**options(depth=depth, per_float_feature_quantization=quantization))
    model.fit(matrix, right)
    trees = from_catboost(model, NAMES)
    assert trees.missing_high.tolist() == [True, False, True, False, False]
    assert np.allclose(trees.margins(matrix), model.predict(matrix, prediction_type="RawFormulaVal"), atol=1e-9)
    shap = model.get_feature_importance(catboost.Pool(matrix[:50]), type="ShapValues")
    assert np.allclose(trees.contributions(matrix[:50]), shap[:, :-1], atol=1e-6)
    assert trees.expected == pytest.approx(shap[0, -1], abs=1e-6)


def test_a_ranking_model_with_constraints() -> None:
    matrix, right = data()
    groups = np.repeat(np.arange(60), 10)
    model = catboost.CatBoostRanker(**options(loss_function="YetiRank", monotone_constraints={"0": 1}))
    model.fit(matrix, right, group_id=groups)
    trees = from_catboost(model, NAMES)
    assert np.allclose(trees.margins(matrix), model.predict(matrix), atol=1e-9)
    rising = np.tile(matrix[:1], (50, 1))
    rising[:, 0] = np.linspace(-3, 3, 50)
    assert (np.diff(trees.margins(rising)) >= -1e-12).all()


def test_a_feature_that_was_never_missing_takes_the_side_that_is_asked_for() -> None:
    matrix, right = data(missing=0)
    model = catboost.CatBoostClassifier(**options()).fit(matrix, right)
    assert not from_catboost(model, NAMES).missing_high.any()
    assert from_catboost(model, NAMES, high=("b",)).missing_high.tolist() == [False, True, False, False, False]


def test_other_models_are_refused() -> None:
    matrix, right = data()
    uneven = catboost.CatBoostClassifier(**options(grow_policy="Lossguide")).fit(matrix, right)
    with pytest.raises(ValueError, match="oblivious"):
        from_catboost(uneven, NAMES)
    classes = catboost.CatBoostClassifier(**options(loss_function="MultiClass")).fit(matrix, np.arange(600) % 3)
    with pytest.raises(ValueError, match="one output"):
        from_catboost(classes, NAMES)


def test_saved_trees_score_alike(tmp_path: Path) -> None:
    matrix, right = data()
    trees = from_catboost(catboost.CatBoostClassifier(**options()).fit(matrix, right), NAMES)
    trees.save(tmp_path)
    assert np.array_equal(ObliviousTrees.load(tmp_path).margins(matrix), trees.margins(matrix))
