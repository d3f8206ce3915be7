"""How hard it is to recruit, from the survey *Besoins en main-d'œuvre* (BMO).

The survey counts recruitment projects by group of occupations (FAP) and employment area, and how many of them the
employers judge difficult. Small cells are kept secret by the publisher: unknown here, never zero.
"""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features import packed

if TYPE_CHECKING:
    from features.rome.referential import Rome

FILE = "tension.npz"

Counts = NDArray[np.float64]


class TensionRow(NamedTuple):
    """One cell of the survey; None where it is secret."""

    group: str
    """FAP code."""
    employment_area: str
    departement: str
    projects: float | None
    difficult: float | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Tension:
    """Cells (group, employment area, département) with their counts, and the ROME codes of each group."""

    groups: tuple[str, ...]
    """FAP codes, sorted."""
    group_labels: tuple[str, ...]
    group_rome_codes: tuple[tuple[str, ...], ...]
    """ROME codes of each group, as published (v3); empty where no correspondence is known."""
    areas: tuple[str, ...]
    """Employment areas, sorted."""
    departements: tuple[str, ...]
    cell_group: NDArray[np.int32]
    cell_area: NDArray[np.int32]
    cell_departement: NDArray[np.int32]
    cell_projects: NDArray[np.float32]
    """Recruitment projects; NaN where secret."""
    cell_difficult: NDArray[np.float32]
    """Projects judged difficult; NaN where secret."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """v3 code of each ROME 4.0 code, see `with_rome`."""

    @classmethod
    def build(
        cls,
        rows: Sequence[TensionRow],
        group_labels: Mapping[str, str],
        group_rome_codes: Mapping[str, Sequence[str]],
    ) -> "Tension":
        """The table of these cells, in any order; groups are those of the cells."""
        groups = tuple(sorted({row.group for row in rows}))
        areas = tuple(sorted({row.employment_area for row in rows}))
        departements = tuple(sorted({row.departement for row in rows}))
        return cls(
            groups=groups,
            group_labels=tuple(group_labels.get(group, "") for group in groups),
            group_rome_codes=tuple(tuple(group_rome_codes.get(group, ())) for group in groups),
            areas=areas,
            departements=departements,
            cell_group=_numbers([row.group for row in rows], groups),
            cell_area=_numbers([row.employment_area for row in rows], areas),
            cell_departement=_numbers([row.departement for row in rows], departements),
            cell_projects=np.array([_known(row.projects) for row in rows], dtype=np.float32),
            cell_difficult=np.array([_known(row.difficult) for row in rows], dtype=np.float32),
        )

    @classmethod
    def empty(cls) -> "Tension":
        return cls.build((), {}, {})

    def with_rome(self, rome: "Rome") -> "Tension":
        """The same table, which also understands ROME 4.0 codes where it was published with v3 codes."""
        return dataclasses.replace(self, parents=dict(zip(rome.codes, rome.parents, strict=True)))

    def groups_of(self, rome_code: str) -> tuple[int, ...]:
        """Group rows that hold an occupation (those of its v3 parent for a 4.0 code); empty when none is known."""
        rows = self._groups_by_rome.get(rome_code)
        return rows if rows is not None else self._groups_by_rome.get(self.parents.get(rome_code, ""), ())

    def share_difficult(self, rome_code: str, employment_area: str | None = None) -> float:
        """Share of the projects judged difficult, 0 to 1; NaN when nothing is known of the occupation.

        From the employment area where the survey tells, else from its département, else from the whole country.
        """
        return float(self.share_matrix([rome_code], [employment_area])[0, 0])

    def projects(self, rome_code: str, employment_area: str | None = None) -> float:
        """Recruitment projects of the groups that hold an occupation; NaN when unknown or secret there.

        A group holds several occupations: the count is the group's. Without an area, the sum of what the survey
        tells over the country.
        """
        groups = list(self.groups_of(rome_code))
        if not groups:
            return float("nan")
        if employment_area is None:
            return float(self._projects_known[groups].sum())
        area = self._area_rows.get(employment_area)
        return float("nan") if area is None else _sum_known(self._projects_by_area[groups, area])

    def share_matrix(self, rome_codes: Sequence[str], areas: Sequence[str | None]) -> NDArray[np.float32]:
        """`share_difficult` for each occupation and area: float32[len(rome_codes), len(areas)]."""
        columns = np.array([self._area_rows.get(area or "", -1) for area in areas], dtype=np.int64)
        answer = np.full((len(rome_codes), len(areas)), np.nan, dtype=np.float32)
        for position, code in enumerate(rome_codes):
            groups = list(self.groups_of(code))
            if groups:
                answer[position] = self._shares(groups)[columns]
        return answer

    def _shares(self, groups: list[int]) -> NDArray[np.float64]:
        """float64[n_areas + 1] by area with its fallbacks; the last value, which -1 finds, is the country's."""
        by_area = _ratio(*(table[groups].sum(axis=0) for table in self._known_by_area))
        by_departement = _ratio(*(table[groups].sum(axis=0) for table in self._known_by_departement))
        country = float(_ratio(*(table[groups].sum(keepdims=True).ravel() for table in self._known_by_area))[0])
        local = np.where(np.isnan(by_area), by_departement[self._departement_of_area], by_area)
        return np.append(np.where(np.isnan(local), country, local), country)

    @cached_property
    def _groups_by_rome(self) -> dict[str, tuple[int, ...]]:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, rome_codes in enumerate(self.group_rome_codes):
            for rome_code in rome_codes:
                rows[rome_code].append(row)
        return {code: tuple(found) for code, found in rows.items()}

    @cached_property
    def _area_rows(self) -> dict[str, int]:
        return {area: row for row, area in enumerate(self.areas)}

    @cached_property
    def _both_known(self) -> NDArray[np.bool_]:
        return ~(np.isnan(self.cell_projects) | np.isnan(self.cell_difficult))

    @cached_property
    def _known_by_area(self) -> tuple[Counts, Counts]:
        """Difficult and all projects by group and area, over the cells that tell both."""
        return (
            self._table(self.cell_area, len(self.areas), self.cell_difficult, self._both_known),
            self._table(self.cell_area, len(self.areas), self.cell_projects, self._both_known),
        )

    @cached_property
    def _known_by_departement(self) -> tuple[Counts, Counts]:
        return (
            self._table(self.cell_departement, len(self.departements), self.cell_difficult, self._both_known),
            self._table(self.cell_departement, len(self.departements), self.cell_projects, self._both_known),
        )

    @cached_property
    def _projects_by_area(self) -> Counts:
        """Projects by group and area; NaN where a part is secret or there is no cell."""
        told = ~np.isnan(self.cell_projects)
        secret = self._table(self.cell_area, len(self.areas), np.ones_like(self.cell_projects), ~told)
        cells = self._table(self.cell_area, len(self.areas), np.ones_like(self.cell_projects), told)
        total = self._table(self.cell_area, len(self.areas), self.cell_projects, told)
        return np.where((cells == 0) | (secret > 0), np.nan, total)

    @cached_property
    def _projects_known(self) -> Counts:
        told = ~np.isnan(self.cell_projects)
        totals = np.zeros(len(self.groups))
        np.add.at(totals, self.cell_group[told], self.cell_projects[told])
        return totals

    @cached_property
    def _departement_of_area(self) -> NDArray[np.int64]:
        """The département where most cells of each area are."""
        cells = np.zeros((len(self.areas), len(self.departements)), dtype=np.int64)
        np.add.at(cells, (self.cell_area, self.cell_departement), 1)
        return cells.argmax(axis=1) if cells.size else np.zeros(0, dtype=np.int64)

    def _table(
        self, columns: NDArray[np.int32], width: int, values: NDArray[np.float32], keep: NDArray[np.bool_]
    ) -> Counts:
        table = np.zeros((len(self.groups), width))
        np.add.at(table, (self.cell_group[keep], columns[keep]), values[keep])
        return table

    def save(self, folder: Path) -> None:
        """Write the table into `folder`, which must exist."""
        packed.save(
            folder / FILE,
            {
                "groups": self.groups,
                "group_labels": self.group_labels,
                **packed.flatten("group_rome_codes", self.group_rome_codes),
                "areas": self.areas,
                "departements": self.departements,
                "cell_group": self.cell_group,
                "cell_area": self.cell_area,
                "cell_departement": self.cell_departement,
                "cell_projects": self.cell_projects,
                "cell_difficult": self.cell_difficult,
            },
        )

    @classmethod
    def load(cls, folder: Path) -> "Tension":
        """What `save` wrote in `folder`."""
        columns = packed.load(folder / FILE)
        return cls(
            groups=columns.strings("groups"),
            group_labels=columns.strings("group_labels"),
            group_rome_codes=columns.nested("group_rome_codes"),
            areas=columns.strings("areas"),
            departements=columns.strings("departements"),
            cell_group=columns.int32("cell_group"),
            cell_area=columns.int32("cell_area"),
            cell_departement=columns.int32("cell_departement"),
            cell_projects=columns.float32("cell_projects"),
            cell_difficult=columns.float32("cell_difficult"),
        )


def _numbers(values: Sequence[str], among: tuple[str, ...]) -> NDArray[np.int32]:
    position = {value: number for number, value in enumerate(among)}
    return np.array([position[value] for value in values], dtype=np.int32)


def _known(value: float | None) -> float:
    return float("nan") if value is None else value


def _sum_known(values: Counts) -> float:
    """Sum of the values that are known, NaN when none is."""
    known = values[~np.isnan(values)]
    return float(known.sum()) if known.size else float("nan")


def _ratio(part: Counts, whole: Counts) -> Counts:
    """part / whole, NaN where the whole is 0."""
    return np.divide(part, whole, out=np.full_like(whole, np.nan, dtype=np.float64), where=whole > 0)
