"""A market drawn from a seed alone, without an engine or records: for quick tests, and for the scale of a country.

Occupations stand in a tree like ROME's; people and offers live in towns on a plane, large ones few; offers come with
the seasons. What depends on real words or real skills is drawn so that it goes along with the tree, not identical to
it. Features are a subset of the product's, under the product's names.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.world.names import siret
from models.simulation.calendar import arrival_weeks, closing_days, publication_days
from models.simulation.market import (
    MAX_TARGETS,
    ContractKind,
    Market,
    Occupations,
    Offers,
    Persons,
    Rows,
    as_floats,
)
from models.simulation.synthetic_candidates import draw_candidates
from models.simulation.synthetic_features import NAMES, pair_features, served_score

FIRST_DAY: Final = "2026-01-05"
KM_A_DEGREE: Final = 111.195
"""Towns stand near the equator of their plane: a degree is as long both ways."""
BY_CAR, BY_OTHER_MODES = 1.5, 3.4
"""Minutes a straight kilometre in the country; 1.4 times as many in town."""
OFFERS_A_FIRM: Final = 12
MINIMUM_PAY: Final = 1802.0
"""Gross euros a month for 35 hours: the order of the French minimum wage of 2025."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large a synthetic market is. Raises ValueError for a size under 1."""

    persons: int
    offers: int
    candidates: int = 60
    """Draws a person; those outside the reach and those drawn twice are left out."""
    weeks: int = 12
    """Weeks over which offers are published and people arrive."""
    occupations: int = 300

    def __post_init__(self) -> None:
        for name in ("persons", "offers", "candidates", "weeks", "occupations"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} vaut {getattr(self, name)} : donner au moins 1")


def synthetic_market(sizes: Sizes, seed: int, with_features: bool = True) -> Market:
    """A market of these sizes; without features it has no names, and its memory is a third."""
    generator = np.random.default_rng([seed, 11])
    occupations = _draw_occupations(sizes.occupations, generator)
    n_firms = max(sizes.offers // OFFERS_A_FIRM, 1)
    towns = _draw_towns(max(4, min(300, sizes.offers // 400)), generator)
    person_town = _draw_town(towns, sizes.persons, generator)
    offer_town = _draw_town(towns, sizes.offers, generator)
    popularity = generator.dirichlet(np.full(sizes.occupations, 0.6))
    wanted = 0.7 * popularity + 0.3 * generator.dirichlet(np.full(sizes.occupations, 0.6))
    persons = _draw_persons(sizes, occupations, wanted, towns, person_town, generator)
    firm_size = as_floats(np.exp(generator.normal(2.6, 1.5, n_firms)))
    offers = _draw_offers(sizes, occupations, popularity, towns, offer_town, n_firms, generator)
    found = draw_candidates(persons, offers, occupations, towns, person_town, offer_town, sizes.candidates, seed)
    if with_features:
        features = pair_features(persons, offers, occupations, found, seed)
    else:
        features = np.empty((len(found.offer), 0), dtype=np.float32)
    return Market(
        occupations=occupations,
        persons=persons,
        offers=offers,
        firm_ids=np.array([siret(row) for row in range(n_firms)], dtype=np.str_),
        firm_size=firm_size,
        indptr=found.indptr,
        offer=found.offer,
        distance_km=found.distance_km,
        project=found.project,
        skills_shared=found.skills_shared,
        experience_months=found.experience_months,
        features=features,
        names=NAMES if with_features else (),
        served=served_score(persons, offers, found),
        first_day=FIRST_DAY,
    )


def _draw_occupations(n: int, generator: np.random.Generator) -> Occupations:
    """Families of about three, domains of about three families, grand domains of about four domains."""
    family = np.sort(generator.integers(0, max(n // 3, 1), n))
    family = np.unique(family, return_inverse=True)[1]
    domain_of = np.sort(generator.integers(0, max(family.max() // 3, 1), family.max() + 1))
    domain = np.unique(domain_of, return_inverse=True)[1][family]
    grand_of = np.sort(generator.integers(0, max(domain.max() // 4, 1), domain.max() + 1))
    grand = np.unique(grand_of, return_inverse=True)[1][domain]
    level = generator.normal(0, 0.18, domain.max() + 1)[domain] + generator.normal(0, 0.08, n)
    strength = generator.beta(1.0, 4.0, n)
    return Occupations(
        groups=np.stack([grand, domain, family], axis=1).astype(np.int16),
        pay=as_floats(np.maximum(2250 * np.exp(level), MINIMUM_PAY)),
        season=as_floats(np.stack([strength, generator.random(n) * 52], axis=1)),
    )


def _draw_towns(n: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """(n, 3): latitude, longitude, share of the people; a Zipf law of sizes."""
    side = np.sqrt(n) * 35 / KM_A_DEGREE
    size = 1 / np.arange(1, n + 1)
    return np.column_stack([generator.random(n) * side, generator.random(n) * side, size / size.sum()])


def _draw_town(towns: NDArray[np.float64], n: int, generator: np.random.Generator) -> NDArray[np.int32]:
    return generator.choice(len(towns), n, p=towns[:, 2]).astype(np.int32)


def _around(
    towns: NDArray[np.float64], town: NDArray[np.int32], generator: np.random.Generator
) -> NDArray[np.floating]:
    """(n, 2) points about 8 km around their town."""
    return towns[town, :2] + generator.normal(0, 8 / KM_A_DEGREE, (len(town), 2))


def _draw_persons(
    sizes: Sizes,
    occupations: Occupations,
    wanted: NDArray[np.float64],
    towns: NDArray[np.float64],
    town: NDArray[np.int32],
    generator: np.random.Generator,
) -> Persons:
    n = sizes.persons
    first = generator.choice(len(occupations), n, p=wanted).astype(np.int16)
    targets = np.stack([first, *(_near(first, occupations, generator) for _ in range(MAX_TARGETS - 1))], axis=1)
    targets[:, 1:][generator.random((n, MAX_TARGETS - 1)) > (0.5, 0.3)] = -1
    past = np.where(generator.random(n) < 0.65, first, _near(first, occupations, generator))
    point = _around(towns, town, generator)
    urban = towns[town, 2] > 2 * np.median(towns[:, 2])
    told = generator.random(n) < 0.55
    floor = occupations.pay[targets] * np.exp(generator.normal(-0.08, 0.1, n))[:, None]
    reach = np.clip(np.rint(np.exp(generator.normal(3.2, 0.5, n)) / 5) * 5, 5, 100)
    return Persons(
        ids=_ids("profil-", n),
        targets=targets,
        past=past.astype(np.int16),
        lat=as_floats(point[:, 0]),
        lon=as_floats(point[:, 1]),
        reach_km=as_floats(np.where(targets >= 0, reach[:, None], np.nan)),
        pay_floor=as_floats(np.where((targets >= 0) & told[:, None], np.maximum(floor, MINIMUM_PAY), np.nan)),
        education_level=np.clip(generator.normal(3.6, 1.6, n), 0, 8).astype(np.int8),
        working_time=generator.choice([0, 1, 2], n, p=[0.6, 0.26, 0.14]).astype(np.int8),
        minutes_per_km=as_floats(np.where(generator.random(n) < 0.76, BY_CAR, BY_OTHER_MODES) * (1 + 0.4 * urban)),
        urban=urban,
        arrival_week=arrival_weeks(n, sizes.weeks, generator),
        profiling=generator.random(n) < 0.8,
    )


def _draw_offers(
    sizes: Sizes,
    occupations: Occupations,
    popularity: NDArray[np.float64],
    towns: NDArray[np.float64],
    town: NDArray[np.int32],
    n_firms: int,
    generator: np.random.Generator,
) -> Offers:
    n = sizes.offers
    occupation = generator.choice(len(occupations), n, p=popularity).astype(np.int16)
    published = publication_days(occupations.season[occupation], sizes.weeks, generator)
    point = _around(towns, town, generator)
    told = generator.random(n) < 0.6
    pay = occupations.pay[occupation] * np.exp(generator.normal(0.02, 0.12, n))
    part = generator.random(n) < 0.2
    kinds = [ContractKind.PERMANENT, ContractKind.FIXED_TERM, ContractKind.AGENCY, ContractKind.OTHER]
    asked = generator.choice([0.0, 12.0, 24.0, 36.0, 60.0, np.nan], n, p=[0.4, 0.15, 0.15, 0.08, 0.04, 0.18])
    return Offers(
        ids=_ids("offre-", n),
        occupation=occupation,
        lat=as_floats(point[:, 0]),
        lon=as_floats(point[:, 1]),
        pay=as_floats(np.where(told, np.maximum(pay, MINIMUM_PAY), np.nan)),
        weekly_hours=as_floats(np.where(part, generator.choice([20, 24, 28], n), generator.choice([35, 39], n))),
        contract=generator.choice([int(kind) for kind in kinds], n, p=[0.45, 0.3, 0.2, 0.05]).astype(np.int8),
        experience_months=as_floats(asked),
        education_level=np.where(generator.random(n) < 0.5, 0, generator.integers(3, 7, n)).astype(np.int8),
        skills_asked=generator.integers(3, 13, n).astype(np.uint8),
        firm=np.where(generator.random(n) < 0.9, generator.integers(0, n_firms, n), -1).astype(np.int32),
        posts=(1 + generator.poisson(0.25, n)).astype(np.int16),
        published_day=published,
        closing_day=closing_days(published, generator),
    )


def _near(occupation: Rows, occupations: Occupations, generator: np.random.Generator) -> Rows:
    """An occupation that stands near in the tree: rows follow the tree, so a few rows away."""
    step = np.rint(generator.standard_t(2, len(occupation)) * 3).clip(-len(occupations), len(occupations))
    near: Rows = np.clip(occupation + step, 0, len(occupations) - 1).astype(np.int16)
    return near


def _ids(prefix: str, n: int) -> NDArray[np.str_]:
    return np.array([f"{prefix}{number:07d}" for number in range(1, n + 1)], dtype=np.str_)
