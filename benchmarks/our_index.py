"""Our own search over the rows of a `Workload`, exactly as the service does it: catalogue, filters, planner, index."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.workload import Query, Workload
from matching.catalogue import Catalogue, Rows
from matching.filters import availability, consent, contract, occupation, place
from matching.filters.base import Condition
from matching.index.base import Found
from matching.index.registry import DEFAULT
from matching.lookups import Lookups
from matching.schema import SCHEMAS, Collection
from matching.selection import Filtered, select
from matching.writer import CollectionWriter
from models.published import published_models

PART = 65_536
"""Rows written at once."""


@dataclass(frozen=True, eq=False)
class OurIndex:
    """A catalogue of profiles, one row a person, mapped from disk."""

    catalogue: Catalogue
    lookups: Lookups
    folder: Path

    @classmethod
    def build(cls, workload: Workload, backend_name: str = DEFAULT) -> Self:
        """All rows of the workload, written as a generation is and mapped."""
        lookups = Lookups(workload.world.facts.reference, published_models())
        folder = Path(tempfile.mkdtemp(prefix="vivier-index-"))
        writer = CollectionWriter(folder, Collection.PROFILES, lookups.place_order, backend_name, workload.dim)
        for start in range(0, len(workload), PART):
            writer.add(rows_of(workload, slice(start, min(start + PART, len(workload)))))
        writer.finish()
        catalogue = Catalogue.load(folder, Collection.PROFILES, backend_name, lookups.place_order)
        return cls(catalogue, lookups, folder)

    def selection(self, query: Query) -> Filtered:
        """What the query allows."""
        conditions: list[Condition] = []
        if not query.unfiltered:
            if query.family is not None:
                conditions.append(occupation.in_occupations(query.family))
            conditions += [
                consent.visible_to_employers,
                availability.available_by(query.day),
                contract.of_contracts(query.contracts),
            ]
        if query.radius_km is not None:
            conditions.append(place.within(self.lookups, [query.commune], query.radius_km))
        return select(self.catalogue, conditions)

    def find(self, query: Query, k: int) -> Found:
        """The nearest rows of the catalogue."""
        return self.catalogue.index.search(query.vector, k, self.selection(query))

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        """At most `k` rows of the workload, the best first."""
        return self.in_workload(self.find(query, k).rows)

    def in_workload(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of the workload that stand at `rows` of the catalogue."""
        return np.array([int(self.catalogue.id_of(row)) for row in rows.tolist()], dtype=np.int64)

    def bytes_per_vector(self) -> float:
        """Bytes on disk, all of them mapped, for each row: vectors, codes, orders, columns and lookups."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file()) / len(self.catalogue)


def rows_of(workload: Workload, part: slice) -> Rows:
    """Some rows of the workload as a projector would give them; what the workload does not know is missing."""
    numbers = range(len(workload))[part]
    known: dict[str, NDArray[Any]] = {
        name: getattr(workload, name)[part]
        for name in ("commune", "occupation", "visible", "available_day", "contracts", "radius_km")
    }
    columns: dict[str, NDArray[Any]] = {}
    for column in SCHEMAS[Collection.PROFILES]:
        shape = (len(numbers), column.width) if column.width else (len(numbers),)
        columns[column.name] = known.get(column.name, np.full(shape, column.missing)).astype(column.dtype)
    return Rows(tuple(map(str, numbers)), columns, workload.vectors[part].astype(np.float32), (b"",) * len(numbers))
