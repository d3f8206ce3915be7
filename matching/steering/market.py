"""The labour market by occupation and employment area: people who look for work, live offers, and how hard employers
find it to recruit.

Occupations are counted by the v3 fiche that they descend from (`Rome.families`), as the survey *Besoins en
main-d'œuvre* is. People are told by `Discretion`: nobody can be singled out in a count, nor by taking counts from one
another.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue
from matching.discretion import LEAST, Discretion, Told
from matching.engine import Engine
from matching.lookups import Lookups, day_number
from matching.schema import NO_DAY, Collection

Counts = NDArray[np.int64]

PEOPLE_OF_RATIO: Final = 10
"""Offers are told for so many people."""
LEAST_OFFERS: Final = 5
"""Occupations with fewer come after the others where the hardest come first: nobody recruits for them here."""
LEAST_FOR_RATIO: Final = 20
"""People from which a ratio is told: of fewer, what their count is moved by would show more than the market."""


@dataclass(frozen=True, eq=False)
class Market:
    """Counts by family (rows, as `Rome.families`) and employment area (columns, as `Lookups.areas`; the last one: no
    area is known)."""

    people: Counts
    """Who looks for work in an occupation of the family, from there; somebody with two projects counts in each one's
    cell."""
    offers: Counts
    posts: Counts
    """That the offers are for."""
    tension: NDArray[np.float32]
    """Share of recruitment projects that employers find difficult, by family and area; the last column is the
    country's. NaN: not told by the survey."""


@dataclass(frozen=True)
class Line:
    """A family, in the whole country or in one area."""

    family: int
    area: int | None
    people: Told
    offers: int
    posts: int
    tension: float | None

    @property
    def offers_for_ten(self) -> float | None:
        """Offers for ten people who look for work; None where too few are told."""
        return offers_for_ten(self.offers, self.people)


def offers_for_ten(offers: int, people: Told) -> float | None:
    """`offers` for ten of those people; None where they are fewer than `LEAST_FOR_RATIO`."""
    enough = people.count is not None and people.count >= LEAST_FOR_RATIO
    return offers * PEOPLE_OF_RATIO / people.count if enough and people.count else None


class Order(StrEnum):
    """What comes first in a table; the value is what addresses say."""

    TENSION = "tension"
    OFFERS = "offres"
    PEOPLE = "personnes"


def market_of(engine: Engine) -> Market:
    """The market as the live rows have it; reads them all: not for a request's path."""
    lookups, offers = engine.lookups, engine.catalogue(Collection.OFFERS)
    rows = _live(offers)
    last = offers.take("expires_day", rows)
    rows = rows[(last == NO_DAY) | (last >= day_number(engine.today()))]
    cells, known = _cells(offers, rows, lookups)
    posts = np.maximum(offers.take("posts", rows[known]), 1)
    return Market(
        people_by_cell(engine.catalogue(Collection.PROFILES), lookups),
        _table(cells, lookups),
        _table(cells, lookups, posts),
        lookups.reference.tension.share_matrix(lookups.reference.rome.families, [*lookups.areas, None]),
    )


def people_by_cell(profiles: Catalogue, lookups: Lookups) -> Counts:
    """(n_families, n_areas + 1) people of a catalogue, each once a cell whatever the projects they have there."""
    rows = _live(profiles)
    cells, known = _cells(profiles, rows, lookups)
    alone = profiles.is_alone(rows[known])
    several = profiles.keys(rows[known][~alone]), cells[~alone]
    order = np.lexsort(several)
    keys, again = several[0][order], several[1][order]
    first = np.append(True, (keys[1:] != keys[:-1]) | (again[1:] != again[:-1]))[: len(order)]
    return _table(np.concatenate([cells[alone], again[first]]), lookups)


def _table(cells: NDArray[np.int64], lookups: Lookups, weights: NDArray[np.integer] | None = None) -> Counts:
    """What is in each cell, by family and area."""
    shape = len(lookups.reference.rome.families), len(lookups.areas) + 1
    found = np.bincount(cells, weights=weights, minlength=shape[0] * shape[1])
    return found.astype(np.int64).reshape(shape)


def _live(catalogue: Catalogue) -> NDArray[np.int64]:
    return np.flatnonzero(catalogue.alive)


def _cells(
    catalogue: Catalogue, rows: NDArray[np.int64], lookups: Lookups
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The cell (family × area, flat) of each row whose occupation is known, and which those are."""
    family: NDArray[Any] = lookups.reference.rome.family_of[catalogue.take("occupation", rows)].astype(np.int64)
    area = lookups.area_of_commune[catalogue.take("commune", rows)].astype(np.int64)
    known = family >= 0
    return (family * (len(lookups.areas) + 1) + area)[known], known


def lines(
    market: Market,
    families: Sequence[int] | NDArray[np.integer],
    area: int | None,
    discretion: Discretion,
    order: Order = Order.TENSION,
) -> list[Line]:
    """Of those families, the ones that have an offer or people enough to be told, in that order: the hardest to recruit
    for first, or those with most offers, or with most people. `area` None: the whole country."""
    rows = np.asarray(families, dtype=np.int64)
    people, offers, _, _ = _columns(market, area)
    some = rows[(offers[rows] > 0) | (people[rows] >= LEAST)]
    return sorted(
        (each for each in _told(market, some, area, discretion) if each.offers or each.people.count),
        key=lambda each: (*_weight(each, order), -each.offers, each.family),
    )


def line(market: Market, family: int, area: int | None, discretion: Discretion) -> Line:
    """One family, in the country or in one area (a column of the market)."""
    return _told(market, np.array([family]), area, discretion)[0]


def _told(market: Market, rows: NDArray[np.int64], area: int | None, discretion: Discretion) -> list[Line]:
    people, offers, posts, shares = (column[rows].tolist() for column in _columns(market, area))
    return [
        Line(
            family,
            area,
            discretion.told(count, f"marché {family} {area}"),
            n_offers,
            n_posts,
            None if math.isnan(share) else share,
        )
        for family, count, n_offers, n_posts, share in zip(rows.tolist(), people, offers, posts, shares, strict=True)
    ]


def _columns(market: Market, area: int | None) -> tuple[Counts, Counts, Counts, NDArray[np.float32]]:
    """People, offers, posts and tension of each family, in the country or in one area."""
    counts = (market.people, market.offers, market.posts)
    if area is None:
        people, offers, posts = (table.sum(axis=1) for table in counts)
        return people, offers, posts, market.tension[:, -1]
    people, offers, posts = (table[:, area] for table in counts)
    return people, offers, posts, market.tension[:, area]


@dataclass(frozen=True)
class Total:
    """Of some families together; people are told for themselves, not added up."""

    people: Told
    offers: int
    posts: int

    @property
    def offers_for_ten(self) -> float | None:
        return offers_for_ten(self.offers, self.people)


def total(market: Market, families: Sequence[int], area: int | None, discretion: Discretion) -> Total:
    """All of those families, in the country or in one area; somebody who looks for work in two of them counts twice."""
    where = slice(None) if area is None else slice(area, area + 1)
    rows = np.asarray(families, dtype=np.int64)
    named = f"{rows.min(initial=0)}-{rows.max(initial=-1)}-{len(rows)}"
    return Total(
        discretion.told(int(market.people[rows, where].sum()), f"marché ensemble {named} {area}"),
        int(market.offers[rows, where].sum()),
        int(market.posts[rows, where].sum()),
    )


def _weight(shown: Line, order: Order) -> tuple[float, ...]:
    match order:
        case Order.TENSION:
            return (shown.tension is None, shown.offers < LEAST_OFFERS, -(shown.tension or 0))
        case Order.OFFERS:
            return (-shown.offers,)
        case Order.PEOPLE:
            return (-(shown.people.count or 0),)
