"""Two orders of the same rows, by place and by meaning, and a planner between them: the index for all of France.

The rows stand by place: that is how the catalogue writes them, so the rows around a commune are a few dozen runs. Each
row also belongs to one of some thousand clusters of meaning (spherical k-means), and every cluster has the list of its
rows. A search never scores all allowed rows: it takes clusters from the nearest to the query on, and stops once some
thousands of *allowed* rows have been seen. Where the next rows come from is the planner's choice:

* **by place**: the clusters of the rows in reach are read in one pass (two bytes a row), those of the wanted clusters
  are put to the filters;
* **by meaning**: the lists of the wanted clusters are put to the filters. Better when most of the country is in reach;
* **in order**: all rows in reach are put to the filters, and of those allowed the nearest clusters' are kept. Better
  when few are in reach, or few of them allowed.

So a selective filter costs no recall: it makes the search go through more clusters, to the last if need be. The rows
seen are gathered and scored as they are kept, in half precision (FAISS, `QT_fp16`): few enough that smaller codes to
scan first would cost more than they save. Rows added since the index was written are all put to the filters and scored.

Jégou, Douze, Schmid, "Product quantization for nearest neighbor search", PAMI 2011, for inverted lists; the rest was
measured (docs/performance.md).
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from features.array_files import save_array
from matching.arrays import map_array
from matching.index.base import Blocks, Found, Selection, best, check_query
from matching.index.codes import Facts
from matching.index.halves import HalfRowsIndex, write_blocks
from matching.index.runs import numbered, rows_in

CENTROIDS, CLUSTERS, LISTS, LIST_STARTS = (f"{name}.npy" for name in ("centroids", "clusters", "lists", "list_starts"))

ENOUGH, ENOUGH_TIMES = 1000, 5
"""Allowed rows to be seen before a search stops, and how many times those wanted: recall@100 is then above .999 on the
mix of queries (benchmarks/retrieval.py)."""
LEAST_CLUSTERS: Final = 2
"""Clusters to be seen at least: where one holds thousands of allowed rows, the query may stand at its edge."""
MOST_PICKS: Final = 2
"""Times that rows in reach are picked out by their clusters; what is still missing then is better read in order."""
TIES, TIES_SHARE = 64, 1 / 8
"""Rows kept beyond those wanted, and share of those seen: equal scores at the end of the list are then seen whole, but
for larger ties, which cost another scan."""
FEW_IN_REACH: Final = 20_000
"""Rows in reach up to which all are put to the filters in their order: cheaper than to pick out some."""
MOST_SHARE: Final = 0.5
"""Share of the rows in reach from which all of them are put to the filters in their order, rather than picked out."""
PLACE_NS, MEANING_NS = 1.5, 40.0
"""What a row costs: its cluster read in passing, or itself put to the filters."""
LIKELY_SHARE, LEAST_SHARE = 0.4, 1e-3
"""Share of the rows in reach that the filters are expected to let through, before anything is known and at least;
afterwards the share of the last rows asked, which thins out: a family's rows are in the nearest clusters."""
ROWS_PER_CLUSTER, MOST_CLUSTERS, SAMPLE_PER_CLUSTER = 1500, 1024, 200
SEED: Final = 1
BLOCK: Final = 8192

faiss.omp_set_num_threads(1)
"""One query is answered by one thread: waking others costs more than a scan of the rows in reach."""


class GeoIvfIndex(HalfRowsIndex):
    """See the module. Rows added after `load` are searched exactly; writing a new index takes them in."""

    def __init__(self, dim: int) -> None:
        super().__init__(dim)
        self._meaning = _Meaning.none(dim)

    def search(self, query: NDArray[np.float32], k: int, selection: Selection) -> Found:
        return self.search_each(query, k, [selection])[0]

    def search_each(self, query: NDArray[np.float32], k: int, selections: Sequence[Selection]) -> list[Found]:
        for selection in selections:
            check_query(query, selection, self.dim, len(self))
        around = _Around(self._meaning, query)
        enough = max(ENOUGH, ENOUGH_TIMES * k)
        seen: dict[int, _Seen] = {}

        def seen_of(selection: Selection) -> _Seen:
            if id(selection) not in seen:
                wider = next((other for other in selections if other is selection.wider), None)
                before = None if wider is None else seen_of(wider)
                seen[id(selection)] = self._seen(around, enough, selection, before)
            return seen[id(selection)]

        return [self._best(query, k, seen_of(selection).rows) for selection in selections]

    def _best(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64]) -> Found:
        """The k best of `rows`."""
        wanted = min(k, len(rows))
        if wanted <= 0:
            return best(np.empty(0, np.float32), rows[:0], 0)
        kept = min(wanted + max(TIES, int(TIES_SHARE * len(rows))), len(rows))
        while True:
            found = best(*self._scan(query, kept, rows), kept)
            if kept == len(rows) or found.scores[wanted - 1] > found.scores[-1]:
                return Found(found.rows[:wanted], found.scores[:wanted])
            kept = min(4 * kept, len(rows))  # equal scores run past the end: see them all, so that the lowest are kept

    def _seen(self, around: "_Around", enough: int, selection: Selection, before: "_Seen | None") -> "_Seen":
        """At least `enough` allowed rows, those of the nearest clusters, or all there are; and all the added ones.
        `before`: what was seen for the selection that this one narrows."""
        n_written = len(self._halves.mapped)
        spans = selection.spans
        written, added = np.minimum(spans, n_written), np.maximum(spans, n_written)
        n_reach = int((written[:, 1] - written[:, 0]).sum())
        if n_reach <= FEW_IN_REACH or (before is not None and before.in_order):
            return _Seen(around.nearest(selection.rows, enough, n_written), in_order=True)
        ranks = around.ranks
        likely = enough / (LIKELY_SHARE * n_reach / n_written)
        by_meaning = likely * MEANING_NS < n_reach * PLACE_NS
        source = _ByMeaning(self._meaning, ranks) if by_meaning else around.by_place(spans, written)
        if before is None:
            parts, n_seen, past, share = [_allowed(rows_in(added), selection)], 0, 0, LIKELY_SHARE
        else:
            parts, past = [before.rows[selection.narrows(before.rows)]], before.past
            n_seen = int(np.count_nonzero(parts[0] < n_written))
            share = max(before.share * n_seen / max(len(before.rows), 1), LEAST_SHARE)
        n_picks = 0
        while n_seen < enough and past < len(ranks):
            first = past
            missing = 1.2 * (enough - n_seen) / share
            if not by_meaning and (missing > MOST_SHARE * n_reach or n_picks == MOST_PICKS):
                return _Seen(around.nearest(selection.rows, enough, n_written), in_order=True)
            past = self._meaning.enough(ranks, first, missing if by_meaning else missing * n_written / n_reach)
            rows = source.rows(first, past)
            allowed = _allowed(rows, selection, in_spans=not by_meaning)
            parts.append(allowed)
            n_seen, n_picks = n_seen + len(allowed), n_picks + 1
            share = max(len(allowed) / max(len(rows), 1), LEAST_SHARE)
        return _Seen(np.concatenate(parts), past, share)

    def _scan(
        self, query: NDArray[np.float32], kept: int, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Scores and numbers of the `kept` best of `rows` (at least as many), in no order."""
        scores = np.full(kept, -np.inf, dtype=np.float32)
        numbers = np.full(kept, -1, dtype=np.int64)
        scratch = _scratch(self.dim)
        scratch.scanner.set_query(faiss.swig_ptr(query))
        for start in range(0, len(rows), BLOCK):
            part = rows[start : start + BLOCK]
            codes = self._halves.gather(part, scratch.codes[: len(part)])
            scratch.scanner.scan_codes(
                len(part),
                faiss.swig_ptr(codes.view(np.uint8)),
                faiss.swig_ptr(part),
                faiss.swig_ptr(scores),
                faiss.swig_ptr(numbers),
                kept,
            )
        return scores, numbers

    @staticmethod
    def write(folder: Path, dim: int, count: int, blocks: Blocks, facts: Facts | None = None) -> None:  # noqa: ARG004
        halves = write_blocks(folder, dim, count, blocks)
        (_Meaning.learn(halves) if count else _Meaning.none(dim)).save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        index = super().load(folder)
        index._meaning = _Meaning.load(folder)
        return index


@dataclass(frozen=True, eq=False)
class _Seen:
    """What a search has looked at."""

    rows: NDArray[np.int64]
    """Allowed rows, in no order."""
    past: int = 0
    """Clusters, from the nearest on, whose allowed rows are all there."""
    share: float = LIKELY_SHARE
    """Of the last rows put to the filters, those allowed."""
    in_order: bool = False
    """All rows in reach were put to the filters, and `rows` are the nearest clusters' of those allowed."""


@dataclass(frozen=True, eq=False)
class _Meaning:
    """The order by meaning of n written rows."""

    centroids: NDArray[np.float32]
    """(n_clusters, dim)."""
    clusters: NDArray[np.uint16]
    """(n,) cluster of each row."""
    lists: NDArray[np.int32]
    """(n,) rows, cluster by cluster, ascending in each."""
    starts: NDArray[np.int64]
    """(n_clusters + 1,) where the list of each cluster starts."""

    @classmethod
    def none(cls, dim: int) -> "_Meaning":
        return cls(
            np.empty((0, dim), dtype=np.float32),
            np.empty(0, dtype=np.uint16),
            np.empty(0, dtype=np.int32),
            np.zeros(1, dtype=np.int64),
        )

    @classmethod
    def learn(cls, halves: NDArray[np.float16]) -> "_Meaning":
        """Clusters of the given rows, at least one."""
        n_rows, dim = halves.shape
        n_clusters = int(np.clip(n_rows // ROWS_PER_CLUSTER, 1, MOST_CLUSTERS))
        drawn = np.random.default_rng(SEED).choice(
            n_rows, min(n_rows, n_clusters * SAMPLE_PER_CLUSTER), replace=False, shuffle=False
        )
        sample = halves[np.sort(drawn)].astype(np.float32)
        means = faiss.Kmeans(dim, n_clusters, niter=8, spherical=True, seed=SEED, min_points_per_centroid=1)
        means.train(sample)
        centroids = np.asarray(means.centroids, dtype=np.float32)
        clusters = np.empty(n_rows, dtype=np.uint16)
        for start in range(0, n_rows, BLOCK):
            block = halves[start : start + BLOCK].astype(np.float32)
            clusters[start : start + BLOCK] = np.argmax(block @ centroids.T, axis=1)
        lists = np.argsort(clusters, kind="stable").astype(np.int32)
        sizes = np.bincount(clusters, minlength=n_clusters)
        return cls(centroids, clusters, lists, np.append(0, np.cumsum(sizes)).astype(np.int64))

    def ranks(self, query: NDArray[np.float32]) -> NDArray[np.int64]:
        """(n_clusters,) clusters, the nearest to `query` first."""
        return np.argsort(-(self.centroids @ query))

    def enough(self, ranks: NDArray[np.int64], first: int, n_rows: float) -> int:
        """How far to go in `ranks` from `first` on to meet `n_rows` rows; twice as far at least, lest there be many
        small steps."""
        sizes = self.starts[ranks[first:] + 1] - self.starts[ranks[first:]]
        wanted = first + 1 + int(np.searchsorted(np.cumsum(sizes), n_rows))
        return min(max(wanted, 2 * first, LEAST_CLUSTERS), len(ranks))

    def save(self, folder: Path) -> None:
        save_array(folder / CENTROIDS, self.centroids)
        save_array(folder / CLUSTERS, self.clusters)
        save_array(folder / LISTS, self.lists)
        save_array(folder / LIST_STARTS, self.starts)

    @classmethod
    def load(cls, folder: Path) -> "_Meaning":
        parts: list[Any] = [map_array(folder / name) for name in (CENTROIDS, CLUSTERS, LISTS, LIST_STARTS)]
        return cls(*parts)


class _Around:
    """What the searches of one query have in common: the order of the clusters, and those of the rows in reach."""

    def __init__(self, meaning: _Meaning, query: NDArray[np.float32]) -> None:
        self._meaning, self._query = meaning, query
        self._by_place: tuple[NDArray[np.int64], _ByPlace] | None = None

    @cached_property
    def ranks(self) -> NDArray[np.int64]:
        """(n_clusters,) clusters, the nearest to the query first."""
        return self._meaning.ranks(self._query)

    @cached_property
    def _rank_of(self) -> NDArray[np.int32]:
        """(n_clusters,) rank of each cluster."""
        rank_of = np.empty(len(self.ranks), dtype=np.int32)
        rank_of[self.ranks] = np.arange(len(rank_of), dtype=np.int32)
        return rank_of

    def nearest(self, rows: NDArray[np.int64], enough: int, n_written: int) -> NDArray[np.int64]:
        """Of allowed `rows`, twice `enough` in the nearest clusters where there are more; added rows stay."""
        n_old = int(np.searchsorted(rows, n_written))
        if n_old <= 2 * enough:
            return rows
        ranks = self._rank_of[self._meaning.clusters[rows[:n_old]]]
        last = np.partition(ranks, 2 * enough)[2 * enough]
        return np.concatenate([rows[:n_old][ranks <= last], rows[n_old:]])

    def by_place(self, spans: NDArray[np.int64], written: NDArray[np.int64]) -> "_ByPlace":
        """The rows of `written`, the written part of a selection's `spans`: read once where selections share them."""
        if self._by_place is None or self._by_place[0] is not spans:
            self._by_place = spans, _ByPlace(self._meaning, self.ranks, written)
        return self._by_place[1]


class _ByMeaning:
    """Rows out of the lists of the clusters."""

    def __init__(self, meaning: _Meaning, ranks: NDArray[np.int64]) -> None:
        self._meaning, self._ranks = meaning, ranks

    def rows(self, first: int, past: int) -> NDArray[np.int64]:
        """Rows of the clusters ranked from `first` to `past`, the end not included."""
        starts = self._meaning.starts
        lists = [self._meaning.lists[starts[cluster] : starts[cluster + 1]] for cluster in self._ranks[first:past]]
        return np.concatenate(lists).astype(np.int64)


class _ByPlace:
    """Rows in reach, told by their clusters."""

    def __init__(self, meaning: _Meaning, ranks: NDArray[np.int64], spans: NDArray[np.int64]) -> None:
        self._ranks, self._spans = ranks, spans
        self._wanted = np.empty(len(ranks), dtype=np.bool_)
        self._clusters = np.concatenate([meaning.clusters[start:stop] for start, stop in spans.tolist()]).astype(
            np.intp
        )

    def rows(self, first: int, past: int) -> NDArray[np.int64]:
        """Rows of the clusters ranked from `first` to `past`, the end not included."""
        self._wanted[:] = False
        self._wanted[self._ranks[first:past]] = True
        return numbered(np.flatnonzero(np.take(self._wanted, self._clusters, mode="clip")), self._spans)


@dataclass(frozen=True, eq=False)
class _Scratch:
    """What one thread scans with."""

    scanner: Any
    quantizer: Any
    """Kept alive for the scanner, which has a bare pointer to it."""
    codes: NDArray[np.float16]


_of_thread = threading.local()


def _scratch(dim: int) -> _Scratch:
    """This thread's scratch for vectors of `dim` dimensions."""
    found: dict[int, _Scratch] = _of_thread.__dict__.setdefault("scratch", {})
    if dim not in found:
        quantizer: Any = faiss.ScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16)
        scanner = quantizer.select_InvertedListScanner(faiss.METRIC_INNER_PRODUCT, None, False, None, False)
        scanner.set_list(0, 0.0)
        found[dim] = _Scratch(scanner, quantizer, np.empty((BLOCK, dim), dtype=np.float16))
    return found[dim]


def _allowed(rows: NDArray[np.int64], selection: Selection, in_spans: bool = False) -> NDArray[np.int64]:
    return rows[selection.test(rows, in_spans)] if len(rows) else rows
