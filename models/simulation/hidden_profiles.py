"""What people are worth to an employer who searches: the market's own truth (`hidden.py`), read from the other side.

A card tells the career, the skills and the way there, not how good somebody is: that shows when they meet. Who is
contacted says yes by what the job is worth to them, and by a readiness of their own to answer at all.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.chances import Purpose, normal
from models.simulation.hidden import HiddenTruth, sigmoid
from models.simulation.hidden_list import HiddenList
from models.simulation.market import as_floats
from models.simulation.shelf import Shelf

MIDDLE_WEEK: Final = 8
"""Tastes turn and seasons pass little in the months of a log: pairs are taken as they stand in its middle."""
QUALITY: Final = 0.8
"""`HiddenTruth.merit`: what the person's private quality weighs."""
SEEN_OTHERWISE: Final = 0.35
"""Standard deviation of what two readers of one card see differently."""
LIKES_THE_WAY: Final = 0.25


def hidden_profiles(shelf: Shelf, truth: HiddenTruth, candidates: NDArray[np.int64], seed: int) -> HiddenList:
    """`candidates` (n,): where each candidate of the shelf, an offer and a person, stands in the market's graph."""
    generator = np.random.default_rng([seed, 31])
    market = truth.market
    pairs = truth.pairs(candidates)
    person = pairs.person
    worth_to_person = truth.worth(pairs, MIDDLE_WEEK).total
    merit = truth.merit(pairs, MIDDLE_WEEK)
    quality = as_floats(QUALITY * truth.tastes.quality[person])
    told = merit - quality
    otherwise = np.float32(SEEN_OTHERWISE) * normal(seed, Purpose.MATCH, shelf.asker, person)
    # who recruits counts on people to stay if they live near
    near = as_floats(LIKES_THE_WAY * np.maximum(truth.distance_worth(person, pairs.distance_km, pairs.reach_km), -4))
    seen = told + otherwise + near
    ready = generator.beta(5.0, 3.0, len(market.persons))
    answers = as_floats(ready[person] * sigmoid(as_floats(1.4 * worth_to_person + 0.4)))
    stays = sigmoid(as_floats(1.5 * worth_to_person + 1.2))
    succeeds = truth.interview_chance(merit) * truth.hire_chance(merit) * stays
    n = len(shelf.askers)
    return HiddenList(
        glimpse=as_floats(0.9 * told + otherwise + 0.5 * near),
        worth=seen,
        answers=answers,
        succeeds=as_floats(succeeds),
        surplus=as_floats(answers * succeeds * np.logaddexp(0, merit + otherwise)),
        depth=as_floats(generator.beta(9, 2, n)),
        visits=as_floats(generator.beta(4, 3, n)),
        budget=(2 + generator.poisson(2.0, n)).astype(np.int32),
        wants=np.maximum(market.offers.posts, 1).astype(np.int32),
        places=np.ones(len(shelf.items), dtype=np.int32),
    )
