"""A small synthetic market with its truth, made once, and weeks played on it."""

from functools import lru_cache

from models.simulation.hidden import HiddenTruth
from models.simulation.log import Log
from models.simulation.market import Market
from models.simulation.policies import as_served, by_score, explored
from models.simulation.replay import play
from models.simulation.synthetic import Sizes, synthetic_market

WEEKS = 6
SEED = 4


@lru_cache(maxsize=1)
def market() -> Market:
    return synthetic_market(Sizes(persons=3_000, offers=1_200, candidates=150, weeks=WEEKS, occupations=80), SEED)


@lru_cache(maxsize=1)
def truth() -> HiddenTruth:
    return HiddenTruth(market(), SEED)


@lru_cache(maxsize=1)
def log() -> Log:
    """Six weeks of the served ranking, explored a little."""
    return play(market(), truth(), by_score(explored(as_served, 0.05, SEED), 10), WEEKS, SEED)
