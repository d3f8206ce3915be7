"""The orders that are compared: from none at all to the one that knows the hidden truth."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.ranking_ceiling import public_surplus
from benchmarks.ranking_market import Played
from features.pairs import JOB_FEATURES
from matching.rank import OFFER_RANKER
from models.simulation.chances import Purpose, uniform
from models.simulation.market import Floats, as_floats
from models.simulation.moment import Moment
from models.simulation.policies import Scorer as PolicyScorer
from models.training.baselines import boosted, lightgbm_lambdamart, linear
from models.training.recipe import Recipe
from models.training.steps import StepsTraining, train_steps

Scores = Callable[[Floats, NDArray[np.int64], int], NDArray[np.floating]]
"""Features (n, n_names), candidates (n,) and the week -> scores (n,), higher first."""

T = TypeVar("T")

OURS = "ours"
TRANSPARENT = "transparent"
ORACLE = "oracle"
LEARNED = ("linear", "hist_gradient_boosting", "lightgbm_lambdamart", "lambdamart", "want_head", "chance_head", OURS)
CEILINGS = ("public_oracle", "public_oracle_firms_known", ORACLE)
"""Orders that no ranker can be asked for: they read the hidden truth, less what is private of it, or all of it."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Scorers by name, in the order they are reported."""

    scores: dict[str, Scores]
    training: StepsTraining
    seconds: dict[str, float]
    """Time that each learner took."""


def rows_of(played: Played, recipe: Recipe) -> Rows:
    """All orders for a market: the learned ones learn here, from the same rows."""
    market, truth, names = played.market, played.truth, played.market.names
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], T]) -> T:
        start = time.perf_counter()
        done = work()
        seconds[name] = time.perf_counter() - start
        return done

    table = played.table
    training = timed(OURS, lambda: train_steps(table, recipe))
    parts, gains = training.parts, training.gains
    by_linear = timed("linear", lambda: linear(table, parts, gains))
    by_boosted = timed("hist_gradient_boosting", lambda: boosted(table, parts, gains, recipe.seed))
    by_lightgbm = timed(
        "lightgbm_lambdamart", lambda: lightgbm_lambdamart(table, parts, gains, recipe.seed, recipe.threads)
    )

    def column(name: str, sign: float = 1.0) -> Scores:
        place = names.index(name)
        return lambda features, *_: sign * features[:, place]

    scores: dict[str, Scores] = {
        "random": lambda _, candidates, week: uniform(played.seed + 7, Purpose.EXPLORE, candidates, week),
        "popularity": lambda _, candidates, week: as_floats(
            played.opened[market.offer[candidates]] + uniform(played.seed + 7, Purpose.EXPLORE, candidates, week)
        ),
        "freshness": column("freshness", -1.0),
        "semantic": column("closeness"),
        TRANSPARENT: lambda features, *_: transparent(features, names),
        "linear": lambda features, *_: by_linear(features),
        "hist_gradient_boosting": lambda features, *_: by_boosted(features),
        "lightgbm_lambdamart": lambda features, *_: by_lightgbm(features),
        "lambdamart": lambda features, *_: training.lambdamart.trees.margins(features),
        "want_head": lambda features, *_: training.want.margins(features),
        "chance_head": lambda features, *_: training.chance.margins(features),
        OURS: lambda features, *_: training.trees.margins(features),
        "public_oracle": lambda _, candidates, week: public_surplus(truth, candidates, week, False),
        "public_oracle_firms_known": lambda _, candidates, week: public_surplus(truth, candidates, week, True),
        ORACLE: lambda _, candidates, week: truth.surplus(candidates, week),
    }
    return Rows(scores, training, seconds)


def transparent(features: Floats, names: tuple[str, ...]) -> Floats:
    """(n,) scores of the ranker that ships; a feature that the market lacks is not known."""
    matrix = np.full((len(features), len(JOB_FEATURES)), np.nan, dtype=np.float32)
    for place, feature in enumerate(JOB_FEATURES):
        if feature.name in names:
            matrix[:, place] = features[:, names.index(feature.name)]
    return OFFER_RANKER.scores(matrix)


def policy(scores: Scores) -> PolicyScorer:
    """An order as what makes a week's lists."""

    def of_moment(moment: Moment, candidates: NDArray[np.int64]) -> Floats:
        return as_floats(np.asarray(scores(moment.features(candidates), candidates, moment.week)))

    return of_moment
