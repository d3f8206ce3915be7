"""Whether a group can be guessed from what rankers read: the area under the curve of a model that tries.

0.5 is chance, 1 certainty. A trade alone tells much of a sex, in a labour market that is what it is; so the figure is
told beside that of the trade alone. What is above it, something else gives away.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.fairness.rates import LEAST_PEOPLE, Estimate

FOLDS: Final = 5
LEAST: Final = 5 * LEAST_PEOPLE
"""People of each side from which guessing is tried."""
_DRAWS: Final = 300


def guessed(matrix: NDArray[np.floating], is_of_group: NDArray[np.bool_], seed: int = 0) -> Estimate | None:
    """Area under the curve of a logistic regression on people (n, n_columns) that it has not seen, five folds, with a
    bootstrap interval; None with too few people of either side. Missing values are taken for the column's mean, and
    that they are missing is a column."""
    if min(int(is_of_group.sum()), int((~is_of_group).sum())) < LEAST:
        return None
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    missing = ~np.isfinite(matrix)
    counts = np.maximum((~missing).sum(axis=0), 1)
    means = np.where(missing, 0, matrix).sum(axis=0) / counts
    filled = np.where(missing, means, matrix)
    columns = np.concatenate([filled, missing[:, missing.any(axis=0)].astype(np.float64)], axis=1)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=300))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    scores = cross_val_predict(model, columns, is_of_group, cv=folds, method="decision_function")
    value = float(roc_auc_score(is_of_group, scores))
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(_DRAWS):
        rows = generator.integers(0, len(scores), len(scores))
        if 0 < is_of_group[rows].sum() < len(rows):
            drawn.append(roc_auc_score(is_of_group[rows], scores[rows]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(value, float(low), float(high))


def one_hot(values: NDArray[np.integer], least: int = 5) -> NDArray[np.float64]:
    """(n, n_values) of categories; those of fewer than `least` people stand together."""
    names, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    column = np.cumsum(counts >= least)[place] * (counts >= least)[place]
    found = np.zeros((len(values), int((counts >= least).sum()) + 1))
    found[np.arange(len(values)), column] = 1
    return found[:, : len(names) + 1]
