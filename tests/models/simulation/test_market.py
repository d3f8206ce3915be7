"""Markets: made from a seed, checked, written and read."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from features.pairs import JOB_FEATURES
from models.simulation.market import Market, MarketUnusable
from models.simulation.synthetic import Sizes, synthetic_market
from tests.models.simulation import made

SMALL = Sizes(persons=60, offers=40, candidates=20, weeks=3, occupations=12)


def same(one: Market, other: Market) -> bool:
    for part in ("occupations", "persons", "offers"):
        for field in dataclasses.fields(getattr(one, part)):
            values = [getattr(getattr(market, part), field.name) for market in (one, other)]
            if not np.array_equal(*values, equal_nan=values[0].dtype.kind == "f"):
                return False
    return np.array_equal(one.offer, other.offer) and np.array_equal(one.features, other.features, equal_nan=True)


def test_the_same_seed_gives_the_same_market() -> None:
    assert same(synthetic_market(SMALL, 1), synthetic_market(SMALL, 1))
    assert not same(synthetic_market(SMALL, 1), synthetic_market(SMALL, 2))


def test_a_market_comes_back_as_it_was_written(tmp_path: Path) -> None:
    market = synthetic_market(SMALL, 3)
    market.save(tmp_path / "market")
    back = Market.load(tmp_path / "market")
    assert same(market, back)
    assert back.names == market.names
    assert back.first_day == market.first_day


def test_what_is_no_market_is_told(tmp_path: Path) -> None:
    with pytest.raises(MarketUnusable, match="pas de marché lisible"):
        Market.load(tmp_path)
    market = synthetic_market(SMALL, 3)
    with pytest.raises(MarketUnusable, match="offer sort de"):
        dataclasses.replace(market, offer=market.offer + 1000)
    with pytest.raises(MarketUnusable, match="indptr"):
        dataclasses.replace(market, indptr=market.indptr[:-1])
    with pytest.raises(MarketUnusable, match="served a 1 lignes"):
        dataclasses.replace(market, served=market.served[:1])
    with pytest.raises(MarketUnusable, match=r"offers\.posts sort de"):
        dataclasses.replace(market, offers=dataclasses.replace(market.offers, posts=market.offers.posts * 0))
    with pytest.raises(ValueError, match="persons vaut 0"):
        Sizes(persons=0, offers=1)


def test_candidates_are_within_the_persons_own_conditions() -> None:
    market = made.market()
    person, offer = market.person, market.offer
    reach_km, floor = (values[person, market.project] for values in (market.persons.reach_km, market.persons.pay_floor))
    assert (market.distance_km <= reach_km + 0.1).all()
    assert not (market.offers.pay[offer] < floor).any()
    assert (market.skills_shared <= market.offers.skills_asked[offer]).all()
    pairs = person.astype(np.int64) * len(market.offers) + offer
    assert (np.diff(pairs) > 0).all()


def test_features_bear_the_products_names_and_keep_within_its_bounds() -> None:
    market = made.market()
    features = {feature.name: feature for feature in JOB_FEATURES}
    assert set(market.names) <= set(features)
    for name, column in zip(market.names, market.features.T, strict=True):
        known = column[np.isfinite(column)]
        assert (known >= features[name].low).all()
        assert (known <= features[name].high).all()
    bare = synthetic_market(SMALL, 3, with_features=False)
    assert bare.names == ()
    assert np.array_equal(bare.served, synthetic_market(SMALL, 3).served)


def test_more_is_published_in_season() -> None:
    sizes = Sizes(persons=50, offers=20_000, candidates=1, weeks=52, occupations=10)
    market = synthetic_market(sizes, 5)
    published = market.offers.published_day
    strength, height = market.occupations.season.T
    strongest = int(strength.argmax())
    days = published[(market.offers.occupation == strongest) & (published >= 0)]
    away = np.abs((days / 7 - height[strongest] + 26) % 52 - 26)
    assert (away < 13).mean() > 0.5 + strength[strongest] / 8
