"""Candidates of real searches, as a market: what the lists would show, with the features that rank them."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from features.pairs import JOB_FEATURES
from features.records import Profile, Project
from matching.candidates import candidates_market
from matching.engine import Engine
from matching.errors import NotFound
from matching.rank import OFFER_RANKER
from matching.schema import Collection
from matching.subscriptions import offers_for_profile
from models.simulation.hidden import HiddenTruth
from models.simulation.market import ContractKind, Market
from models.simulation.policies import as_served, by_score
from models.simulation.replay import play
from tests.matching.conftest import House, every, whole
from tests.matching.made import BAKER, CARER, GUERET, firm, offer, profile, write

WEEKS = 6


@pytest.fixture(scope="module")
def ids(engine: Engine, town: House) -> list[str]:
    known = engine.catalogue(Collection.PROFILES)
    return [key for key in sorted(every(town.store, Profile)) if key in known][:60]


@pytest.fixture(scope="module")
def market(engine: Engine, ids: list[str]) -> Market:
    return candidates_market(engine, ids, WEEKS, 3)


def test_a_persons_candidates_are_the_offers_of_their_list(engine: Engine, market: Market) -> None:
    for person in range(0, len(market.persons), 7):
        key = str(market.persons.ids[person])
        own = slice(int(market.indptr[person]), int(market.indptr[person + 1]))
        found = dict(zip(market.offers.ids[market.offer[own]].tolist(), market.served[own].tolist(), strict=True))
        matches = whole(partial(offers_for_profile, engine, key, {}))
        listed = {match.id: match.score for match in matches}
        assert found == pytest.approx(listed, abs=1e-6)


def test_features_are_those_that_the_ranker_reads(market: Market) -> None:
    assert market.names == tuple(feature.name for feature in JOB_FEATURES)
    assert np.allclose(OFFER_RANKER.scores(market.features), market.served, atol=1e-6)


def test_the_market_can_be_written_and_lived_on(market: Market, tmp_path: Path) -> None:
    market.save(tmp_path)
    back = Market.load(tmp_path)
    truth = HiddenTruth(back, 1)
    log = play(back, truth, by_score(as_served, 10), WEEKS, 1)
    assert log.opened.any()
    assert np.isfinite(truth.utility(np.arange(back.n_candidates), 0)).all()
    assert np.isfinite(truth.chance(np.arange(back.n_candidates), 0)).all()


def test_records_become_what_they_say(local: Engine) -> None:
    told = offer(contract="CDI", weekly_hours=28.0, posts=3, siret="12345678901234", experience="D")
    write(local, firm(headcount_min=50, headcount_max=99), told)
    person = profile(
        projects=(Project(rome_code=CARER, radius_km=12.0, pay_floor_monthly=1900.0), Project(rome_code=BAKER)),
        commune_insee=GUERET,
        licences=("B",),
    )
    write(local, person)
    made = candidates_market(local, ["p1"], 4, 1)
    codes = local.lookups.reference.rome.codes
    targets = [codes[row] for row in made.persons.targets[0] if row >= 0]
    assert targets == [CARER, BAKER]
    assert made.persons.reach_km[0, 0] == 12
    assert made.persons.pay_floor[0, 0] == 1900
    assert np.isnan(made.persons.pay_floor[0, 1:]).all()
    assert made.project.tolist() == [0]
    assert 1 < made.persons.minutes_per_km[0] < 3
    assert not made.persons.urban[0]
    assert made.offers.contract[0] == ContractKind.PERMANENT
    assert made.offers.weekly_hours[0] == 28
    assert made.offers.posts[0] == 3
    assert made.offers.experience_months[0] == 0
    assert made.firm_ids.tolist() == ["12345678901234"]
    assert made.firm_size[0] == 50
    assert made.distance_km[0] == 0
    assert codes[made.offers.occupation[0]] == CARER


def test_who_is_not_there_and_nobody_are_told(engine: Engine, ids: list[str]) -> None:
    with pytest.raises(NotFound):
        candidates_market(engine, ["personne"], WEEKS, 1)
    with pytest.raises(ValueError, match="il en faut au moins un"):
        candidates_market(engine, [], WEEKS, 1)
    with pytest.raises(ValueError, match="il en faut au moins un"):
        candidates_market(engine, ids[:1], 0, 1)
