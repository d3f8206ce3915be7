"""A fairness report of a simulated market whose groups are treated unequally: what the report looks like where there is
something to find, and the check that it finds it."""

import datetime as dt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.fairness.placements import Hired, People, Placements, ranks_within
from models.fairness.report import report
from models.ranked import Ranked
from models.simulation.groups import draw_groups
from models.simulation.hidden import HiddenTruth
from models.simulation.log import Log
from models.simulation.market import Market
from models.simulation.policies import as_served, by_score
from models.simulation.replay import play
from models.simulation.synthetic import Sizes, synthetic_market

WEEKS: Final = 8
FIRST: Final = 10
OFFERS_A_PERSON: Final = 1.0
SOURCE: Final = (
    "Un marché simulé, où l'on a mis à dessein des inégalités de traitement : rien ici ne décrit des personnes réelles"
)


def simulated_report(persons: int, seed: int, made_at: dt.datetime) -> dict[str, Any]:
    """The report of lists of offers under the transparent ranker, and of people's places before employers; hires are
    those of the simulated weeks."""
    sizes = Sizes(persons=persons, offers=max(int(persons * OFFERS_A_PERSON), 200), candidates=120, weeks=WEEKS)
    market = synthetic_market(sizes, seed)
    groups = draw_groups(market, seed)
    truth = HiddenTruth(market, seed + 1, groups)
    log = play(market, truth, by_score(as_served, k=FIRST), WEEKS, seed + 2)
    people = people_of(market)
    placements = [offers_placed(market, market.served), people_placed(market, market.served)]
    return report(people, placements, hired(log, market), groups.axes, made_at, seed, SOURCE)


def people_of(market: Market) -> People:
    occupation = market.persons.targets[:, 0].astype(np.int64)
    trade = market.occupations.groups[occupation, -1].astype(np.int64)
    ids = tuple(market.persons.ids.tolist())
    return People(ids, trade, occupation, np.empty((len(ids), 0), dtype=np.float32))


def offers_placed(market: Market, scores: NDArray[np.float32], model: str = "transparent") -> Placements:
    """Every person's offers in the order of `scores` (n_candidates,)."""
    return _placed(market, Ranked.OFFERS, market.person.astype(np.int64), scores, model)


def people_placed(market: Market, scores: NDArray[np.float32], model: str = "transparent") -> Placements:
    """Every offer's people in the order of `scores` (n_candidates,)."""
    return _placed(market, Ranked.PROFILES, market.offer.astype(np.int64), scores, model)


def _placed(
    market: Market, ranked: Ranked, list_id: NDArray[np.int64], scores: NDArray[np.float32], model: str
) -> Placements:
    person, rank = market.person.astype(np.int64), ranks_within(list_id, scores)
    counts = np.maximum(np.bincount(person, minlength=len(market.persons)), 1)
    means = np.stack(
        [
            np.bincount(person, weights=np.nan_to_num(column), minlength=len(market.persons)) / counts
            for column in market.features.T
        ],
        axis=1,
    )
    return Placements(
        ranked=ranked,
        model=model,
        person=person,
        list_id=list_id,
        rank=rank,
        selected=rank <= FIRST,
        score=scores,
        pay=market.offers.pay[market.offer],
        distance_km=market.distance_km.astype(np.float32),
        means=means.astype(np.float32),
        names=market.names,
        asked=np.ones(len(market.persons), dtype=np.bool_),
    )


def hired(log: Log, market: Market) -> Hired:
    """The hires of a log."""
    candidate = log.candidate[log.hired_week >= 0]
    return Hired(
        market.person[candidate].astype(np.int64),
        market.offers.pay[market.offer[candidate]],
        market.distance_km[candidate].astype(np.float32),
    )
