"""Policies: what chooses a week's lists. Any function of a `Moment` will do; these are the ones needed everywhere."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.simulation.chances import Purpose, uniform
from models.simulation.hidden import HiddenTruth
from models.simulation.lists import Lists, top_lists
from models.simulation.market import Floats, as_floats
from models.simulation.moment import Moment

Lister = Callable[[Moment], Lists]
"""What a policy is to the stream: what may be known in a week -> the lists to show."""
Scorer = Callable[[Moment, NDArray[np.int64]], Floats]
"""What may be known, and candidates (n,) -> their scores (n,), higher first."""


def by_score(scorer: Scorer, k: int) -> Lister:
    """Each visitor's k allowed candidates of the highest score."""

    def lists(moment: Moment) -> Lists:
        return top_lists(moment.market, moment.visitors, moment.may_show, partial(scorer, moment), k)

    return lists


def by_features(score: Callable[[Floats], Floats]) -> Scorer:
    """Scores from the product's features as they are that week: (n, n_names) -> (n,)."""
    return lambda moment, candidates: score(moment.features(candidates))


def as_served(moment: Moment, candidates: NDArray[np.int64]) -> Floats:
    """The scores of the ranker that was in force when the market was made."""
    return moment.market.served[candidates]


def at_random(seed: int) -> Scorer:
    """A new order every week."""
    return lambda moment, candidates: uniform(seed, Purpose.EXPLORE, candidates, moment.week)


def explored(scorer: Scorer, spread: float, seed: int) -> Scorer:
    """`scorer` with noise: lists are drawn from a Plackett-Luce model of scores / spread, a new draw every week.

    Gumbel noise of that scale on each score (J. I. Yellott, J. Math. Psychology 15, 1977). 0 leaves the order.
    """

    def noisy(moment: Moment, candidates: NDArray[np.int64]) -> Floats:
        draws = uniform(seed, Purpose.EXPLORE, candidates, moment.week)
        return as_floats(scorer(moment, candidates) - spread * np.log(-np.log(draws)))

    return noisy


def oracle(truth: HiddenTruth) -> Scorer:
    """The expected surplus that the hidden truth knows: the ceiling of a ranking that looks at one person at a time."""
    return lambda moment, candidates: truth.surplus(candidates, moment.week)


def ready(lists_of_week: Sequence[Lists]) -> Lister:
    """Lists made beforehand, one a week, the last one for all weeks after: what an allocation gives. Of them only what
    may be shown that week is."""
    if not lists_of_week:
        raise ValueError("il faut les listes d'au moins une semaine")
    return lambda moment: lists_of_week[min(moment.week, len(lists_of_week) - 1)]
