"""The reference data as arrays that a request can use at once: places, tension, what each sector hires."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from features.days import EPOCH as EPOCH
from features.days import day_number as day_number
from features.geo import (
    EARTH_RADIUS_KM,
    curve_order,
    distances_across,
    distances_pairwise,
    distances_to,
    haversine_km,
    unit_points,
)
from features.pairs.base import NO_SKILL
from features.records import TravelMode
from features.reference import Reference
from features.rome.affinity import affinity_matrix
from features.rome.nearness import is_akin
from features.rome.neutral import Neutral, neutral_of
from features.travel_time import AROUND_KM, Density, density_of, minutes_for
from models.encoder import TextEncoder
from models.hiring.forecast import Forecast
from models.hiring.published import shipped
from models.inference import Completion
from models.mentions import SkillReader
from models.occupations import occupation_vectors
from models.published import TextModels
from models.tagger import Tagger

NEAR_KM = 30.0
"""A point further than this from every commune is at sea or abroad."""

MARGIN_KM = 0.1
"""More than single precision takes off a distance."""

DISTANCES_KEPT = 128
"""Communes whose distances to all others are remembered, 140 kB each."""


@dataclass(frozen=True, eq=False)
class Lookups:
    """Reference tables and text models; made once, shared by every request."""

    reference: Reference
    models: TextModels
    hiring: Forecast = field(default_factory=shipped)
    """What establishments are expected to hire."""

    @property
    def encoder(self) -> TextEncoder:
        return self.models.encoder

    @cached_property
    def occupation_vectors(self) -> NDArray[np.float32]:
        """(n_occupations, dim) unit rows."""
        return occupation_vectors(self.encoder, self.reference.rome)

    @property
    def neutral(self) -> Neutral:
        """Brings people's words for work to one gender, and to what they say of work."""
        return neutral_of(self.reference.rome)

    def warm(self) -> None:
        """Compute the tables that requests read, so that the first one does not wait for them."""
        _ = (
            self.tension,
            self.affinity,
            self.naf_share,
            self.area_of_commune,
            self.departement_of_commune,
            self._points,
            self.core_skills,
            self.neutral,
            self.akin,
            self.region_of_area,
            self.reference.rome.family_of,
        )
        _ = (
            self.occupation_vectors,
            self.tagger,
            self.skill_reader,
            self.departement_rows,
            self.region_of_departement,
            self.naf_rows,
            self._points,
        )

    @cached_property
    def tagger(self) -> Tagger:
        """Reads occupations off job titles and people's words."""
        return self.models.tagger(self.reference.rome)

    @cached_property
    def completion(self) -> Completion:
        """Completes records that came without a ROME code."""
        return Completion(self.reference.rome, lambda: self.tagger)

    @cached_property
    def skill_reader(self) -> SkillReader:
        """Reads skills off offers and CVs."""
        return self.models.skill_reader(self.reference.rome, self.tagger)

    @cached_property
    def departements(self) -> tuple[str, ...]:
        """Codes in the order of the `departement` columns."""
        return tuple(sorted(set(self.reference.communes.departements)))

    @cached_property
    def departement_rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.departements)}

    @cached_property
    def departement_of_commune(self) -> NDArray[np.int16]:
        rows = self.departement_rows
        return np.array([rows[code] for code in self.reference.communes.departements], dtype=np.int16)

    @cached_property
    def region_of_departement(self) -> dict[str, str]:
        communes = self.reference.communes
        return dict(zip(communes.departements, communes.regions, strict=True))

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """Employment areas in row order."""
        return tuple(sorted({area for area in self.reference.communes.employment_areas if area}))

    @cached_property
    def area_of_commune(self) -> NDArray[np.int32]:
        """Row in `areas`; communes without an area point at the last column of `tension`, the national figure."""
        rows = {area: row for row, area in enumerate(self.areas)}
        national = len(self.areas)
        return np.array(
            [rows.get(area, national) for area in self.reference.communes.employment_areas] + [national],
            dtype=np.int32,
        )

    @cached_property
    def region_of_area(self) -> NDArray[np.int64]:
        """(n_areas + 1,) number of the region that has most communes of each area; the last entry, of no area, has a
        number of its own."""
        communes = self.reference.communes
        regions = {region: row for row, region in enumerate(sorted(set(communes.regions)))}
        counts = np.zeros((len(self.areas) + 1, len(regions) + 1), dtype=np.int64)
        np.add.at(counts, (self.area_of_commune[:-1], np.array([regions[name] for name in communes.regions])), 1)
        counts[-1] = 0
        counts[-1, -1] = 1
        nearest: NDArray[np.int64] = counts.argmax(axis=1)
        return nearest

    @cached_property
    def tension(self) -> NDArray[np.float32]:
        """(n_occupations, n_areas + 1) share of projects judged difficult; NaN unknown; last column national."""
        return self.reference.tension.share_matrix(self.reference.rome.codes, [*self.areas, None])

    def tension_at(self, occupations: NDArray[np.integer], communes: NDArray[np.integer]) -> NDArray[np.float32]:
        """Tension of each (occupation row, commune row), float32; NaN where the occupation is unknown (-1)."""
        shares = self.tension[occupations, self.area_of_commune[communes]]
        return np.where(occupations >= 0, shares, np.float32(np.nan)).astype(np.float32)

    @cached_property
    def affinity(self) -> NDArray[np.float32]:
        """(n_occupations, n_occupations) share of their work that occupations have in common."""
        return affinity_matrix(self.reference.rome)

    @cached_property
    def akin(self) -> NDArray[np.bool_]:
        """(n_occupations + 1, n_occupations) the occupations (columns) in which what is learned for each serves
        (`is_akin`), itself among them. Nothing serves for an unknown one, the last row."""
        akin = is_akin(self.reference.rome.relation, self.affinity)
        return np.concatenate([akin, np.zeros((1, akin.shape[1]), dtype=np.bool_)])

    @cached_property
    def core_skills(self) -> NDArray[np.uint16]:
        """(n_occupations + 1, width) skill rows of each occupation's *cœur de métier*, padded with `NO_SKILL`; the last
        entry, for an unknown occupation (-1), is empty."""
        rome = self.reference.rome
        lists = [rows[core] for rows, core in map(rome.skills_of, range(rome.n_occupations))]
        table = np.full((len(lists) + 1, max(map(len, lists), default=0)), NO_SKILL, dtype=np.uint16)
        for row, skills in enumerate(lists):
            table[row, : len(skills)] = skills
        return table

    @cached_property
    def naf_rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.reference.naf.naf_codes)}

    @cached_property
    def naf_share(self) -> NDArray[np.float32]:
        """(n_naf + 1, n_occupations): share of a sector's hirings that goes to the occupation's v3 family.

        The last row, of zeros, is for firms whose sector is unknown (-1).
        """
        rome, naf = self.reference.rome, self.reference.naf
        shares = np.zeros((len(naf.naf_codes) + 1, rome.n_occupations), dtype=np.float32)
        families: dict[str, list[int]] = {}
        for row, (code, parent) in enumerate(zip(rome.codes, rome.parents, strict=True)):
            families.setdefault(parent, []).append(row)
            if code != parent:
                families.setdefault(code, []).append(row)
        for row, code in enumerate(naf.naf_codes):
            hirings = naf.hirings(code)
            total = sum(count for _, count in hirings)
            for rome_code, count in hirings:
                shares[row, families.get(rome_code, [])] += count / total
        return shares

    @cached_property
    def sector_tension(self) -> NDArray[np.float32]:
        """(n_naf + 1, n_areas + 1) tension of what each sector hires where, by its share; NaN where none is known."""
        known = ~np.isnan(self.tension)
        weights = self.naf_share @ known.astype(np.float32)
        sums = self.naf_share @ np.where(known, self.tension, 0)
        found: NDArray[np.float32] = np.divide(sums, weights, out=np.full_like(sums, np.nan), where=weights > 0)
        return found

    @lru_cache(maxsize=DISTANCES_KEPT)  # noqa: B019 - one Lookups a process, as long-lived as the cache
    def distances_from(self, commune: int) -> NDArray[np.float32]:
        """(n_communes + 1,) km from a commune row to every commune; the last entry (-1) is NaN: place unknown.

        A commune is at 0 km of itself, its coordinates known or not.
        """
        distances = distances_to(self._points, commune)
        distances[commune] = 0  # also of a commune whose point is not known
        return np.append(distances, np.float32(np.nan))

    def communes_within(self, commune: int, radius_km: float) -> NDArray[np.bool_]:
        """(n_communes + 1,) which are at most `radius_km` from a commune row, as `distances_from` has them; the last
        entry, place unknown, is not. Only those at about its latitude are looked at."""
        order, latitudes, points = self._by_latitude
        inside = np.zeros(len(order) + 1, dtype=np.bool_)
        inside[commune] = radius_km >= 0
        here, half_width = self.reference.communes.lat[commune], np.degrees((radius_km + MARGIN_KM) / EARTH_RADIUS_KM)
        if not np.isnan(here):
            band = slice(*np.searchsorted(latitudes, (here - half_width, here + half_width)).tolist())
            near = distances_across(self._points[:, commune : commune + 1], points[:, band])[0] <= radius_km
            inside[order[band][near]] = True
        return inside

    @cached_property
    def _by_latitude(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Commune rows from south to north, those without a point last; their latitudes (degrees) and `_points`."""
        latitudes = self.reference.communes.lat.astype(np.float64)
        order = np.argsort(latitudes, kind="stable")
        return order, latitudes[order], self._points[:, order]

    def people_around(self, commune: int, radius_km: float) -> int:
        """Inhabitants of a commune (row) and of those whose point is at most `radius_km` from its own."""
        communes = self.reference.communes
        near = self.communes_within(commune, radius_km)[:-1] & ~communes.is_arrondissement
        return int(communes.population[near].sum())

    @lru_cache(maxsize=65_536)  # noqa: B019 - one Lookups a process, as long-lived as the cache
    def minutes_per_km(self, commune: int, modes: tuple[TravelMode, ...]) -> float:
        """Minutes from door to door of a straight kilometre from a commune (row) by the fastest of `modes`, by car when
        none is told; an unknown commune (-1) is neither dense nor rural."""
        density = density_of(self.people_around(commune, AROUND_KM)) if commune >= 0 else Density.MIXED
        return min(minutes_for(1.0, mode, density) for mode in modes or (TravelMode.CAR,))

    @cached_property
    def _points(self) -> NDArray[np.float64]:
        return unit_points(self.reference.communes.lat, self.reference.communes.lon)

    @cached_property
    def place_order(self) -> NDArray[np.int32]:
        """Commune rows along a curve through the country: the order in which generations are written."""
        return curve_order(self.reference.communes.lat, self.reference.communes.lon)

    def distances_between(self, commune: int, communes: NDArray[np.integer]) -> NDArray[np.float32]:
        """Km from one commune row to each of `communes` (rows); NaN where either is unknown (-1)."""
        distances: NDArray[np.float32] = self.distances_among(np.array([commune]), communes)[0]
        return distances

    def distances_along(self, starts: NDArray[np.integer], ends: NDArray[np.integer]) -> NDArray[np.float32]:
        """(n,) km from each of n commune rows to the one beside it in `ends`, as `distances_from` has them; NaN where
        either is unknown (-1)."""
        distances = distances_pairwise(self._points[:, starts], self._points[:, ends])
        distances[starts == ends] = 0
        distances[(starts < 0) | (ends < 0)] = np.nan
        return distances

    def distances_among(self, starts: NDArray[np.integer], ends: NDArray[np.integer]) -> NDArray[np.float32]:
        """(m, n) km from each of m commune rows to each of n, as `distances_from` has them; for a few of each, whose
        distances to the rest of the country nobody asks."""
        distances = distances_across(self._points[:, starts], self._points[:, ends])
        distances[starts[:, None] == ends] = 0
        distances[starts < 0] = np.nan
        distances[:, ends < 0] = np.nan
        return distances

    def nearest_commune(self, lat: float, lon: float) -> int | None:
        """The commune row whose point is nearest to (lat, lon); None when none is within `NEAR_KM`."""
        communes = self.reference.communes
        distances = np.nan_to_num(haversine_km(lat, lon, communes.lat, communes.lon), nan=np.inf)
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= NEAR_KM else None
