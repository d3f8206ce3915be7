"""The columns that filters read, as small numbers: what an index elsewhere keeps of a row.

The distinct values of a column, in ascending order, are its *dictionary*, and a row keeps the place of its value there.
So a cluster holds neither an id nor a name nor a readable value of anybody, a filter on one column is a set of places
whatever its rule, and nothing but whole numbers is ever written into a question.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from matching.schema import SCHEMAS, Collection

FILE: Final = "codes.npz"
COLLECTION, REGIONS, PREFIX = "collection", "regions", "values_"
COMMUNE: Final = "commune"

MOST_VALUES: Final = 65_536
"""Of one value a row: a column with more is left out, and what filters say of it is asked of the rows found."""

FILTERED: Final[Mapping[Collection, tuple[str, ...]]] = {
    Collection.PROFILES: (
        "commune",
        "departement",
        "occupation",
        "radius_km",
        "contracts",
        "working_time",
        "pay_floor",
        "available_day",
        "visible",
        "profiling",
        "experience_months",
        "education_level",
        "licences",
        "languages",
    ),
    Collection.OFFERS: (
        "commune",
        "departement",
        "occupation",
        "contract",
        "apprenticeship",
        "working_time",
        "weekly_hours",
        "experience_demand",
        "education_required",
        "licences_required",
        "licences_wished",
        "languages_required",
        "pay_max",
        "published_day",
        "expires_day",
        "open_to_rqth",
        "words",
    ),
    Collection.SESSIONS: (
        "commune",
        "departement",
        "occupations",
        "start_day",
        "attendance",
        "seats_left",
        "fundings",
        "accessible",
        "certification",
        "price",
        "words",
        "hours",
    ),
    Collection.ESTABLISHMENTS: (),
}
"""Columns that filters read. A test holds the registry of filters against it."""


@dataclass(frozen=True)
class Facts:
    """What is told of n rows besides their vectors, in their order."""

    collection: Collection
    column: Callable[[str], NDArray[Any]]
    """(n,) or (n, width) values of a column."""
    places: NDArray[np.int64]
    """(n,) place of each row's commune along a curve on which neighbours are near."""
    regions: NDArray[np.int64]
    """(n,) stretch of the curve that each is in."""


@dataclass(frozen=True, eq=False)
class Codes:
    """The dictionaries of a collection."""

    collection: Collection
    values: Mapping[str, NDArray[Any]]
    """Distinct values of each column that is kept, ascending, NaN, once, the last; those of `commune` along the curve,
    so that a circle is a few runs of them."""
    regions: NDArray[np.int64]
    """(n_values,) region of each value of `commune`."""

    @classmethod
    def of(cls, facts: Facts) -> tuple[Self, dict[str, NDArray[np.int32]]]:
        """The dictionaries of rows, and the rows in them: (n,) or (n, width) places; of the same value several times in
        one row, all but one are -1."""
        values: dict[str, NDArray[Any]] = {}
        coded: dict[str, NDArray[np.int32]] = {}
        for name in FILTERED[facts.collection]:
            column = facts.column(name)
            distinct, places = np.unique(column, return_inverse=True)
            if column.ndim == 1 and len(distinct) > MOST_VALUES:
                continue
            if name == COMMUNE:
                distinct, places = _along(distinct, places, facts.places)
            values[name] = distinct
            coded[name] = _once_a_row(places.reshape(column.shape).astype(np.int32))
        regions = np.zeros(len(values.get(COMMUNE, ())), dtype=np.int64)
        if COMMUNE in values:
            regions[coded[COMMUNE]] = facts.regions
        return cls(facts.collection, values, regions), coded

    def width(self, name: str) -> int:
        """Values a row of a column; 0 for a single one."""
        return next(column.width for column in SCHEMAS[self.collection] if column.name == name)

    def sum(self, digest: "hashlib._Hash") -> None:
        """Tell `digest` of the dictionaries."""
        digest.update(self.collection.value.encode())
        for name, values in self.values.items():
            digest.update(name.encode() + str(values.dtype).encode() + np.ascontiguousarray(values).tobytes())
        digest.update(self.regions.tobytes())

    def save(self, folder: Path) -> None:
        arrays: dict[str, NDArray[Any]] = {f"{PREFIX}{name}": values for name, values in self.values.items()}
        arrays[COLLECTION], arrays[REGIONS] = np.array(self.collection.value), self.regions
        np.savez(folder / FILE, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote."""
        with np.load(folder / FILE, allow_pickle=False) as stored:
            values = {name.removeprefix(PREFIX): stored[name] for name in stored.files if name.startswith(PREFIX)}
            return cls(Collection(str(stored[COLLECTION])), values, stored[REGIONS])


def _along(
    distinct: NDArray[Any], numbers: NDArray[np.int64], places: NDArray[np.int64]
) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Distinct values in the order of their rows' places, and the rows in them."""
    place_of = np.zeros(len(distinct), dtype=np.int64)
    place_of[numbers] = places
    order = np.argsort(place_of, kind="stable")
    number_of = np.empty_like(order)
    number_of[order] = np.arange(len(order))
    return distinct[order], number_of[numbers]


def _once_a_row(places: NDArray[np.int32]) -> NDArray[np.int32]:
    if places.ndim == 1:
        return places
    ordered = np.sort(places, axis=1)
    ordered[:, 1:][ordered[:, 1:] == ordered[:, :-1].copy()] = -1
    return ordered
