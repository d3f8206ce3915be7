"""The protocol of an engine that is measured, and what most of them need: conditions in figures, rows by place."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.workload import Query, Workload
from features.bits import CONTRACT_BIT
from features.geo import EARTH_RADIUS_KM

ALL_CONTRACTS = sum(CONTRACT_BIT.values())


class PeerUnavailable(Exception):
    """The engine is installed but cannot run here; the message says why."""


class Peer(Protocol):
    """An engine that holds rows and answers queries with one thread."""

    efforts: Sequence[int]
    """Settings of its search from quick to thorough; (0,) for an exact one."""
    effort: int
    """The setting in force, changed from outside between searches."""

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:
        """Take in all rows; files go in `folder`. `quick`: with settings that build sooner."""
        ...

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        """At most `k` rows, the best first, all of them allowed."""
        ...

    def bytes_per_vector(self) -> float:
        """What the engine keeps of one row in memory, or on disk where its memory cannot be told, vectors included."""
        ...

    def close(self) -> None:
        """Stop what was started."""
        ...


class InProcess:
    """For engines that have nothing to stop."""

    def close(self) -> None:
        return None


class Places:
    """Which communes are inside a circle: one product for each, of points on the unit sphere."""

    def __init__(self, workload: Workload) -> None:
        lat, lon = np.radians(workload.lat, dtype=np.float64), np.radians(workload.lon, dtype=np.float64)
        self.points = np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=1)
        """float64 (n_communes, 3); NaN where the place is not known."""

    def inside(self, query: Query) -> NDArray[np.bool_]:
        """(n_communes,); all of them for a query without a radius."""
        if query.radius_km is None:
            return np.ones(len(self.points), dtype=np.bool_)
        inside = self.points @ self.points[query.commune] >= cos(query.radius_km / EARTH_RADIUS_KM)
        inside[query.commune] = True
        return np.asarray(inside, dtype=np.bool_)


class PlacedRows:
    """Rows listed by commune, so that only those in reach are put to the other conditions.

    Given to every engine that takes a set of rows as its filter: evaluating the filter then costs what it must.
    """

    def __init__(self, workload: Workload) -> None:
        self._places = Places(workload)
        self._order = np.argsort(workload.commune, kind="stable")
        self._starts = np.searchsorted(workload.commune[self._order], np.arange(len(workload.lat) + 1))
        self._visible = workload.visible[self._order]
        self._available = workload.available_day[self._order]
        self._contracts = np.where(workload.contracts == 0, ALL_CONTRACTS, workload.contracts)[self._order]
        self._occupation = workload.occupation[self._order]
        self._n = len(workload)

    def rows(self, query: Query) -> NDArray[np.int64]:
        """The rows that the query allows, in no order."""
        if query.unfiltered:
            return np.arange(self._n)
        if query.radius_km is None:
            at: Any = slice(None)
        else:
            communes = np.flatnonzero(self._places.inside(query))
            sizes = self._starts[communes + 1] - self._starts[communes]
            at = np.repeat(self._starts[communes] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        kept = self._visible[at] & (self._available[at] <= query.day)
        kept &= (self._contracts[at] & query.contracts) != 0
        if query.family is not None:
            kept &= query.family[self._occupation[at]]
        found: NDArray[np.int64] = self._order[at][kept]
        return found

    def mask(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) True for `rows`."""
        mask = np.zeros(self._n, dtype=np.bool_)
        mask[rows] = True
        return mask


@dataclass(frozen=True)
class Box:
    """What encloses a circle, in degrees."""

    south: float
    north: float
    west: float
    east: float

    @classmethod
    def around(cls, lat: float, lon: float, radius_km: float) -> "Box":
        """A hair larger than the circle: points are in single precision."""
        angle = np.degrees(radius_km / EARTH_RADIUS_KM) + 1e-5
        widest = np.degrees(np.arcsin(min(1.0, np.sin(np.radians(angle)) / cos(np.radians(lat)))))
        return cls(lat - angle, lat + angle, lon - widest, lon + widest)


def accepts(workload: Workload) -> dict[str, NDArray[np.bool_]]:
    """For each contract the column of who accepts it, `accepts_` and its bit: for engines without bit sets."""
    anything = workload.contracts == 0
    return {f"accepts_{bit}": anything | ((workload.contracts & bit) != 0) for bit in CONTRACT_BIT.values()}


def family_range(query: Query) -> tuple[int, int] | None:
    """First and last occupation row of the family: ROME codes are sorted, so that a family is a run of rows."""
    if query.family is None:
        return None
    rows = np.flatnonzero(query.family)
    return int(rows[0]), int(rows[-1])


def folder_bytes(folder: Path) -> int:
    """Bytes that the files take on disk: some are made larger than what is in them."""
    return sum(512 * file.stat().st_blocks for file in folder.rglob("*") if file.is_file())
