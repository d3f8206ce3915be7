"""A training of a list's ranker, as the registry keeps it: by its steps, or, of a log in which too little came of
what was asked for, by one LambdaMART."""

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.metrics.judged import Judged
from models.metrics.ndcg import NDCG
from models.oblivious import ObliviousTrees
from models.ranked import Ranked
from models.ranking.appeal import guessed_appeal
from models.ranking.held_out import HeldOut
from models.ranking.model import RankingModel
from models.ranking.outcomes import Outcome
from models.ranking.propensity import propensities, strata_of
from models.ranking.propensity import weights as inverse_propensities
from models.ranking.splits import split
from models.ranking.table import RankingTable
from models.ranking.worth import gains, step_worth
from models.tastes import Tastes
from models.training.growing import TooFewEvents, grow_lambdamart
from models.training.recipe import Recipe
from models.training.registry import Training
from models.training.steps import K, train_steps

POINTS: Final = 40
"""Points of a learning curve."""


def trained(ranked: Ranked, table: RankingTable, recipe: Recipe, tastes: Tastes | None = None) -> Training:
    """Learn the ranker of a list from what was shown. `tastes`: what the table's `collaborative` was computed with.

    The same table and recipe give the same trees. Raises ValueError for a table with a feature that serving does not
    compute for this list, for a log too short to split, and (TooFewEvents) for a step of offers that it lacks: of other
    lists a step that it lacks is done without.
    """
    suited = recipe.suited(ranked)
    unknown = sorted(set(table.names) - set(ranked.features))
    if unknown:
        raise ValueError(f"serving computes no {', '.join(unknown)} for {ranked.value}: leave it out of the table")
    try:
        done = train_steps(table, suited)
        trees, parts, gained, figures = done.trees, done.parts, done.gains, dict(done.figures)
        chosen = done.chosen
    except TooFewEvents:
        if ranked is Ranked.OFFERS:
            raise
        parts = split(table, suited.validation_weeks, suited.validation_share, suited.seed)
        opened = table.outcome >= Outcome.OPENED
        known = propensities(table.position, opened, strata_of(guessed_appeal(table, suited.seed)))
        gained = gains(table, step_worth(table), inverse_propensities(table, known))
        trees = grow_lambdamart(table, parts, gained, suited).trees
        figures, chosen = {"rows": float(len(table))}, "lambdamart"
    held = table.take(parts.validation)
    held_gains = gained[parts.validation]
    figures["ndcg_at_10"] = _ndcg(trees.margins(held.features), held_gains, held)
    figures["ndcg_at_10_as_shown"] = _ndcg(-held.position.astype(np.float64), held_gains, held)
    return Training(
        ranked=ranked,
        model=RankingModel(trees, tastes),
        parameters={**dataclasses.asdict(suited), "ranker": chosen, "features": len(table.names)},
        data_hash=table.data_hash,
        figures=figures,
        curve={"validation": learning_curve(trees, held, held_gains)},
        held_out=HeldOut(held, held_gains),
    )


def learning_curve(trees: ObliviousTrees, table: RankingTable, gained: NDArray[np.float64]) -> Sequence[float]:
    """nDCG@10 of the lists of `table` with more and more of the trees, at `POINTS` numbers of them at most."""
    counts = np.unique(np.linspace(0, trees.n_trees, POINTS + 1).astype(np.int64)[1:])
    margins, found, before = np.full(len(table), trees.bias), [], 0
    for count in counts.tolist():
        margins += _part(trees, before, count).margins(table.features)
        found.append(_ndcg(margins, gained, table))
        before = count
    return found


def _part(trees: ObliviousTrees, first: int, last: int) -> ObliviousTrees:
    arrays: dict[str, Any] = {
        name: getattr(trees, name)[first:last] for name in ("features", "borders", "leaves", "covers")
    }
    return dataclasses.replace(trees, bias=0.0, **arrays)


def _ndcg(scores: NDArray[np.float64], gained: NDArray[np.float64], table: RankingTable) -> float:
    return NDCG.mean(Judged.of_groups(scores, gained, table.list_id, K, seed=0), K)
