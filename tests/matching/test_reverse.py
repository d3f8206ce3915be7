"""Reverse search gives the pairs that asking every person would give."""

import numpy as np
import pytest

from matching import reverse
from matching.engine import Engine
from matching.filters import contract, licence, pay, place, working_time
from matching.filters.occupation import in_occupations
from matching.retrieve import kinship_from, kinship_to
from matching.reverse import people_for_offers
from matching.schema import Collection
from matching.selection import select


def asked_one_by_one(engine: Engine, rows: set[int]) -> set[tuple[int, int]]:
    """(offer, project) pairs from the side of the person: the conditions of `subscriptions`, and a near occupation."""
    offers, profiles, lookups = (
        engine.catalogue(Collection.OFFERS),
        engine.catalogue(Collection.PROFILES),
        engine.lookups,
    )
    pairs = set()
    for row in range(len(profiles)):
        own = {
            name: profiles.take(name, np.array([row]))[0] for name in ("commune", "radius_km", "contracts", "licences")
        }
        conditions = [licence.not_lacking(int(own["licences"]))]
        if own["commune"] >= 0:
            conditions.append(place.near_home(lookups, int(own["commune"]), float(own["radius_km"])))
        if own["contracts"]:
            conditions.append(contract.of_contracts(int(own["contracts"])))
        if code := int(profiles.take("working_time", np.array([row]))[0]):
            conditions.append(working_time.not_against(code))
        if not np.isnan(floor := float(profiles.take("pay_floor", np.array([row]))[0])):
            conditions.append(pay.not_below(floor))
        occupation = int(profiles.take("occupation", np.array([row]))[0])
        near = [
            kinship_to(lookups, offered).near[occupation] for offered in range(lookups.reference.rome.n_occupations)
        ]
        conditions.append(in_occupations(np.array([*near, False])))
        pairs |= {(offer, row) for offer in set(select(offers, conditions).rows.tolist()) & rows}
    return pairs


def test_the_pairs_are_those_of_asking_every_person(engine: Engine) -> None:
    offers, profiles = engine.catalogue(Collection.OFFERS), engine.catalogue(Collection.PROFILES)
    rows = np.arange(0, len(offers), 9)
    found = list(people_for_offers(engine.lookups, profiles, offers, rows))
    pairs = {pair for part in found for pair in zip(part.offers.tolist(), part.profiles.tolist(), strict=True)}
    assert sum(map(len, found)) == len(pairs) > 100
    expected = asked_one_by_one(engine, set(rows.tolist()))
    assert pairs == expected


def test_closeness_is_that_of_the_vectors_and_pairs_come_in_order(engine: Engine) -> None:
    offers, profiles = engine.catalogue(Collection.OFFERS), engine.catalogue(Collection.PROFILES)
    (part,) = people_for_offers(engine.lookups, profiles, offers, np.arange(0, len(offers), 50))
    products = np.vecdot(offers.index.vectors(part.offers), profiles.index.vectors(part.profiles))
    np.testing.assert_allclose(part.closeness, products, atol=1e-6)
    order = np.lexsort((part.profiles, part.offers))
    np.testing.assert_array_equal(order, np.arange(len(part)))


def test_parts_stay_small_and_lose_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    offers, profiles = engine.catalogue(Collection.OFFERS), engine.catalogue(Collection.PROFILES)
    rows = np.arange(0, len(offers), 50)
    whole = next(people_for_offers(engine.lookups, profiles, offers, rows))
    monkeypatch.setattr(reverse, "AT_ONCE", 10)
    parts = list(people_for_offers(engine.lookups, profiles, offers, rows))
    assert len(parts) > 3
    np.testing.assert_array_equal(np.concatenate([part.profiles for part in parts]), whole.profiles)
    assert list(people_for_offers(engine.lookups, profiles, offers, rows[:0])) == []


def test_kinship_reads_the_same_from_both_sides(engine: Engine) -> None:
    """Mobility is read from the person's occupation towards the offer's, whoever asks."""
    for occupation in range(0, engine.lookups.reference.rome.n_occupations, 11):
        near = kinship_from(engine.lookups, occupation).near[:-1]
        others = [
            kinship_to(engine.lookups, other).near[occupation]
            for other in range(engine.lookups.reference.rome.n_occupations)
        ]
        np.testing.assert_array_equal(near, others)
