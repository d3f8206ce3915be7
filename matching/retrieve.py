"""Retrieval: the few hundred rows worth ranking, by meaning and by the ROME graph, under the filters."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Relation
from matching.catalogue import Catalogue
from matching.filters.base import Condition
from matching.filters.registry import select
from matching.index.base import Selection
from matching.lookups import Lookups
from matching.schema import Collection

DEPTH = 400
"""Rows each of the two ways may bring."""

CLOSE = {Relation.DOMAIN: 0.45, Relation.GRAND_DOMAIN: 0.55, Relation.NONE: 0.62}
"""Least cosine for rows that ROME does not hold near: wording alone must then be convincing."""


@dataclass(frozen=True)
class Candidates:
    """Rows to rank, ascending, with the closeness of each to the query and its ROME relation."""

    rows: NDArray[np.int64]
    closeness: NDArray[np.float32]
    relation: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.rows)


def retrieve(
    catalogue: Catalogue,
    vector: NDArray[np.float32],
    relations: NDArray[np.uint8],
    conditions: Iterable[Condition],
) -> Candidates:
    """Candidates for a query vector (dim,) under `conditions`.

    `relations` (n_occupations + 1,) is the relation of the query's occupation with each; its last entry stands for
    "unknown". Two ways bring rows: the nearest by meaning, and the nearest among those that ROME holds near (same
    fiche, same family, mobility). Rows that are neither near in ROME nor convincingly close are dropped, so an empty
    answer is possible and honest.
    """
    selection = select(catalogue, conditions)
    related = row_relations(catalogue, relations, slice(None))
    near = Selection(selection.mask & (related >= Relation.MOBILITY))
    found = [catalogue.index.search(vector, DEPTH, choice) for choice in (near, selection)]
    rows, first = np.unique(np.concatenate([item.rows for item in found]), return_index=True)
    closeness = np.concatenate([item.scores for item in found])[first]
    relation = related[rows]
    floors = np.full(len(Relation), -1.0, dtype=np.float32)
    for level, floor in CLOSE.items():
        floors[level] = floor
    kept = closeness >= floors[relation]
    return Candidates(rows[kept], closeness[kept], relation[kept])


def row_relations(
    catalogue: Catalogue, relations: NDArray[np.uint8], rows: slice | NDArray[np.int64]
) -> NDArray[np.uint8]:
    """The strongest of the relations with each row's occupations."""
    if catalogue.collection is Collection.SESSIONS:
        strongest: NDArray[np.uint8] = relations[catalogue.column("occupations")[rows]].max(axis=1)
        return strongest
    direct: NDArray[np.uint8] = relations[catalogue.column("occupation")[rows]]
    return direct


def relations_from(lookups: Lookups, occupation: int) -> NDArray[np.uint8]:
    """Relation of an occupation row with every other: mobility read from it outwards; 0 for unknown (last entry)."""
    if occupation < 0:
        return np.zeros(lookups.reference.rome.n_occupations + 1, dtype=np.uint8)
    return np.append(lookups.reference.rome.relation[occupation], np.uint8(0))


def relations_to(lookups: Lookups, occupation: int) -> NDArray[np.uint8]:
    """Relation of every occupation with one: mobility read towards it; 0 for unknown (last entry)."""
    if occupation < 0:
        return np.zeros(lookups.reference.rome.n_occupations + 1, dtype=np.uint8)
    return np.append(lookups.reference.rome.relation[:, occupation], np.uint8(0))
