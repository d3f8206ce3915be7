"""Our own search over the rows of a `Workload`, exactly as the service does it: catalogue, filters, planner, index."""

import contextlib
import hashlib
import inspect
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from benchmarks.workload import Query, Workload, World
from features.reference import Reference
from features.sample.reference import sample_reference
from matching import index as index_package
from matching import schema, writer, written
from matching.catalogue import Catalogue, Rows
from matching.filters import availability, consent, contract, occupation, place
from matching.filters.base import Condition
from matching.index.base import Found
from matching.index.cluster import Cluster
from matching.index.registry import DEFAULT, backend
from matching.lookups import Lookups
from matching.schema import SCHEMAS, Collection
from matching.selection import Filtered, select
from matching.writer import CollectionWriter
from models.published import published_models

PART: Final = 65_536
"""Rows written at once."""
PAYLOAD_BYTES: Final = 2700
BUILT: Final = "built.json"
"""Beside a kept index: what building it took."""


@dataclass(frozen=True, eq=False)
class OurIndex:
    """A catalogue of profiles, one row a person, mapped from disk."""

    catalogue: Catalogue
    lookups: Lookups
    folder: Path

    @classmethod
    def build(cls, workload: Workload, backend_name: str = DEFAULT, cluster: Cluster | None = None) -> Self:
        """All rows of the workload, written as a generation is and mapped."""
        lookups = Lookups(workload.world.facts.reference, published_models())
        folder = Path(tempfile.mkdtemp(prefix="vivier-index-"))
        _write(workload, folder, lookups, backend_name, cluster)
        return cls.read(folder, lookups, backend_name, cluster)

    @classmethod
    def open(cls, workload: Workload) -> Self:
        """The same, kept beside the rows of the workload and written anew when the code that writes it has changed."""
        lookups = Lookups(workload.world.facts.reference, published_models())
        home = workload.folder / f"index-{DEFAULT}-{_digest(lookups)}"
        if not home.is_dir():
            for older in workload.folder.glob(f"index-{DEFAULT}-*"):
                shutil.rmtree(older)
            making = Path(tempfile.mkdtemp(prefix="making-", dir=workload.folder))
            folder = making / "index"
            folder.mkdir()
            started = time.perf_counter()
            _write(workload, folder, lookups, DEFAULT)
            seconds, load = time.perf_counter() - started, os.getloadavg()[0]
            (making / BUILT).write_text(json.dumps({"build_s": seconds, "load_average": load}))
            making.rename(home)
        return cls.read(home / "index", lookups)

    @classmethod
    def read(cls, folder: Path, lookups: Lookups, backend_name: str = DEFAULT, cluster: Cluster | None = None) -> Self:
        """What was written in a folder, mapped."""
        catalogue = Catalogue.load(folder, Collection.PROFILES, backend_name, lookups.place_order, cluster=cluster)
        return cls(catalogue, lookups, folder)

    def built(self) -> dict[str, float]:
        """Of an index that is kept: `build_s`, and the machine's `load_average` when it had been built."""
        figures: dict[str, float] = json.loads((self.folder.parent / BUILT).read_text())
        return figures

    @contextlib.contextmanager
    def under(self, backend_name: str) -> Iterator[Self]:
        """The same rows in the same order under another backend, in a folder that goes when the block ends."""
        vectors, count = self.catalogue.index.vectors, len(self.catalogue)

        def blocks() -> Iterator[NDArray[np.float16]]:
            for start in range(0, count, PART):
                yield vectors(np.arange(start, min(start + PART, count))).astype(np.float16)

        with tempfile.TemporaryDirectory(prefix=f"{backend_name}-", dir=self.folder.parent) as name:
            chosen = backend(backend_name)
            chosen.write(Path(name), self.catalogue.index.dim, count, blocks)
            catalogue = Catalogue(Collection.PROFILES, chosen.load(Path(name)), self.catalogue.written)
            yield type(self)(catalogue, self.lookups, Path(name))

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
        return self._numbers[rows]

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        """Row of the workload at each row of the catalogue: an engine that is measured answers with numbers too."""
        return np.array([int(self.catalogue.id_of(row)) for row in range(len(self.catalogue))], dtype=np.int64)

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


def changed_rows(workload: Workload, part: slice) -> Rows:
    """`rows_of` with payloads of the usual size: what a change of those people brings."""
    rows = rows_of(workload, part)
    return replace(rows, payloads=(bytes(PAYLOAD_BYTES),) * len(rows))


def lookups_of(world: World) -> Lookups:
    """Reference tables without the facts of the world, for processes that only search."""
    reference = sample_reference() if world.data is None else Reference.load(world.reference)
    return Lookups(reference, published_models())


def _write(
    workload: Workload, folder: Path, lookups: Lookups, backend_name: str, cluster: Cluster | None = None
) -> None:
    writing = CollectionWriter(folder, Collection.PROFILES, lookups.place_order, backend_name, workload.dim, cluster)
    for start in range(0, len(workload), PART):
        writing.add(rows_of(workload, slice(start, min(start + PART, len(workload)))))
    writing.finish()


def _digest(lookups: Lookups) -> str:
    """Changes with the code that decides what is written, and with the order of places."""
    digest = hashlib.sha256(lookups.place_order.tobytes() + inspect.getsource(rows_of).encode())
    (package,) = index_package.__path__
    modules = [Path(inspect.getfile(module)) for module in (schema, writer, written)]
    for source in sorted(Path(package).glob("*.py")) + modules:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]
