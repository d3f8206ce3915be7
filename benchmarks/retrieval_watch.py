"""What a search does, seen from outside: the time of its stages, and the bytes that it reads.

Whatever is put between a search and its arrays slows it: the whole times of watched searches are not published.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, Literal, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.our_index import OurIndex
from benchmarks.workload import Query
from matching.catalogue import Catalogue
from matching.index.base import Selection
from matching.index.registry import DEFAULT, backend
from matching.schema import Collection

LINE: Final = 64
"""Bytes that memory gives at once."""
FILTERS, PLANNER, SCAN = "filters", "planner", "scan"
CLUSTERS, COLUMNS, VECTORS, PLACES = "clusters", "columns", "vectors", "places"


def stage_seconds(index: OurIndex, queries: Sequence[Query], k: int) -> dict[str, float]:
    """Seconds in the filters, in the planner (clusters ranked, rows of those wanted taken) and in the scan."""
    watch = _Watch()
    vectors: Any = index.catalogue.index
    scan = vectors._scan

    def watched_scan(*given: Any) -> Any:
        with watch.on(SCAN):
            return scan(*given)

    vectors._scan = watched_scan
    try:
        for query in queries:
            with watch.on("all"):
                with watch.on(FILTERS):
                    selection = index.selection(query)
                vectors.search(query.vector, k, _WatchedSelection(selection, watch))
    finally:
        del vectors._scan
    spent = watch.spent
    return {FILTERS: spent[FILTERS], PLANNER: spent["all"] - spent[FILTERS] - spent[SCAN], SCAN: spent[SCAN]}


class _Watch:
    """Seconds of each stage."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.spent[stage] += time.perf_counter() - began  # type: ignore[assignment]  # counts, by the stubs


class _WatchedSelection:
    """A selection whose answers are timed as filters."""

    def __init__(self, selection: Selection, watch: _Watch) -> None:
        self._selection, self._watch = selection, watch

    @property
    def n_rows(self) -> int:
        return self._selection.n_rows

    @property
    def spans(self) -> NDArray[np.int64]:
        with self._watch.on(FILTERS):
            return self._selection.spans

    def test(self, rows: NDArray[np.int64], in_spans: bool = False) -> NDArray[np.bool_]:
        with self._watch.on(FILTERS):
            return self._selection.test(rows, in_spans)

    @property
    def rows(self) -> NDArray[np.int64]:
        with self._watch.on(FILTERS):
            return self._selection.rows

    @property
    def bitmap(self) -> NDArray[np.uint8]:
        with self._watch.on(FILTERS):
            return self._selection.bitmap

    @property
    def wider(self) -> None:
        """Searches are watched one by one."""
        return None

    def narrows(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        with self._watch.on(FILTERS):
            return self._selection.narrows(rows)


def bytes_read(index: OurIndex, queries: Sequence[Query], k: int) -> list[dict[str, int]]:
    """Bytes of the mapped arrays that each search reads: whole cache lines where rows are picked out.

    `clusters`: centroids, clusters of rows in reach, lists; `columns`: of rows put to the filters, burials included;
    `vectors`: of rows scored; `places`: the mark of each commune, in reach or not.
    """
    counts: Counter[str] = Counter()
    counted = _counted(index, counts)
    found = []
    for query in queries:
        counts.clear()
        if query.radius_km is not None:
            counts[PLACES] += index.lookups.communes_within(query.commune, query.radius_km).nbytes
        counted.find(query, k)
        found.append({name: counts[name] for name in (CLUSTERS, COLUMNS, VECTORS, PLACES)})
    return found


def _counted(index: OurIndex, counts: Counter[str]) -> OurIndex:
    """The same index, mapped once more behind arrays that count."""
    written = index.catalogue.written
    if written is None:
        raise ValueError("the index was not mapped from disk")
    vectors: Any = backend(DEFAULT).load(index.folder)
    meaning = vectors._meaning
    vectors._meaning = replace(
        meaning, **{name: CountedArray(getattr(meaning, name), CLUSTERS, counts) for name in ("clusters", "lists")}
    )
    scan, ranks = vectors._scan, meaning.ranks

    def counted_scan(query: NDArray[np.float32], kept: int, rows: NDArray[np.int64]) -> Any:
        counts[VECTORS] += len(rows) * vectors.dim * 2
        return scan(query, kept, rows)

    def counted_ranks(query: NDArray[np.float32]) -> Any:
        counts[CLUSTERS] += meaning.centroids.nbytes
        return ranks(query)

    vectors._scan = counted_scan
    object.__setattr__(vectors._meaning, "ranks", counted_ranks)
    columns = {name: CountedArray(column, COLUMNS, counts) for name, column in written.columns.items()}
    catalogue = _CountedCatalogue(Collection.PROFILES, vectors, replace(written, columns=cast(Any, columns)))
    catalogue.counts = counts
    return replace(index, catalogue=catalogue)


class CountedArray:
    """An array that counts the bytes of what is taken of it: rows picked out bring their whole cache lines."""

    def __init__(self, array: NDArray[Any], name: str, counts: Counter[str]) -> None:
        self._array, self._name, self._counts = array, name, counts

    def __len__(self) -> int:
        return len(self._array)

    def __getitem__(self, key: Any) -> NDArray[Any]:
        taken: NDArray[Any] = self._array[key]
        if isinstance(key, slice):
            self._counts[self._name] += taken.nbytes
        else:
            self._counts[self._name] += lines_of(key, self._array[:1].nbytes) * LINE
        return taken

    def take(self, rows: NDArray[np.int64], axis: int | None = None, mode: Literal["clip"] = "clip") -> NDArray[Any]:
        self._counts[self._name] += lines_of(rows, self._array[:1].nbytes) * LINE
        return self._array.take(rows, axis, mode=mode)


def lines_of(rows: NDArray[np.int64], row_bytes: int) -> int:
    """Cache lines that hold the given rows of an array, where a row holds no more than one or a whole number."""
    if row_bytes >= LINE:
        return len(rows) * row_bytes // LINE
    return len(np.unique(rows * row_bytes // LINE))


class _CountedCatalogue(Catalogue):
    """Without burials, so that `alive` is read where runs are read whole."""

    counts: Counter[str]

    @property
    def alive(self) -> NDArray[np.bool_]:
        return cast(NDArray[np.bool_], CountedArray(super().alive, COLUMNS, self.counts))
