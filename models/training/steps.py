"""The ranker of a list by its steps: what who looks wants, and the chance that it ends well, learned apart and put
together.

Of offers: what a person wants, and that they are taken. Of trainings, the same, with an entry for a hire; of people,
whom an employer contacts, and who says yes and is hired; of firms, where a counsellor calls, and where somebody of the
portfolio is met and hired.

Each head is an ensemble of trees on its step (`models/ranking/heads.py`). Margins are logarithms of odds, of rare
events nearly those of chances, so their weighted sum orders by the product: the surplus to expect. How much the wish
weighs beside the chance, and what is put aside beside what is opened, is chosen by the hires of people held out; so is
the one LambdaMART on gains of graded outcomes that is learned beside them, where it does better there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.metrics.judged import Judged
from models.metrics.ndcg import NDCG
from models.oblivious import ObliviousTrees
from models.ranking.appeal import guessed_appeal
from models.ranking.heads import Head
from models.ranking.outcomes import Outcome
from models.ranking.propensity import propensities, strata_of
from models.ranking.propensity import weights as inverse_propensities
from models.ranking.splits import Split, split
from models.ranking.table import RankingTable
from models.ranking.worth import gains, step_worth
from models.training.growing import Grown, grow_head, grow_lambdamart
from models.training.recipe import Recipe

K: Final = 10
WISHES: Final = (0.25, 0.5, 0.75, 1.0, 1.5)
"""Weights of the wish that are tried, beside a chance of weight 1."""
ASIDES: Final = (0.0, -0.5)
"""Weights of the head of what is put aside that are tried, beside what is opened."""


@dataclass(frozen=True, eq=False)
class StepsTraining:
    """What a training gave."""

    trees: ObliviousTrees
    """The ranker."""
    heads: Mapping[Head, Grown]
    lambdamart: Grown
    wish: float
    aside: float
    chosen: str
    """`heads` or `lambdamart`: what `trees` are."""
    propensities: NDArray[np.float64]
    parts: Split
    gains: NDArray[np.float64]
    """(n,) of the table's rows: worth of what came of it, times the inverse propensity of its place."""
    figures: Mapping[str, float]

    @property
    def want(self) -> ObliviousTrees:
        """What who looks wants, alone."""
        return wanted(self.heads, self.aside)

    @property
    def chance(self) -> ObliviousTrees:
        """The chance that what is asked for ends well, alone."""
        return taken(self.heads)


def wanted(heads: Mapping[Head, Grown], aside: float) -> ObliviousTrees:
    """Log P(applied | looked at), less what tells against."""
    parts = [(heads[head].trees, heads[head].slope) for head in (Head.OPENED, Head.APPLIED)]
    return ObliviousTrees.blend([*parts, (heads[Head.ASIDE].trees, aside)] if aside else parts)


def taken(heads: Mapping[Head, Grown]) -> ObliviousTrees:
    """Log P(hired | applied)."""
    return ObliviousTrees.blend([(heads[head].trees, heads[head].slope) for head in (Head.ANSWERED, Head.TAKEN)])


def train_steps(table: RankingTable, recipe: Recipe) -> StepsTraining:
    """Learn from shown lists. Raises ValueError for a log too short to split, TooFewEvents for a step that it lacks."""
    parts = split(table, recipe.validation_weeks, recipe.validation_share, recipe.seed)
    opened = table.outcome >= Outcome.OPENED
    known = propensities(table.position, opened, strata_of(guessed_appeal(table, recipe.seed)))
    weights = inverse_propensities(table, known)
    gained = gains(table, step_worth(table), weights)
    heads = {head: grow_head(table, parts, head, known, recipe) for head in Head}
    single = grow_lambdamart(table, parts, gained, recipe)
    held = table.take(parts.held_out)
    matrix, lists = held.features, held.list_id
    hires = (held.outcome == Outcome.HIRED) * weights[parts.held_out]

    def judged(margins: NDArray[np.float64]) -> float:
        return NDCG.mean(Judged.of_groups(margins, hires, lists, K, seed=recipe.seed), K)

    chance = taken(heads).margins(matrix)
    tried = {
        (wish, aside): judged(wish * wanted(heads, aside).margins(matrix) + chance)
        for wish, aside in product(WISHES, ASIDES)
    }
    wish, aside = max(tried, key=lambda each: tried[each])
    by_single = judged(single.trees.margins(matrix))
    joined = ObliviousTrees.blend([(wanted(heads, aside), wish), (taken(heads), 1.0)])
    better = by_single > tried[wish, aside]
    figures = {
        "hires_ndcg_at_10": max(by_single, tried[wish, aside]),
        "hires_ndcg_at_10_heads": tried[wish, aside],
        "hires_ndcg_at_10_lambdamart": by_single,
        "hires_ndcg_at_10_want": judged(wanted(heads, aside).margins(matrix)),
        "hires_ndcg_at_10_chance": judged(chance),
        "wish": wish,
        "aside": aside,
        "rows": float(len(table)),
        **{f"rows_{head.value}": float(grown.rows) for head, grown in heads.items()},
        **{f"looked_at_{place + 1}": float(known[place]) for place in range(min(len(known), K))},
    }
    return StepsTraining(
        trees=single.trees if better else joined,
        heads=heads,
        lambdamart=single,
        wish=wish,
        aside=aside,
        chosen="lambdamart" if better else "heads",
        propensities=known,
        parts=parts,
        gains=gained,
        figures=figures,
    )
