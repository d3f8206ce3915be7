"""Which offers each person of a synthetic market may see: what a retrieval under the person's reach would bring."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.chances import Purpose, normal, uniform
from models.simulation.market import Ints, Occupations, Offers, Persons, Rows, as_floats

CHUNK: Final = 20_000
"""People drawn for at once."""
TOWN_KM: Final = 9.0
KM_A_DEGREE: Final = 111.195


@dataclass(frozen=True, eq=False)
class Found:
    """A candidate graph: candidate c of person i stands in indptr[i]:indptr[i + 1]."""

    indptr: NDArray[np.int64]
    person: Ints
    offer: Ints
    project: NDArray[np.int8]
    """The nearest of the person's projects in the tree of occupations."""
    relation: NDArray[np.int8]
    """How near it stands, 0 to 5 as `Relation`."""
    distance_km: NDArray[np.float16]
    skills_shared: NDArray[np.uint8]
    experience_months: NDArray[np.float16]


def draw_candidates(
    persons: Persons,
    offers: Offers,
    occupations: Occupations,
    towns: NDArray[np.float64],
    person_town: Ints,
    offer_town: Ints,
    n_draws: int,
    seed: int,
) -> Found:
    """Offers drawn from the families near each person's projects in the towns around.

    Those beyond the reach or under the pay floor are left out, as the product's own filters do.
    """
    family = occupations.groups[:, 2]
    n_families = int(family.max()) + 1
    cell = offer_town.astype(np.int64) * n_families + family[offers.occupation]
    by_cell = np.argsort(cell, kind="stable").astype(np.int32)
    starts = np.searchsorted(cell[by_cell], np.arange(len(towns) * n_families + 1))
    to_town = _town_choice(towns)
    related = _related_families(occupations)
    parts: list[tuple[NDArray[Any], ...]] = []
    sizes: list[NDArray[np.int64]] = []
    for start in range(0, len(persons), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(persons)))
        generator = np.random.default_rng([seed, 12, start])
        wish = _wishes(persons.targets[rows], n_draws, generator)
        families = related[family[wish], generator.integers(0, related.shape[1], wish.shape)]
        town = _chosen(to_town, person_town[rows], generator.random(wish.shape))
        cells = town.astype(np.int64) * n_families + families
        counts = starts[cells + 1] - starts[cells]
        picked = starts[cells] + np.floor(generator.random(wish.shape) * counts).astype(np.int64)
        offer = np.where(counts > 0, by_cell[np.minimum(picked, len(by_cell) - 1)], len(offers))
        offer.sort(axis=1)
        offer[:, 1:][offer[:, 1:] == offer[:, :-1]] = len(offers)
        who, place = np.nonzero(offer < len(offers))
        person, offer_row = rows[who].astype(np.int32), offer[who, place].astype(np.int32)
        km = _plane_km(persons, offers, person, offer_row)
        project, relation = _nearest_project(persons, offers, occupations, person, offer_row)
        underpaid = offers.pay[offer_row] < persons.pay_floor[person, project]
        near = (km <= persons.reach_km[person, project]) & ~underpaid
        person, offer_row, km = person[near], offer_row[near], km[near]
        shared = _shared_skills(persons, offers, occupations, person, offer_row, seed)
        months = _experience(persons, offers, family, person, offer_row, seed)
        sizes.append(np.bincount(who[near], minlength=len(rows)))
        parts.append((offer_row, project[near], relation[near], km.astype(np.float16), shared, months))
    lengths = np.concatenate(sizes)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    person = np.repeat(np.arange(len(persons), dtype=np.int32), lengths)
    return Found(indptr, person, *(np.concatenate(part) for part in zip(*parts, strict=True)))


def _wishes(targets: Rows, n_draws: int, generator: np.random.Generator) -> Rows:
    """(people, n_draws) occupations of their projects, the first more often."""
    choice = np.searchsorted([0.6, 0.85], generator.random((len(targets), n_draws)))
    wish = np.take_along_axis(targets, choice, axis=1)
    return np.where(wish >= 0, wish, targets[:, :1])


def _related_families(occupations: Occupations) -> NDArray[np.int64]:
    """(n_families, 20) families to draw from: seven tenths the own one, then its domain's, its grand domain's."""
    family, domain, grand = (occupations.groups[:, level].astype(np.int64) for level in (2, 1, 0))
    n_families = int(family.max()) + 1
    generator = np.random.default_rng(0)
    table = np.repeat(np.arange(n_families)[:, None], 20, axis=1)
    for places, above in ((slice(14, 18), domain), (slice(18, 20), grand)):
        for row in range(n_families):
            mine = above[np.argmax(family == row)]
            pool = np.unique(family[above == mine])
            table[row, places] = generator.choice(pool, places.stop - places.start)
    return table


def _town_choice(towns: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n_towns, n_towns) cumulated chances to look in each town from each."""
    km = KM_A_DEGREE * np.linalg.norm(towns[:, None, :2] - towns[None, :, :2], axis=2)
    chance = np.exp(-km / TOWN_KM) * towns[:, 2] ** 0.5
    chance[km > 120] = 0
    cumulated: NDArray[np.float64] = np.cumsum(chance, axis=1) / chance.sum(axis=1, keepdims=True)
    return cumulated


def _chosen(cumulated: NDArray[np.float64], rows: Ints, draws: NDArray[np.float64]) -> NDArray[np.int64]:
    """The column that each draw falls on: rows of `cumulated` are laid end to end, so that one search finds all."""
    n = cumulated.shape[1]
    laid = (cumulated + np.arange(len(cumulated))[:, None]).ravel()
    found = np.searchsorted(laid, draws + rows[:, None], side="right") - rows[:, None].astype(np.int64) * n
    columns: NDArray[np.int64] = np.clip(found, 0, n - 1)
    return columns


def _plane_km(persons: Persons, offers: Offers, person: Ints, offer: Ints) -> NDArray[np.float32]:
    north = persons.lat[person] - offers.lat[offer]
    east = persons.lon[person] - offers.lon[offer]
    return as_floats(KM_A_DEGREE * np.hypot(north, east))


def _nearest_project(
    persons: Persons, offers: Offers, occupations: Occupations, person: Ints, offer: Ints
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """(n,) the nearest project in the tree, the first of as near ones, and how near it is."""
    targets, offered = persons.targets[person], offers.occupation[offer]
    shared = (occupations.groups[targets] == occupations.groups[offered][:, None]).sum(axis=2)
    nearness = np.array([0, 1, 2, 4], dtype=np.int8)[shared]
    nearness[targets == offered[:, None]] = 5
    nearness[targets < 0] = -1
    project = nearness.argmax(axis=1).astype(np.int8)
    return project, nearness[np.arange(len(project)), project]


def _shared_skills(
    persons: Persons, offers: Offers, occupations: Occupations, person: Ints, offer: Ints, seed: int
) -> NDArray[np.uint8]:
    """More of them where the last job stands near the offer's in the tree."""
    levels = (occupations.groups[persons.past[person]] == occupations.groups[offers.occupation[offer]]).sum(axis=1)
    same = persons.past[person] == offers.occupation[offer]
    share = np.array([0.05, 0.15, 0.3, 0.5], dtype=np.float32)[levels] + np.where(same, 0.15, 0.0)
    asked = offers.skills_asked[offer].astype(np.float32)
    noise = normal(seed, Purpose.SKILLS, person, offer)
    drawn = np.rint(asked * share + noise * np.sqrt(asked * share * (1 - share)))
    shared: NDArray[np.uint8] = np.clip(drawn, 0, asked).astype(np.uint8)
    return shared


def _experience(
    persons: Persons, offers: Offers, family: Rows, person: Ints, offer: Ints, seed: int
) -> NDArray[np.float16]:
    """Years, of a median of three, in the family of the last job; elsewhere mostly none."""
    wanted = family[offers.occupation[offer]]
    luck = uniform(seed, Purpose.EXPERIENCE, person, wanted)
    at_work = family[persons.past[person]] == wanted
    months = np.where(at_work, -52 * np.log(luck), np.where(luck < 0.2, 120 * luck, 0.0))
    return np.floor(months).astype(np.float16)
