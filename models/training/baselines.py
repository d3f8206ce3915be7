"""What ours is compared with, learned from the same rows: a linear model, boosted trees, LightGBM's LambdaMART."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.ranking.appeal import told
from models.ranking.splits import Split
from models.ranking.table import RankingTable

Matrix = NDArray[np.float32]
Scores = Callable[[Matrix], NDArray[np.float64]]
"""(n, n_names) features -> (n,) scores, higher first."""
GRADES: Final = 30
"""Whole grades that LightGBM's gains are brought to."""


def linear(table: RankingTable, parts: Split, gains: NDArray[np.float64]) -> Scores:
    """Ridge regression of the gains, its penalty chosen by leaving one out; a missing value counts as the mean, and
    that it is missing as one more column."""
    model = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler(), RidgeCV((1.0, 100.0, 10_000.0))
    )
    model.fit(table.features[parts.learning], gains[parts.learning])
    return lambda matrix: np.asarray(model.predict(matrix), dtype=np.float64)


def boosted(table: RankingTable, parts: Split, gains: NDArray[np.float64], seed: int) -> Scores:
    """scikit-learn's histogram gradient boosting of the gains, stopped on validation lists."""
    model = HistGradientBoostingRegressor(max_iter=200, early_stopping=True, random_state=seed)
    columns = told(table.features[parts.learning])
    model.fit(
        table.features[parts.learning][:, columns],
        gains[parts.learning],
        X_val=table.features[parts.validation][:, columns],
        y_val=gains[parts.validation],
    )
    return lambda matrix: np.asarray(model.predict(matrix[:, columns]), dtype=np.float64)


def lightgbm_lambdamart(
    table: RankingTable, parts: Split, gains: NDArray[np.float64], seed: int, threads: int = 2
) -> Scores:
    """LightGBM's LambdaMART on the gains, brought to whole grades by their logarithm, stopped on validation lists."""
    import lightgbm

    grades = np.rint(GRADES * np.log1p(99 * gains / max(float(gains.max()), 1e-12)) / np.log(100)).astype(np.int32)

    def dataset(rows: NDArray[np.bool_], reference: Any = None) -> Any:
        sizes = np.diff(np.flatnonzero(np.diff(table.list_id[rows], prepend=-1, append=-1)))
        return lightgbm.Dataset(table.features[rows], grades[rows], group=sizes, reference=reference)

    parameters = {
        "objective": "lambdarank",
        "label_gain": [float(grade) for grade in range(GRADES + 1)],
        "eval_at": [10],
        "metric": "ndcg",
        "learning_rate": 0.1,
        "num_leaves": 31,
        "min_data_in_leaf": 50,
        "lambda_l2": 5.0,
        "seed": seed,
        "num_threads": threads,
        "deterministic": True,
        "verbose": -1,
    }
    learning = dataset(parts.learning)
    model = lightgbm.train(
        parameters,
        learning,
        200,
        valid_sets=[dataset(parts.validation, learning)],
        callbacks=[lightgbm.early_stopping(20, verbose=False)],
    )
    return lambda matrix: np.asarray(model.predict(matrix), dtype=np.float64)
