"""Offers: what each employment area asks for, at a firm that recruits it there, in a recruiter's words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.world.draws import BLOCK, Stream, block_generator
from features.world.facts import WorldFacts
from features.world.firms import Firms
from features.world.seasonal import seasonal_share

Ints = NDArray[np.int64]

TRIES = 5
"""NAF codes tried before an offer stays without a named firm."""
ANONYMOUS = 0.12
"""Offers whose firm does not want to be named, though there is one."""
DUPLICATES = 0.03
"""Offers that relay an earlier one on a partner site."""
NO_CODE = 0.05
"""Offers published without a ROME code."""
FRESH_DAYS = 60


@dataclass(frozen=True, eq=False, kw_only=True)
class OfferColumns:
    """One block; every array has `BLOCK` rows; firm -1 is none."""

    area: Ints
    group: Ints
    occupation: Ints
    appellation: Ints
    firm: Ints
    anonymous: NDArray[np.bool_]
    commune: Ints
    days_old: Ints
    original: Ints
    """Position in the block of the offer that this one relays, -1 for an offer of its own."""
    contract: Ints
    """0 CDI, 1 CDD, 2 interim, 3 seasonal, 4 self-employed."""
    uniform: NDArray[np.float64]
    """[BLOCK, 12] uniform numbers behind the rest."""
    numbers: Ints
    """[BLOCK, 8]"""


def draw_offers(facts: WorldFacts, firms: Firms, seed: int, block: int) -> OfferColumns:
    """The offers of one block: a function of facts, firms, seed and block number."""
    generator = block_generator(seed, Stream.OFFER, block)
    area = facts.demand.areas.draw(generator, BLOCK)
    group, occupation = facts.demand.occupations(area, generator.random(BLOCK), generator.random(BLOCK))
    firm = _firm(facts, firms, generator, area, occupation)
    own_place = facts.places.in_area.draw(area, generator.random(BLOCK))
    counted = facts.demand.places.draw(area * len(facts.demand.groups) + group, generator.random(BLOCK))
    commune = np.where(counted >= 0, counted, own_place)
    if firms.count:
        commune = np.where((firm >= 0) & (generator.random(BLOCK) < 0.85), firms.commune[np.maximum(firm, 0)], commune)
    naf = firms.naf[np.maximum(firm, 0)] if firms.count else np.zeros(BLOCK, dtype=np.int32)
    temporary = (firm >= 0) & facts.industry.temporary[naf]
    original = _originals(generator)
    relayed = original >= 0
    source = np.where(relayed, original, np.arange(BLOCK))
    uniform, numbers = generator.random((BLOCK, 12)), generator.integers(0, 2**31, (BLOCK, 8))
    days = np.minimum(np.floor(generator.gamma(1.1, 16.0, BLOCK)), FRESH_DAYS - 1).astype(np.int64)
    return OfferColumns(
        area=area[source],
        group=group[source],
        occupation=occupation[source],
        appellation=facts.appellations.draw(occupation, generator.random(BLOCK))[source],
        firm=firm[source],
        anonymous=generator.random(BLOCK)[source] < np.where(temporary, 0.0, ANONYMOUS)[source],
        commune=commune[source].astype(np.int64),
        days_old=np.where(relayed, np.maximum(days[source] - generator.integers(0, 4, BLOCK), 0), days),
        original=original,
        contract=_contract(facts, generator, occupation, temporary)[source],
        uniform=uniform[source],
        numbers=numbers[source],
    )


def _originals(generator: np.random.Generator) -> Ints:
    """For each position the earlier one it relays, or -1; what is relayed is never itself a relay."""
    relays = generator.random(BLOCK) < DUPLICATES
    back = np.arange(BLOCK) - 1 - generator.integers(0, 40, BLOCK)
    possible = relays & (back >= 0) & ~relays[np.maximum(back, 0)]
    return np.where(possible, back, -1)


def _firm(facts: WorldFacts, firms: Firms, generator: np.random.Generator, area: Ints, occupation: Ints) -> Ints:
    """A firm of the area whose NAF recruits the occupation; -1 when none was found in `TRIES` draws."""
    firm = np.full(BLOCK, -1, dtype=np.int64)
    for _ in range(TRIES):
        naf = facts.industry.recruiters.draw(occupation, generator.random(BLOCK))
        place = np.maximum(naf, 0) * facts.places.n_areas + area
        found = np.where(naf >= 0, firms.by_place.draw(place, generator.random(BLOCK)), -1)
        firm = np.where(firm >= 0, firm, found)
    return firm


def _contract(
    facts: WorldFacts, generator: np.random.Generator, occupation: Ints, temporary: NDArray[np.bool_]
) -> Ints:
    """The mix of contracts: temporary agencies send on missions, seasonal trades hire for the season."""
    codes = facts.reference.rome.codes
    season = np.array([seasonal_share(code) for code in codes])[occupation]
    stable = np.array([0.82 if asks.level >= 6 else 0.66 for asks in facts.asks])[occupation]
    u = generator.random(BLOCK)
    usual = np.where(u < season, 3, np.where(u < season + (1 - season) * stable, 0, np.where(u < 0.985, 1, 4)))
    mission = np.where(u < 0.84, 2, np.where(u < 0.94, 0, 1))
    return np.where(temporary, mission, usual).astype(np.int64)
