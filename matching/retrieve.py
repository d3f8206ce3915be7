"""Retrieval: the few hundred rows worth ranking, by meaning and by the ROME graph, under the filters."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.rome.nearness import is_near
from features.rome.referential import Relation
from matching.catalogue import Catalogue
from matching.filters.base import Condition
from matching.filters.occupation import in_occupations
from matching.lookups import Lookups
from matching.schema import Collection
from matching.selection import select

DEPTH = 200
"""Rows each of the two ways may bring."""

CLOSE = {Relation.MOBILITY: 0.78, Relation.DOMAIN: 0.80, Relation.GRAND_DOMAIN: 0.83, Relation.NONE: 0.85}
"""Least cosine for rows that ROME does not hold near: wording alone must then be convincing.

Set for the encoder that ships, whose cosine of unrelated jobs is .48 on the mean: one pair of mobility in eight passes,
one of a domain in 24, one of a grand domain in 450, one of unrelated jobs in 3,000.
"""

_LEVELS: Final = tuple(Relation)

KEPT: Final = 1024
"""Occupations whose kinship is remembered, 3 kB each."""


@dataclass(frozen=True)
class Kinship:
    """How each occupation stands to the query's: (n_occupations + 1,) arrays, the last entry for "unknown"."""

    relations: NDArray[np.uint8]
    near: NDArray[np.bool_]
    """Same fiche or family, a mobility link with work in common, or much work in common."""


@dataclass(frozen=True)
class Candidates:
    """Rows to rank, ascending, with the closeness of each to the query and its ROME relation."""

    rows: NDArray[np.int64]
    closeness: NDArray[np.float32]
    relation: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.rows)


def retrieve(
    catalogue: Catalogue, vector: NDArray[np.float32], kinship: Kinship, conditions: Iterable[Condition]
) -> Candidates:
    """Candidates for a query vector (dim,) under `conditions`.

    Two ways bring rows: the nearest by meaning, and the nearest among those of near occupations. Rows that are neither
    of a near occupation nor convincingly close are dropped, so an empty answer is possible and honest.
    """
    selection = select(catalogue, conditions)
    is_near = in_occupations(kinship.near)
    found = catalogue.index.search_each(vector, DEPTH, [selection.narrowed(is_near), selection])
    rows, first = np.unique(np.concatenate([item.rows for item in found]), return_index=True)
    closeness = np.concatenate([item.scores for item in found])[first]
    relation = row_relations(catalogue, kinship.relations, rows)
    floors = np.array([CLOSE.get(level, -1.0) for level in _LEVELS], dtype=np.float32)
    kept = is_near(catalogue.view(rows)) | (closeness >= floors[relation])
    return Candidates(rows[kept], closeness[kept], relation[kept])


def row_relations(catalogue: Catalogue, relations: NDArray[np.uint8], rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The strongest of the relations with each row's occupations."""
    if catalogue.collection is Collection.SESSIONS:
        strongest: NDArray[np.uint8] = relations.take(catalogue.take("occupations", rows).T, mode="wrap").max(axis=0)
        return strongest
    direct: NDArray[np.uint8] = relations[catalogue.take("occupation", rows)]
    return direct


@lru_cache(maxsize=KEPT)
def kinship_from(lookups: Lookups, occupation: int) -> Kinship:
    """Kinship of an occupation row with every other: mobility read from it outwards. Unknown (-1) is near nothing."""
    if occupation < 0:
        return _kinship(np.zeros_like(lookups.affinity[0], dtype=np.uint8), np.zeros_like(lookups.affinity[0]))
    return _kinship(lookups.reference.rome.relation[occupation], lookups.affinity[occupation])


@lru_cache(maxsize=KEPT)
def kinship_to(lookups: Lookups, occupation: int) -> Kinship:
    """Kinship of every occupation with one: mobility read towards it. Unknown (-1) is near nothing."""
    if occupation < 0:
        return kinship_from(lookups, occupation)
    return _kinship(lookups.reference.rome.relation[:, occupation], lookups.affinity[occupation])


def domain_of(lookups: Lookups, occupation: int) -> NDArray[np.bool_]:
    """(n_occupations + 1,) the occupations of the ROME domain (three first characters of the code) of one, a row."""
    codes = lookups.reference.rome.codes
    domain = codes[occupation][:3]
    return np.append(np.array([code[:3] == domain for code in codes]), False)


def opened(kinship: Kinship, to: NDArray[np.bool_]) -> Kinship:
    """The same kinship, where occupations that `to` marks are near too."""
    return replace(kinship, near=kinship.near | to)


def _kinship(relations: NDArray[np.uint8], affinity: NDArray[np.float32]) -> Kinship:
    near = is_near(relations, affinity)
    return Kinship(np.append(relations, np.uint8(0)), np.append(near, np.False_))
