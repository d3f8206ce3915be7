"""The generator over the publishers' files: the market that they describe is the market that comes out."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.reference import Reference
from features.store import Kind
from features.world import ORDER, Sizes, World, WorldFacts
from features.world.small import facts_for

TODAY = dt.date(2026, 11, 23)
pytestmark = [pytest.mark.open_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def reference(open_reference_dir: Path) -> Reference:
    return Reference.load(open_reference_dir)


@pytest.fixture(scope="module")
def france(reference: Reference, open_data: Path) -> WorldFacts:
    return facts_for(reference, open_data)


@pytest.fixture(scope="module")
def world(france: WorldFacts) -> World:
    return World(
        france, Sizes(profiles=8_192, offers=4_096, trainings=500, establishments=8_000, events=3_000), 1, TODAY
    )


def test_every_kind_is_there_and_the_market_files_were_read(world: World, france: WorldFacts) -> None:
    assert all(next(world.records(kind), None) is not None for kind in ORDER)
    assert not any("absent" in note for note in france.notes)


def test_occupations_and_places_look_like_the_country(france: WorldFacts) -> None:
    rome, demand, places = france.reference.rome, france.demand, france.places
    assert (demand.occupation_share > 0).mean() > 0.98
    top = {rome.parents[row] for row in np.argsort(-demand.occupation_share)[:30]}
    assert {"G1803", "J1501", "K2204", "D1505", "J1506"} <= top
    assert places.n_areas > 380
    assert france.reference.communes.get_row("75056") is not None
    assert places.population[france.reference.communes.row_of("75056")] == 0
    assert places.population.sum() == pytest.approx(68e6, rel=0.05)


def test_people_and_offers_are_where_the_counts_say(world: World, france: WorldFacts) -> None:
    communes, places = france.reference.communes, france.places
    people: Counter[int] = Counter()
    for profile in world.records(Kind.PROFILE):
        row = communes.row_of(profile.commune_insee)  # type: ignore[attr-defined]
        people[int(places.area_of[row])] += 1
    share = np.array([people[area] for area in range(places.n_areas)]) / people.total()
    assert np.abs(share - places.area_share).max() < 0.012
    assert np.corrcoef(share, places.area_share)[0, 1] > 0.97


def test_offers_name_firms_of_their_trade(world: World, france: WorldFacts) -> None:
    offers: list[Any] = list(world.records(Kind.OFFER))
    firms: dict[str, Any] = {firm.id: firm for firm in world.records(Kind.ESTABLISHMENT)}  # type: ignore[attr-defined]
    named = [offer for offer in offers if offer.siret is not None]
    assert len(named) > 0.35 * len(offers)
    for offer in named[:400]:
        assert firms[offer.siret].naf == offer.naf
        if offer.rome_code is not None:
            assert offer.naf in {naf for naf, _ in france.reference.naf.nafs_for(offer.rome_code)}


def test_without_the_market_files_the_rest_is_used_and_said(reference: Reference) -> None:
    facts = facts_for(reference, None)
    assert any("VIVIER_OPEN_DATA" in note for note in facts.notes)
    offers = list(
        World(facts, Sizes(profiles=0, offers=50, trainings=0, establishments=50), 1, TODAY).records(Kind.OFFER)
    )
    assert len(offers) == 50
