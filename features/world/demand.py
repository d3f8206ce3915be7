"""How many offers of which occupation where: 2021 counts by commune and occupation, scaled to BMO 2025 projects.

Counts are by ROME v3 code, a *group* of ROME 4.0 fiches; a group's offers go to its fiches by their share of hirings.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.reference import Reference
from features.world.draws import Choice, Ragged
from features.world.market import Market
from features.world.places import Places

LOCAL = 0.8
"""How much an area keeps of its own mix of occupations; the rest is the national mix."""
PRIOR = 25.0
"""Offers that an area must have before its own BMO ratio counts as much as the national one."""
RATIO_LIMITS = (0.05, 20.0)


@dataclass(frozen=True, eq=False)
class Demand:
    groups: tuple[str, ...]
    """v3 parent codes, sorted."""
    areas: Choice
    by_area: Ragged
    """Area row to groups."""
    children: Ragged
    """Group to occupation rows."""
    places: Ragged
    """Cell (area row * n_groups + group) to commune rows; empty where no place is counted."""
    occupation_share: NDArray[np.float64]
    """Of each occupation row, nationally; sums to 1."""

    def occupations(
        self, areas: NDArray[np.integer], of_group: NDArray[np.float64], of_child: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Groups and occupation rows drawn in these areas, from two uniform numbers each."""
        groups = self.by_area.draw(areas, of_group)
        return groups, self.children.draw(groups, of_child)


def demand_of(
    reference: Reference, places: Places, market: Market, weights: NDArray[np.float64], notes: list[str]
) -> Demand:
    """Demand from the best that is known: counts, else BMO and the hints' `weights`, else every occupation alike."""
    rome = reference.rome
    groups = tuple(sorted(set(rome.parents)))
    group_row = {code: row for row, code in enumerate(groups)}
    group_of = np.array([group_row[parent] for parent in rome.parents])
    within = _within_group(reference, market, weights)
    children = Ragged.of(group_of, np.arange(rome.n_occupations), within, len(groups))
    if market.offers:
        offers, cells = _counted(reference, places, market, group_row, notes)
        wanted = _scaled(offers, places, market, group_row)
    else:
        wanted = _projects(reference, places, groups, group_of, weights, notes)
        cells = Ragged.of([], [], [], places.n_areas * len(groups))
    area_rows, group_rows = np.nonzero(wanted)
    national = wanted.sum(axis=0)
    share = within / np.bincount(group_of, weights=within, minlength=len(groups))[group_of] * national[group_of]
    return Demand(
        groups,
        Choice.of(wanted.sum(axis=1)),
        Ragged.of(area_rows, group_rows, wanted[area_rows, group_rows], places.n_areas),
        children,
        cells,
        share / share.sum(),
    )


def _within_group(reference: Reference, market: Market, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of each fiche inside its group: hints, else hirings of its titles, with one vote per usual title.

    The fiche that kept the group's own code is its core: it counts double.
    """
    rome = reference.rome
    hirings = np.array([market.appellation_hirings.get(code, 0) for code in rome.appellation_codes], dtype=float)
    votes = np.where(rome.appellation_rare, 0.1, 1.0)
    by_title = np.bincount(rome.appellation_occupation, weights=votes + hirings / 20, minlength=rome.n_occupations)
    own = np.array([code == parent for code, parent in zip(rome.codes, rome.parents, strict=True)])
    guessed = (by_title + 0.5) * np.where(own, 2.0, 1.0)
    return np.where(weights > 0, weights, guessed if not weights.any() else guessed / guessed.max())


def _counted(
    reference: Reference, places: Places, market: Market, group_row: dict[str, int], notes: list[str]
) -> tuple[NDArray[np.float64], Ragged]:
    """Offers by area and group, and the communes of each cell."""
    communes, n_groups = reference.communes, len(group_row)
    cell_rows, commune_rows, counts = [], [], []
    for (insee, code), count in market.offers.items():
        commune, group = communes.get_row(insee), group_row.get(code)
        if commune is None or group is None or places.area_of[commune] < 0:
            continue
        cell_rows.append(int(places.area_of[commune]) * n_groups + group)
        commune_rows.append(commune)
        counts.append(count)
    left_out = sum(market.offers.values()) - sum(counts)
    if left_out:
        notes.append(f"{left_out} counted offers are in communes or occupations that the reference no longer has")
    cells = np.array(cell_rows, dtype=np.int64)
    totals = np.bincount(cells, weights=np.array(counts, dtype=np.float64), minlength=places.n_areas * n_groups)
    return totals.astype(np.float64).reshape(places.n_areas, n_groups), Ragged.of(
        cells, commune_rows, counts, places.n_areas * n_groups
    )


def _scaled(
    offers: NDArray[np.float64], places: Places, market: Market, group_row: dict[str, int]
) -> NDArray[np.float64]:
    """Offers times projects per offer, of the area where it is known and of the country around it."""
    national = offers.sum(axis=0)
    own = offers.sum(axis=1) / offers.sum()
    expected = np.outer(0.5 * own + 0.5 * places.area_share, national)
    smooth = LOCAL * offers + (1 - LOCAL) * expected
    if not (market.projects and market.project_codes):
        return smooth
    by_code: defaultdict[str, dict[int, float]] = defaultdict(dict)
    area_row = {code: row for row, code in enumerate(places.area_codes)}
    unplaced: defaultdict[str, float] = defaultdict(float)
    for (area, code), count in market.projects.items():
        if area in area_row:
            by_code[code][area_row[area]] = count
        else:
            unplaced[code] += count
    ratio_total, votes = np.zeros_like(smooth), np.zeros(len(group_row))
    overall = sum(market.projects.values()) / offers.sum()
    for code, codes in market.project_codes.items():
        rows = [group_row[parent] for parent in codes if parent in group_row]
        known = by_code.get(code, {})
        if not rows or not known:
            continue
        offered = smooth[:, rows].sum(axis=1)
        ratio = np.clip((sum(known.values()) + unplaced[code]) / max(offered.sum(), 1.0), *RATIO_LIMITS)
        local = np.full(places.n_areas, ratio)
        areas = np.fromiter(known, dtype=np.int64)
        projects = np.fromiter(known.values(), dtype=np.float64)
        local[areas] = np.clip((projects + PRIOR * ratio) / (offered[areas] + PRIOR), *RATIO_LIMITS)
        ratio_total[:, rows] += local[:, None]
        votes[rows] += 1
    return smooth * np.where(votes > 0, ratio_total / np.maximum(votes, 1), overall)


def _projects(
    reference: Reference,
    places: Places,
    groups: tuple[str, ...],
    group_of: NDArray[np.int64],
    weights: NDArray[np.float64],
    notes: list[str],
) -> NDArray[np.float64]:
    """Without counts: the hints' weights, else BMO projects, spread over areas by population."""
    national: NDArray[np.float64]
    if weights.any():
        national = np.bincount(group_of, weights=weights, minlength=len(groups)).astype(np.float64)
    else:
        values = _projects_by_group(reference, groups)
        known = values[values > 0]
        if known.size == 0:
            notes.append("neither offer counts nor BMO projects are loaded: every occupation is equally wanted")
            national = np.ones(len(groups))
        else:
            national = np.where(values > 0, values, np.median(known) / 4)
    return np.outer(places.area_share, national)


def _projects_by_group(reference: Reference, groups: tuple[str, ...]) -> NDArray[np.float64]:
    """BMO projects of each v3 group over the country: those of an occupation family, shared between its codes."""
    tension = reference.tension
    row_of = {code: row for row, code in enumerate(groups)}
    values = np.zeros(len(groups))
    told = ~np.isnan(tension.cell_projects)
    totals = np.bincount(tension.cell_group[told], weights=tension.cell_projects[told], minlength=len(tension.groups))
    for codes, total in zip(tension.group_rome_codes, totals.tolist(), strict=True):
        rows = [row_of[code] for code in codes if code in row_of]
        values[rows] += total / max(len(rows), 1)
    return values
