"""Growing one ensemble of trees with CatBoost: a head of the ranker of offers, or a LambdaMART of any list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.oblivious import ObliviousTrees
from models.ranking.heads import Head
from models.ranking.propensity import looked_at
from models.ranking.splits import Split
from models.ranking.table import RankingTable
from models.training.catboost_trees import from_catboost
from models.training.recipe import FAR_WHEN_MISSING, Recipe, with_newcomers

CLOSER: Final = {"distance": -1, "minutes": -1}
SENSES: Final[Mapping[Head, Mapping[str, int]]] = {
    Head.OPENED: {**CLOSER, "relation": 1, "interest": 1},
    Head.APPLIED: {**CLOSER, "relation": 1},
    Head.ASIDE: {"distance": 1, "minutes": 1, "relation": -1, "interest": -1},
    Head.ANSWERED: {**CLOSER, "relation": 1, "crowding": -1},
    Head.TAKEN: {**CLOSER, "relation": 1},
}
"""Features whose sense is certain: closer is never worse, nor is a nearer occupation; a crowd at the door is no help.
Features that are often missing are left free: a constraint would hold silence for the worst, or for the best."""
BESIDE: Final[Mapping[Head, tuple[str, ...]]] = {Head.TAKEN: ("freshness", "responsiveness", "crowding")}
"""Features that a head does not read. What made a firm answer says nothing of how the meeting ends, but of those who
were met against the odds: they are the better ones, and trees would take an old advert for a good sign."""
LEAST_EACH: Final = 20
"""Times that a step must have happened, and not happened, to be learned."""


@dataclass(frozen=True, eq=False)
class Grown:
    """An ensemble and how its growing went."""

    trees: ObliviousTrees
    curve: Sequence[float]
    """Of the validation lists after each tree: loss of a head, nDCG@10 of a LambdaMART."""
    rows: int
    """Rows that it was learned from."""
    rate: float
    """How often the step was made, of those rows before they were thinned; NaN of a LambdaMART."""

    @property
    def slope(self) -> float:
        """What a margin of 1 adds to the logarithm of the chance, about the mean: log-odds flatten as chances grow."""
        return 1.0 - self.rate


class TooFewEvents(ValueError):
    """A step did not happen often enough to be learned; the message says which, and how often it did."""


def grow_head(table: RankingTable, parts: Split, head: Head, known: NDArray[np.float64], recipe: Recipe) -> Grown:
    """The log-odds that the step happens to a row of `table`, were it looked at.

    Of a step that hangs on the place, the logarithm of the place's propensity (`known`, by place) is given to the trees
    beforehand, so that they learn what is left: of rare events, the position-based model to a good approximation. A
    slow step is parted by people alone: the last weeks do not know it yet. Raises TooFewEvents.
    """
    import catboost

    asked, made = head.rows(table), head.labels(table)
    sides = (~parts.held_out, parts.held_out) if head.is_slow else (parts.learning, parts.validation)
    learning, validation = (np.flatnonzero(side & asked) for side in sides)
    for rows in (learning, validation):
        happened = int(made[rows].sum())
        if min(happened, len(rows) - happened) < (LEAST_EACH if rows is learning else 1):
            raise TooFewEvents(f"{head.value}: {happened} of {len(rows)} rows; a longer log is needed")
    offset = np.log(looked_at(table.position, known)) if head.hangs_on_place else np.zeros(len(table))
    rate = float(made[learning].mean())
    kept, weight = _thinned(made[learning], recipe) if head.hangs_on_place else (learning >= 0, None)
    learning = learning[kept]
    hidden = with_newcomers(table.features[learning], table.names, table.person[learning], table.item[learning], recipe)
    depth = recipe.slow_depth if head.is_slow else recipe.depth
    model = catboost.CatBoostClassifier(
        **recipe.catboost("Logloss", table.names, SENSES[head], depth, BESIDE.get(head, ()))
    )
    model.fit(
        catboost.Pool(hidden, made[learning].astype(int), weight=weight, baseline=offset[learning]),
        eval_set=catboost.Pool(table.features[validation], made[validation].astype(int), baseline=offset[validation]),
    )
    return Grown(from_catboost(model, table.names, FAR_WHEN_MISSING), _curve(model), len(learning), rate)


def grow_lambdamart(table: RankingTable, parts: Split, gains: NDArray[np.float64], recipe: Recipe) -> Grown:
    """An ensemble whose lists have the best nDCG@10 of `gains` (n,), 0 or more, that carry the inverse propensities
    (Wu, Burges, Svore and Gao 2010; Hu et al., "Unbiased LambdaMART", WWW 2019)."""
    import catboost

    learning, validation = np.flatnonzero(parts.learning), np.flatnonzero(parts.validation)
    lists = np.unique(table.list_id[learning][gains[learning] > 0])
    lists = np.random.default_rng([recipe.seed, 7]).permutation(lists)[: recipe.most_lists]
    learning = learning[np.isin(table.list_id[learning], lists)]
    if len(learning) == 0:
        raise TooFewEvents("no list of the learning weeks has a gain: a longer log is needed")
    most = max(float(gains.max()), 1e-12)
    hidden = with_newcomers(table.features[learning], table.names, table.person[learning], table.item[learning], recipe)
    senses = SENSES[Head.OPENED]
    model = catboost.CatBoostRanker(**recipe.catboost("YetiRank:mode=NDCG;top=10", table.names, senses, recipe.depth))
    model.fit(
        catboost.Pool(hidden, gains[learning] / most, group_id=table.list_id[learning]),
        eval_set=catboost.Pool(
            table.features[validation], gains[validation] / most, group_id=table.list_id[validation]
        ),
    )
    return Grown(from_catboost(model, table.names, FAR_WHEN_MISSING), _curve(model), len(learning), float("nan"))


def _thinned(made: NDArray[np.bool_], recipe: Recipe) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which rows are kept, and the weights of those that are: all where the step was made, a share of the others."""
    drawn = np.random.default_rng([recipe.seed, 6]).random(len(made)) < recipe.unmoved_kept
    kept = made | drawn
    return kept, np.where(made, 1.0, 1.0 / recipe.unmoved_kept)[kept]


def _curve(model: Any) -> list[float]:
    measured: Mapping[str, Sequence[float]] = model.get_evals_result().get("validation", {})
    return [float(value) for value in next(iter(measured.values()), [])]
