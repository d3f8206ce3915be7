"""What people keep to themselves: what they would really like to do, how far, for how much, and how good they are."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.market import Floats, Ints, Market, Occupations, as_floats

DIMENSIONS: Final = 32
LEVEL_SHARES: Final = (0.20, 0.30, 0.40, 0.10)
"""Shares of an occupation's vector that it has from its grand domain, its domain, its family and itself."""
PROJECT_WEIGHTS: Final = (1.0, 0.7, 0.55)
SECRET_SHARE: Final = 0.2
"""People who are also drawn to an occupation that no project of theirs names."""
SECRET_WEIGHT: Final = 0.5
OWN_WEIGHT: Final = 0.2
"""Length of the part of a taste that follows nothing."""
DRIFT_A_WEEK: Final = 0.012
"""Radians that tastes turn a week, root mean square."""

START_MINUTES: Final = 4.0

CONTRACT_WORTHS: Final = np.array([[0.0, 0.25, -0.10, -0.25, -0.10], [0.0, 0.05, 0.05, 0.0, 0.0]], dtype=np.float32)
"""(taste, `ContractKind`): of people who want to settle, and of people who do not mind."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Tastes:
    """The private side of n people. Arrays have n rows; occupations have unit vectors of `DIMENSIONS`."""

    occupation_vectors: Floats
    start: Floats
    """(n, dim) unit: what they are drawn to at first."""
    turn: Floats
    """(n, dim) unit: what they turn towards."""
    drift: Floats
    """Radians a week."""
    ease: Floats
    """Likeness with the best of their own projects, by which others are measured."""
    occupation_weight: Floats
    minutes_per_km: Floats
    """The person's own pace, near what their modes would give."""
    patience: Floats
    """The commute beyond which every minute is one too many, as a share of what the declared reach takes."""
    distance_weight: Floats
    pay_ratio: Floats
    """Pay from which a job is welcome, over the floor that was told or, if none was, over what its occupation pays."""
    hours: Floats
    hours_weight: Floats
    shift: Floats
    """Worth of nights and weekends; mostly negative."""
    settling: NDArray[np.int8]
    """Row of `CONTRACT_WORTHS`."""
    size: Floats
    """Worth of a firm one standard deviation (of log employees) larger."""
    quality: Floats
    """Standard normal: what a file does not show and an interview does."""
    unwritten: Floats
    """Share of the skills not declared that the person has all the same."""
    depth: Floats
    """Chance to go on from one result to the next."""
    visits: Floats
    """Chance to come in a week."""
    budget: Ints
    """Applications a week at most."""


def draw_tastes(market: Market, seed: int) -> Tastes:
    """The private side of the people of a market, a function of the market and the seed."""
    generator = np.random.default_rng([seed, 1])
    persons, n = market.persons, len(market.persons)
    vectors = _occupation_vectors(market.occupations, generator)
    start = _drawn_to(market, vectors, generator)
    turn = _unit(0.5 * start + _drawn_to(market, vectors, generator))
    likeness = np.stack([_rowwise(start, vectors[persons.targets[:, j]]) for j in range(persons.targets.shape[1])])
    ease = np.where(persons.targets.T >= 0, likeness, -1.0).max(axis=0)
    minutes_per_km = persons.minutes_per_km * _spread(generator, n, 0.08)
    likes_shifts = generator.random(n) < 0.15
    return Tastes(
        occupation_vectors=vectors,
        start=start,
        turn=turn,
        drift=as_floats(DRIFT_A_WEEK * generator.standard_normal(n)),
        ease=as_floats(np.maximum(ease, 0.3)),
        occupation_weight=as_floats(1.0 * _spread(generator, n, 0.10)),
        minutes_per_km=as_floats(minutes_per_km),
        patience=_spread(generator, n, 0.12, -0.2),
        distance_weight=2.4 * _spread(generator, n, 0.10),
        pay_ratio=_spread(generator, n, 0.04, -0.01),
        hours=as_floats(np.where(persons.working_time == 2, generator.normal(24, 3, n), generator.normal(36, 1, n))),
        hours_weight=as_floats(np.where(persons.working_time == 0, 0.02, 0.06) * _spread(generator, n, 0.25)),
        shift=as_floats(np.where(likes_shifts, 0.2, -0.25 * _spread(generator, n, 0.5))),
        settling=(generator.random(n) > 0.65).astype(np.int8),
        size=as_floats(generator.normal(0, 0.12, n)),
        quality=as_floats(generator.standard_normal(n)),
        unwritten=as_floats(generator.beta(3, 9, n)),
        depth=as_floats(generator.beta(8, 2, n)),
        visits=as_floats(generator.beta(3, 3, n)),
        budget=1 + generator.poisson(1.5, n).astype(np.int32),
    )


def _occupation_vectors(occupations: Occupations, generator: np.random.Generator) -> Floats:
    """Unit vectors: occupations of a family are alike, and less and less so up the tree; the rest is their own."""
    found = np.zeros((len(occupations), DIMENSIONS))
    for level, share in enumerate(LEVEL_SHARES[:-1]):
        rows = occupations.groups[:, level]
        drawn = generator.standard_normal((int(rows.max(initial=-1)) + 1, DIMENSIONS))
        found += np.sqrt(share) * drawn[rows]
    found += np.sqrt(LEVEL_SHARES[-1]) * generator.standard_normal(found.shape)
    return _unit(found)


def _drawn_to(market: Market, vectors: Floats, generator: np.random.Generator) -> Floats:
    """(n, dim) unit: projects, for some an occupation they never named, and a part that follows nothing."""
    targets = market.persons.targets
    weights = np.where(targets >= 0, np.array(PROJECT_WEIGHTS)[: targets.shape[1]], 0.0)
    weights = weights * _spread(generator, weights.shape, 0.15)
    found = np.einsum("ij,ijk->ik", weights, vectors[targets])
    sizes = np.diff(market.indptr)
    place = market.indptr[:-1] + np.floor(generator.random(len(targets)) * sizes).astype(np.int64)
    has_secret = (generator.random(len(targets)) < SECRET_SHARE) & (sizes > 0)
    if market.n_candidates:
        secret = market.offers.occupation[market.offer[np.where(has_secret, place, 0)]]
        found = found + np.where(has_secret, SECRET_WEIGHT, 0.0)[:, None] * vectors[secret]
    own = generator.standard_normal((len(targets), DIMENSIONS)) / np.sqrt(DIMENSIONS)
    return _unit(found + OWN_WEIGHT * own)


def _spread(generator: np.random.Generator, shape: int | tuple[int, ...], sigma: float, mu: float = 0.0) -> Floats:
    """Log-normal factors of median exp(mu)."""
    return as_floats(np.exp(generator.normal(mu, sigma, shape)))


def _unit(rows: NDArray[np.floating]) -> Floats:
    return as_floats(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _rowwise(left: Floats, right: Floats) -> Floats:
    return as_floats(np.einsum("ij,ij->i", left, right))
