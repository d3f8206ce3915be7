"""How appealing a result looks, place left out: the strata in which propensities are estimated."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ranking.outcomes import Outcome
from models.ranking.splits import held_out_people
from models.ranking.table import RankingTable

MOST_ROWS: Final = 200_000


def guessed_appeal(table: RankingTable, seed: int) -> NDArray[np.float64]:
    """(n,) chance to be opened as the features alone tell it. Each half of the people is guessed by what the other half
    did, so that no row's own outcome is in its guess."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    opened = table.outcome >= Outcome.OPENED
    first = held_out_people(table.person, 0.5, seed + 1)
    found = np.full(len(table), opened.mean() if len(table) else 0.0)
    for learning in (first, ~first):
        rows = np.flatnonzero(learning)
        rows = rows[:: max(len(rows) // MOST_ROWS, 1)]
        if len(np.unique(opened[rows])) < 2:
            continue
        model = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=15, random_state=seed, early_stopping=False)
        columns = told(table.features[rows])
        model.fit(table.features[rows][:, columns], opened[rows])
        found[~learning] = model.predict_proba(table.features[~learning][:, columns])[:, 1]
    return found


def told(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(n_features,) columns with a value in some row: scikit-learn's boosting refuses those that have none."""
    return np.asarray(~np.isnan(features).all(axis=0), dtype=np.bool_)
