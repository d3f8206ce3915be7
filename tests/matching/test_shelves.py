"""Shelves are what the service brings, with the features that rank it, and each has a truth that people can act on."""

from functools import partial
from typing import Any

import numpy as np
import pytest

from features.records import Offer, Profile
from matching import same_doors
from matching.answer import Match, Window
from matching.candidates import candidates_market
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.placements import FIRM_RANKER
from matching.prospection import targets
from matching.rank import PROFILE_RANKER, SESSION_RANKER, Ranker
from matching.schema import Collection
from matching.scoring import heard
from matching.shelves import firm_shelf, profile_shelf, session_shelf
from matching.sourcing import profiles_for_offer
from matching.trainings import sessions_for_profile
from models.simulation.asking import Asking, ranking_table
from models.simulation.hidden import HiddenTruth
from models.simulation.hidden_firms import hidden_firms
from models.simulation.hidden_list import HiddenList
from models.simulation.hidden_profiles import hidden_profiles
from models.simulation.hidden_sessions import hidden_sessions
from models.simulation.market import Market
from models.simulation.shelf import Shelf
from tests.matching.conftest import House, every, whole

WEEKS = 6

Made = tuple[Shelf, HiddenList]


@pytest.fixture(scope="module")
def market(engine: Engine, town: House) -> Market:
    known = engine.catalogue(Collection.PROFILES)
    ids = [key for key in sorted(every(town.store, Profile)) if key in known]
    return candidates_market(engine, ids[:150], WEEKS, 3)


@pytest.fixture(scope="module")
def sessions(engine: Engine, market: Market) -> Made:
    shelf, facts = session_shelf(engine, market.persons)
    return shelf, hidden_sessions(shelf, facts, HiddenTruth(market, 1), 2)


@pytest.fixture(scope="module")
def profiles(engine: Engine, market: Market, town: House) -> Made:
    shelf, sourced, place = profile_shelf(engine, market, sorted(every(town.store, Offer))[:200], WEEKS, 3)
    np.testing.assert_array_equal(sourced.person[place], shelf.item)
    np.testing.assert_array_equal(sourced.offer[place], shelf.asker)
    return shelf, hidden_profiles(shelf, HiddenTruth(sourced, 1), place, 2)


@pytest.fixture(scope="module")
def portfolios(market: Market) -> dict[str, list[str]]:
    ids = market.persons.ids.tolist()
    return {f"k{start}": ids[start : start + 15] for start in range(0, 150, 15)}


@pytest.fixture(scope="module")
def firms(engine: Engine, market: Market, portfolios: dict[str, list[str]]) -> Made:
    shelf, facts, people = firm_shelf(engine, market, portfolios)
    return shelf, hidden_firms(shelf, facts, people, HiddenTruth(market, 1), 2)


def own(shelf: Shelf, asker: int) -> dict[str, float]:
    rows = slice(int(shelf.indptr[asker]), int(shelf.indptr[asker + 1]))
    return dict(zip(shelf.items[shelf.item[rows]].tolist(), shelf.served[rows].tolist(), strict=True))


def test_a_persons_sessions_are_those_of_their_list(engine: Engine, sessions: Made) -> None:
    shelf, _ = sessions
    compared = 0
    for asker in range(0, len(shelf.askers), 11):
        matches = whole(partial(sessions_for_profile, engine, str(shelf.askers[asker]), {}))
        assert own(shelf, asker) == pytest.approx({match.id: _before_charges(match) for match in matches}, abs=1e-6)
        compared += len(matches)
    assert compared > 50


def _before_charges(match: Match[Any]) -> float:
    """The ranker's score: what opens the same offers as better trainings is charged for it afterwards."""
    return match.score - sum(reason.contribution for reason in match.reasons if reason.feature == same_doors.FEATURE)


def test_an_offers_people_are_those_of_its_list(engine: Engine, profiles: Made, market: Market) -> None:
    shelf, _ = profiles
    known = set(market.persons.ids.tolist())
    for asker in range(0, len(shelf.askers), 9):
        matches = whole(partial(profiles_for_offer, engine, str(shelf.askers[asker]), {}))
        listed = {match.id: match.score for match in matches if match.id in known}
        assert own(shelf, asker) == pytest.approx(listed, abs=1e-6)


def test_a_portfolios_firms_are_those_of_its_list(
    engine: Engine, firms: Made, portfolios: dict[str, list[str]]
) -> None:
    shelf, _ = firms
    asker = len(shelf.askers) // 2
    demand = ProspectionDemand(profile_ids=tuple(portfolios[str(shelf.askers[asker])]))
    shown = targets(engine, demand, Window(0, 49)).targets
    best = dict(sorted(own(shelf, asker).items(), key=lambda each: -each[1])[: len(shown)])
    assert sorted(best.values()) == pytest.approx(sorted(match.score for match in shown), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "ranker"), [("sessions", SESSION_RANKER), ("profiles", PROFILE_RANKER), ("firms", FIRM_RANKER)]
)
def test_features_are_whole_and_people_act_on_them(name: str, ranker: Ranker, request: pytest.FixtureRequest) -> None:
    shelf, hidden = request.getfixturevalue(name)
    assert shelf.names == ranker.names
    np.testing.assert_allclose(ranker.scores(shelf.features), shelf.served, atol=1e-6)
    for part in (hidden.glimpse, hidden.worth, hidden.surplus):
        assert np.isfinite(part).all()
    for chance in (hidden.answers, hidden.succeeds):
        assert ((chance >= 0) & (chance <= 1)).all()
    assert (hidden.surplus >= 0).all()
    assert np.unique(hidden.surplus).size > shelf.n_candidates / 4
    asking = Asking(shelf, hidden, 1)
    for _ in range(WEEKS):
        asking.show(lambda candidates, _: shelf.served[candidates], 10)
    table = ranking_table(asking.told(), shelf, WEEKS)
    assert np.unique(table.outcome).size >= 4
    assert set(table.names) <= set(shelf.ranked.features)


def test_features_of_no_weight_are_told_to_who_listens_alone(engine: Engine, sessions: Made) -> None:
    asker = str(sessions[0].askers[int(np.argmax(np.diff(sessions[0].indptr)))])
    with heard() as found:
        sessions_for_profile(engine, asker, {}, Window(0, 0))
    price = SESSION_RANKER.names.index("price")
    assert any(np.isfinite(each.features[:, price]).any() for each in found)
    n_heard = len(found)
    sessions_for_profile(engine, asker, {}, Window(0, 0))
    assert len(found) == n_heard, "nobody listens any more"


def test_truths_follow_their_seed(engine: Engine, market: Market) -> None:
    shelf, facts = session_shelf(engine, market.persons)
    one, same, other = (hidden_sessions(shelf, facts, HiddenTruth(market, 1), seed) for seed in (2, 2, 3))
    np.testing.assert_array_equal(one.surplus, same.surplus)
    assert not np.array_equal(one.surplus, other.surplus)
