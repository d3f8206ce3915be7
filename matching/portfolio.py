"""For whom firms are called on: the people of a portfolio, the occupations they seek, and how likely each is placed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import UnknownRomeCode
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.errors import BadParameter, NotFound
from matching.filters import consent, place
from matching.lookups import day_number
from matching.rows.profile import counsellor_number
from matching.schema import NO_DAY, Collection
from matching.selection import select
from matching.sides import columns_of

Floats = NDArray[np.float32]

HIRED_SHARE: Final = 0.02
"""Share of a sector's hirings from which a person is worth presenting there."""
CHANCE_BY_MONTHS: Final = ((0.0, 24.0, 60.0), (0.10, 0.22, 0.28))
"""Months in the occupation, and the chance of being taken on where one is presented for a post that is open."""
UNKNOWN_CHANCE: Final = 0.14
"""Of a person whose past may not be read or is not told."""
NOT_YET_DAYS: Final = 60
NOT_YET: Final = 0.6
"""What the chance of someone who is not available for so many days is worth."""
AT_THE_LIMIT: Final = 0.6
"""What a chance is worth at the limit of the person's reach; 1 next door."""
NOBODY: Final = 0.05
"""Chances that are counted where nobody of the portfolio could be presented: someone may yet join it."""


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Profile rows (one a project), families of occupations, and chances."""

    engine: Engine
    rows: NDArray[np.int64]
    """Rows of people whom employers may see, each person's together; when only occupations were asked, those around
    who target one."""
    weights: Floats
    """(n_occupations,) 1 for the most wanted occupation."""

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        return self.engine.catalogue(Collection.PROFILES).keys(self.rows)

    @cached_property
    def occupations(self) -> NDArray[np.int64]:
        """(n,) of each row."""
        return self.engine.catalogue(Collection.PROFILES).take("occupation", self.rows).astype(np.int64)

    @cached_property
    def wanted(self) -> NDArray[np.int64]:
        """One occupation of each family that is wanted: a sector's hirings are known by family."""
        rome = self.engine.lookups.reference.rome
        wanted = np.flatnonzero(self.weights)
        order = wanted[np.argsort(-self.weights[wanted], kind="stable")]
        _, first = np.unique(rome.family_of[order], return_index=True)
        return np.sort(order[first])

    @cached_property
    def fits(self) -> Floats:
        """(n_naf + 1,) share of each sector's hirings that goes to the wanted occupations, each family counted once."""
        shares: Floats = np.minimum(self.engine.lookups.naf_share[:, self.wanted].sum(axis=1), 1)
        return shares

    @cached_property
    def chances(self) -> Floats:
        """(n,) chance of each row's person where they are presented, shared between the projects of one person."""
        read = columns_of(self.engine.catalogue(Collection.PROFILES), self.rows)
        today = day_number(self.engine.today())
        chance = np.where(read("profiling"), np.interp(read("experience_months"), *CHANCE_BY_MONTHS), UNKNOWN_CHANCE)
        available = read("available_day")
        waits = (available != NO_DAY) & (available > today + NOT_YET_DAYS)
        _, person, projects = np.unique(self.keys, return_inverse=True, return_counts=True)
        each: Floats = (np.where(waits, chance * NOT_YET, chance) / projects[person]).astype(np.float32)
        return each

    @cached_property
    def _family_of_row(self) -> NDArray[np.int64]:
        """(n,) place of each row's family in `wanted`."""
        families = self.engine.lookups.reference.rome.family_of
        order = np.argsort(families[self.wanted])
        found = order[np.searchsorted(families[self.wanted][order], families[self.occupations])]
        return np.asarray(found, dtype=np.int64)

    def meeting(self, sectors: NDArray[np.integer], communes: NDArray[np.integer]) -> Floats:
        """(n firms, n rows): the chance of each person at each firm, 0 where the sector does not hire their occupation
        or the firm is out of their reach."""
        lookups = self.engine.lookups
        if len(self.rows) == 0:
            return np.zeros((len(sectors), 0), dtype=np.float32)
        read = columns_of(self.engine.catalogue(Collection.PROFILES), self.rows)
        kinds, kind_of = np.unique(sectors, return_inverse=True)
        hired = lookups.naf_share[np.ix_(kinds, self.occupations)] >= HIRED_SHARE
        places, place_of = np.unique(communes, return_inverse=True)
        homes, home_of = np.unique(read("commune"), return_inverse=True)
        away = lookups.distances_among(places, homes).take(home_of, axis=1)
        reach = np.maximum(read("radius_km"), 1)
        near = np.where(away <= read("radius_km"), 1 - (1 - AT_THE_LIMIT) * away / reach, 0)
        found: Floats = (hired.take(kind_of, axis=0) * near.take(place_of, axis=0) * self.chances).astype(np.float32)
        return np.nan_to_num(found)

    def take(self, chances: Floats, sectors: NDArray[np.integer], openings: Floats, fits: Floats) -> Floats:
        """(n firms,) share of the hirings in the wanted occupations that the people could take.

        `chances` as `meeting` gives them, `openings` hirings expected in the wanted occupations, `fits` of the sectors.
        """
        shares = self.engine.lookups.naf_share[np.ix_(sectors, self.wanted)]
        vacancies = openings[:, None] * shares / np.maximum(shares.sum(axis=1), 1e-9)[:, None]
        people = np.zeros((len(sectors), len(self.wanted)), dtype=np.float32)
        if len(self.rows):
            of_family = np.zeros((len(self.rows), len(self.wanted)), dtype=np.float32)
            of_family[np.arange(len(self.rows)), self._family_of_row] = 1
            people = chances @ of_family
        people = np.maximum(people, NOBODY * shares / np.maximum(shares.sum(axis=1), 1e-9)[:, None])
        ratio = people / np.maximum(vacancies, 1e-9)
        matched = (vacancies * -np.expm1(-ratio)).sum(axis=1)
        found: Floats = np.clip(matched / np.maximum(openings, 1e-9), 0, 1).astype(np.float32)
        return np.where(fits > 0, found, np.float32(0))

    def promise(self, sectors: NDArray[np.integer], hirings: Floats) -> Floats:
        """(n firms,) placements expected if everyone were in reach of every firm: what the best are picked by."""
        lookups = self.engine.lookups
        pool = np.full(len(self.fits), NOBODY, dtype=np.float32)
        if len(self.rows):
            pool += (lookups.naf_share[:, self.occupations] >= HIRED_SHARE) @ self.chances
        openings = np.maximum(hirings * self.fits[sectors], 1e-9)
        found: Floats = openings * -np.expm1(-pool[sectors] / openings)
        return found

    def people(self, chances: Floats) -> Floats:
        """(n firms,) people who may be presented, each counted once however many projects they have."""
        if len(self.rows) == 0:
            return np.zeros(len(chances), dtype=np.float32)
        starts = np.flatnonzero(np.append(True, self.keys[1:] != self.keys[:-1]))
        meets = chances > 0
        of_person = meets if len(starts) == len(self.keys) else np.logical_or.reduceat(meets.T.copy(), starts, axis=0).T
        counts: Floats = of_person.sum(axis=1).astype(np.float32)
        return counts


def portfolio_of(engine: Engine, demand: ProspectionDemand) -> Portfolio:
    """The portfolio that a search is for.

    Raises BadParameter (nobody and nothing to prospect for, an unknown occupation), NotFound (a profile, a counsellor).
    """
    profiles = engine.catalogue(Collection.PROFILES)
    rome = engine.lookups.reference.rome
    parts: list[NDArray[np.int64]] = []
    for profile_id in demand.profile_ids:
        if profile_id not in profiles:
            raise NotFound("Le profil", profile_id)
        parts.append(profiles.rows_of(profile_id))
    if demand.counsellor_id is not None:
        parts.append(profiles.rows_where("counsellor", counsellor_number(demand.counsellor_id)))
        if len(parts[-1]) == 0:
            raise NotFound("Le portefeuille du conseiller", demand.counsellor_id)
    rows = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *parts]))
    targeted = profiles.take("occupation", rows)
    weights = np.bincount(targeted[targeted >= 0], minlength=rome.n_occupations).astype(np.float32)
    for code in demand.rome_codes:
        try:
            weights[list(rome.resolve(code))] += max(float(weights.max()), 1.0)
        except UnknownRomeCode:
            raise BadParameter("codesROME", code, "un code ROME") from None
    if not weights.any():
        raise BadParameter("codesROME", "", "au moins un de : conseiller, profils, codesROME")
    if len(rows) == 0 and demand.commune_insee is not None:
        centre = place.commune_rows(engine.lookups, "commune", demand.commune_insee)
        rows = select(
            profiles,
            [
                place.within(engine.lookups, centre, demand.radius_km),
                lambda view: weights[view.column("occupation")] > 0,
                consent.visible_to_employers,
            ],
        ).rows
    visible = rows[profiles.take("visible", rows) & (profiles.take("occupation", rows) >= 0)]
    visible = visible[np.argsort(profiles.keys(visible), kind="stable")]
    return Portfolio(engine, visible, weights / weights.max())


def centre_of(engine: Engine, demand: ProspectionDemand, portfolio: Portfolio) -> int:
    """The commune (row) that the search is around: the one that is asked, else where most of the portfolio lives.
    Raises BadParameter."""
    if demand.commune_insee is not None:
        return place.commune_rows(engine.lookups, "commune", demand.commune_insee)[0]
    homes = engine.catalogue(Collection.PROFILES).take("commune", portfolio.rows)
    homes = homes[homes >= 0]
    if (demand.counsellor_id is None and not demand.profile_ids) or len(homes) == 0:
        raise BadParameter("commune", "", "le code INSEE de la commune autour de laquelle prospecter")
    return int(np.bincount(homes).argmax())
