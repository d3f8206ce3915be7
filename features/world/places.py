"""Where people live: communes weighted by population, inside their employment areas."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.communes import Communes
from features.world.draws import Choice, Ragged


@dataclass(frozen=True, eq=False)
class Places:
    """Areas are employment areas; communes outside any are gathered by département as "dep-XX"."""

    area_codes: tuple[str, ...]
    area_of: NDArray[np.int32]
    """Area row of each commune row."""
    population: NDArray[np.float64]
    """Of each commune row; 0 for Paris, Lyon and Marseille where their arrondissements are known."""
    commune_choice: Choice
    in_area: Ragged
    """Area row to commune rows, by population."""
    area_share: NDArray[np.float64]

    @property
    def n_areas(self) -> int:
        return len(self.area_codes)


DIVIDED = {"75056": ("751",), "69123": ("6938",), "13055": ("132",)}
"""The three communes divided in arrondissements, with the INSEE prefixes of these."""


def places_of(communes: Communes) -> Places:
    """Places of all communes with a known population; `n_areas` is 0 when there are none."""
    population = np.asarray(communes.population, dtype=np.float64).copy()
    for whole, prefixes in DIVIDED.items():
        row = communes.get_row(whole)
        if row is not None and any(
            code.startswith(prefixes) and divided
            for code, divided in zip(communes.insee, communes.is_arrondissement.tolist(), strict=True)
        ):
            population[row] = 0.0
    names = [
        area or f"dep-{departement}"
        for area, departement in zip(communes.employment_areas, communes.departements, strict=True)
    ]
    populated = sorted({name for name, people in zip(names, population.tolist(), strict=True) if people > 0})
    rows = {name: row for row, name in enumerate(populated)}
    area_of = np.array([rows.get(name, -1) for name in names], dtype=np.int32)
    inside = np.flatnonzero((area_of >= 0) & (population > 0))
    if inside.size == 0:
        nothing = np.zeros(0)
        return Places((), area_of, population, Choice(nothing), Ragged.of([], [], [], 0), nothing)
    totals = np.bincount(area_of[inside], weights=population[inside], minlength=len(populated))
    return Places(
        tuple(populated),
        area_of,
        population,
        Choice.of(population),
        Ragged.of(area_of[inside], inside, population[inside], len(populated)),
        totals / totals.sum(),
    )
