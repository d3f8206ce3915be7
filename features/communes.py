"""Communes of France: codes, places, employment areas; lookups by INSEE code, postcode and name."""

import difflib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features import packed
from features.text import normalise

FILE = "communes.npz"


class UnknownCommune(ValueError):
    """An INSEE code that no commune has."""

    def __init__(self, insee: str, nearest: Sequence[str]) -> None:
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"unknown commune {insee[:80]!r}: an INSEE code of five characters is expected{hint}")
        self.insee = insee
        self.nearest = tuple(nearest)


class CommuneRow(NamedTuple):
    """One commune or municipal arrondissement; None and "" mean not known."""

    insee: str
    name: str
    departement: str
    region: str
    postcodes: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    population: int | None = None
    employment_area: str = ""
    employment_area_name: str = ""
    arrondissement: bool = False
    """A municipal arrondissement of Paris, Lyon or Marseille; its city is a row of its own too."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Communes:
    """All columns follow the order of `insee`, sorted. Counting people: take the rows where `is_arrondissement` is
    false, or the three cities count twice."""

    insee: tuple[str, ...]
    names: tuple[str, ...]
    departements: tuple[str, ...]
    """Département code: "23", "2A", "974"."""
    regions: tuple[str, ...]
    employment_areas: tuple[str, ...]
    """Code of the *bassin d'emploi*, four characters; "" where it is not known."""
    employment_area_names: tuple[str, ...]
    postcodes: tuple[tuple[str, ...], ...]
    lat: NDArray[np.float32]
    """Degrees; NaN where not known."""
    lon: NDArray[np.float32]
    population: NDArray[np.int32]
    """Inhabitants; 0 where not known."""
    is_arrondissement: NDArray[np.bool_]

    @classmethod
    def build(cls, rows: Sequence[CommuneRow]) -> "Communes":
        """The table of these rows, in any order. Raises ValueError for an INSEE code given twice."""
        ordered = sorted(rows, key=lambda row: row.insee)
        for before, after in pairwise(ordered):
            if before.insee == after.insee:
                raise ValueError(f"commune {after.insee} is given twice ({before.name}, {after.name}): keep one row")
        return cls(
            insee=tuple(row.insee for row in ordered),
            names=tuple(row.name for row in ordered),
            departements=tuple(row.departement for row in ordered),
            regions=tuple(row.region for row in ordered),
            employment_areas=tuple(row.employment_area for row in ordered),
            employment_area_names=tuple(row.employment_area_name for row in ordered),
            postcodes=tuple(row.postcodes for row in ordered),
            lat=np.array([np.nan if row.lat is None else row.lat for row in ordered], dtype=np.float32),
            lon=np.array([np.nan if row.lon is None else row.lon for row in ordered], dtype=np.float32),
            population=np.array([row.population or 0 for row in ordered], dtype=np.int32),
            is_arrondissement=np.array([row.arrondissement for row in ordered], dtype=np.bool_),
        )

    def __len__(self) -> int:
        return len(self.insee)

    def row_of(self, insee: str) -> int:
        """Row of an INSEE code. Raises UnknownCommune, which names the nearest codes."""
        row = self._rows.get(insee)
        if row is None:
            near = difflib.get_close_matches(insee[:10].upper(), self.insee, n=3, cutoff=0.75)
            raise UnknownCommune(insee, [f"{code} {self.names[self._rows[code]]}" for code in near])
        return row

    def get_row(self, insee: str) -> int | None:
        """Row of an INSEE code, None when no commune has it."""
        return self._rows.get(insee)

    def by_postcode(self, postcode: str) -> tuple[int, ...]:
        """Rows that a postcode serves: arrondissements first, then the most peopled; empty when there are none."""
        return self._by_postcode.get(postcode, ())

    def by_name(self, name: str, departement: str | None = None) -> tuple[int, ...]:
        """Rows of that name as people write it, the most peopled first; empty when there are none.

        Case, accents, hyphens, "St" for "Saint" and "CEDEX" do not count; "Lyon 3", "LYON 3E" and
        "Lyon 3e Arrondissement" are the same place.
        """
        rows = self._by_name.get(name_key(name), ())
        return rows if departement is None else tuple(row for row in rows if self.departements[row] == departement)

    def label(self, row: int) -> str:
        """ "Guéret (23)"."""
        return f"{self.names[row]} ({self.departements[row]})"

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.insee)}

    @cached_property
    def _by_postcode(self) -> dict[str, tuple[int, ...]]:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, postcodes in enumerate(self.postcodes):
            for postcode in postcodes:
                rows[postcode].append(row)
        return {postcode: self._ordered(found) for postcode, found in rows.items()}

    @cached_property
    def _by_name(self) -> dict[str, tuple[int, ...]]:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, name in enumerate(self.names):
            rows[name_key(name)].append(row)
        return {name: self._ordered(found) for name, found in rows.items()}

    def _ordered(self, rows: list[int]) -> tuple[int, ...]:
        return tuple(sorted(rows, key=lambda row: (not self.is_arrondissement[row], -self.population[row], row)))

    def save(self, folder: Path) -> None:
        """Write the table into `folder`, which must exist."""
        packed.save(
            folder / FILE,
            {
                "insee": self.insee,
                "names": self.names,
                "departements": self.departements,
                "regions": self.regions,
                "employment_areas": self.employment_areas,
                "employment_area_names": self.employment_area_names,
                **packed.flatten("postcodes", self.postcodes),
                "lat": self.lat,
                "lon": self.lon,
                "population": self.population,
                "is_arrondissement": self.is_arrondissement,
            },
        )

    @classmethod
    def load(cls, folder: Path) -> "Communes":
        """What `save` wrote in `folder`."""
        columns = packed.load(folder / FILE)
        return cls(
            insee=columns.strings("insee"),
            names=columns.strings("names"),
            departements=columns.strings("departements"),
            regions=columns.strings("regions"),
            employment_areas=columns.strings("employment_areas"),
            employment_area_names=columns.strings("employment_area_names"),
            postcodes=columns.nested("postcodes"),
            lat=columns.float32("lat"),
            lon=columns.float32("lon"),
            population=columns.int32("population"),
            is_arrondissement=columns.flags("is_arrondissement"),
        )


_CEDEX = re.compile(r"\bcedex\b.*")
_ORDINAL = re.compile(r"\b0*(\d{1,2})(?:er|eme|e)?(?: arrondissement)?$")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte"}


def name_key(name: str) -> str:
    """What two spellings of one commune's name have in common.

    >>> name_key("ST-ÉTIENNE CEDEX 2"), name_key("Paris 10e Arrondissement")
    ('saint etienne', 'paris 10')
    """
    text = _CEDEX.sub("", normalise(name)).strip()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in _ORDINAL.sub(r"\1", text).split())
