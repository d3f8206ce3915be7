"""Two orders of the same rows, by place and by meaning, and a planner between them: the index for all of France.

The rows stand by place: that is how the catalogue writes them, so the rows around a commune are a few dozen runs. Each
row also belongs to one of some thousand clusters of meaning (spherical k-means), and every cluster has the list of its
rows. A search never scores all allowed rows: it takes clusters from the nearest to the query on, and stops once some
thousands of *allowed* rows have been seen. Where the next rows come from is the planner's choice:

* **by place**: the clusters of the rows in reach are read in one pass (two bytes a row), those of the wanted clusters
  are put to the filters;
* **by meaning**: the lists of the wanted clusters are put to the filters. Better when most of the country is in reach.

So a selective filter costs no recall: it makes the search go through more clusters, to the last if need be. The rows
seen are scanned as bytes (FAISS, `QT_8bit_direct_signed`), the best of them scored again from half precision. Rows
added since the index was written are all put to the filters and scored.

Jégou, Douze, Schmid, "Product quantization for nearest neighbor search", PAMI 2011, for inverted lists; the rest was
measured (docs/performance.md).
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from matching.index.base import Blocks, Found, Selection, best, check_query, check_vectors
from matching.index.halves import GrowingRows, HalfRows, load_halves, map_array, write_blocks
from matching.index.runs import numbered, rows_in

CODES, CENTROIDS, CLUSTERS, LISTS, LIST_STARTS = (
    f"{name}.npy" for name in ("codes", "centroids", "clusters", "lists", "list_starts")
)

LARGEST: Final = 4.0
"""Component that becomes the largest byte, in standard deviations of a unit vector's; what is beyond is cut."""
ENOUGH: Final = 4000
"""Allowed rows to be seen before a search stops: recall@100 is then above .995 (benchmarks/retrieval.py)."""
FEW: Final = 320
"""Rows that are scored from half precision at once: fewer are not worth a scan of bytes."""
SPARE: Final = 64
"""Rows kept from the scan of bytes beyond those wanted, to make up for its rounding."""
PLACE_NS, MEANING_NS = 1.5, 40.0
"""What a row costs: its cluster read in passing, or itself put to the filters."""
LIKELY_SHARE: Final = 0.3
"""Share of the rows in reach that the filters are expected to let through, before anything is known."""
ROWS_PER_CLUSTER, MOST_CLUSTERS, SAMPLE_PER_CLUSTER = 1500, 2048, 100
SEED: Final = 1
BLOCK: Final = 8192

faiss.omp_set_num_threads(1)
"""One query is answered by one thread: waking others costs more than a scan of the rows in reach."""


class GeoIvfIndex:
    """See the module. Rows added after `load` are searched exactly; writing a new index takes them in."""

    def __init__(self, dim: int) -> None:
        self._halves = HalfRows(dim)
        self._meaning = _Meaning.none(dim)
        self._codes = np.empty((0, dim), dtype=np.uint8)
        self._added_codes = GrowingRows(dim, np.uint8)

    @property
    def dim(self) -> int:
        return self._halves.dim

    def __len__(self) -> int:
        return len(self._halves)

    def add(self, vectors: NDArray[np.float32]) -> None:
        check_vectors(vectors, self.dim)
        self._halves.append(vectors)
        self._added_codes.append(bytes_of(vectors))

    def search(self, query: NDArray[np.float32], k: int, selection: Selection) -> Found:
        check_query(query, selection, self.dim, len(self))
        rows = self._seen(query, max(ENOUGH, 10 * k), selection)
        if len(rows) > max(FEW, k + SPARE):
            rows = self._promising(query, k, rows)
        return best(self._halves.products(query, rows), rows, k)

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._halves.take(rows)

    def _seen(self, query: NDArray[np.float32], enough: int, selection: Selection) -> NDArray[np.int64]:
        """At least `enough` allowed rows, those of the nearest clusters, or all there are; and all the added ones."""
        n_written = len(self._codes)
        spans = selection.spans
        written, added = np.minimum(spans, n_written), np.maximum(spans, n_written)
        parts = [_allowed(rows_in(added), selection)]
        n_reach = int((written[:, 1] - written[:, 0]).sum())
        if n_reach <= enough:
            return np.concatenate([_allowed(rows_in(written), selection), *parts])
        ranks = self._meaning.ranks(query)
        likely = enough / (LIKELY_SHARE * n_reach / n_written)
        by_meaning = likely * MEANING_NS < n_reach * PLACE_NS
        source = _ByMeaning(self._meaning, ranks) if by_meaning else _ByPlace(self._meaning, ranks, written)
        n_seen, n_put, past = 0, 0, 0
        while n_seen < enough and past < len(ranks):
            first = past
            share = max(n_seen / n_put, 1e-3) if n_put else LIKELY_SHARE
            missing = 1.2 * (enough - n_seen) / share
            past = self._meaning.enough(ranks, first, missing if by_meaning else missing * n_written / n_reach)
            rows = source.rows(first, past)
            allowed = _allowed(rows, selection)
            parts.append(allowed)
            n_seen, n_put = n_seen + len(allowed), n_put + len(rows)
        return np.concatenate(parts)

    def _promising(self, query: NDArray[np.float32], k: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The best of `rows` by their bytes, some more than `k`."""
        wanted = k + SPARE
        while wanted < len(rows):
            scores, kept = self._scan(query, wanted, rows)
            in_order = np.sort(scores)[::-1]
            if in_order[k - 1] > in_order[-1]:
                return kept
            wanted *= 4  # equal scores run past the end: see them all, so that the lowest rows are kept
        return rows

    def _scan(
        self, query: NDArray[np.float32], wanted: int, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """The `wanted` best of `rows` (more than that) by inner product of bytes, in no order, with their scores."""
        scores = np.full(wanted, -np.inf, dtype=np.float32)
        kept = np.full(wanted, -1, dtype=np.int64)
        scratch = _scratch(self.dim)
        whole_numbers = np.rint(query * (127 / np.abs(query).max())).astype(np.float32)
        scratch.scanner.set_query(faiss.swig_ptr(whole_numbers))
        n_written = len(self._codes)
        for start in range(0, len(rows), BLOCK):
            part = np.ascontiguousarray(rows[start : start + BLOCK])
            codes = scratch.codes[: len(part)]
            if int(part.max()) < n_written:
                np.take(self._codes, part, axis=0, out=codes, mode="clip")
            else:
                old = part < n_written
                codes[old] = self._codes[part[old]]
                codes[~old] = self._added_codes.rows[part[~old] - n_written]
            scratch.scanner.scan_codes(
                len(part),
                faiss.swig_ptr(codes),
                faiss.swig_ptr(part),
                faiss.swig_ptr(scores),
                faiss.swig_ptr(kept),
                wanted,
            )
        return scores, kept

    @staticmethod
    def write(folder: Path, dim: int, count: int, blocks: Blocks) -> None:
        halves = write_blocks(folder, dim, count, blocks)
        if count == 0:
            np.save(folder / CODES, np.empty((0, dim), dtype=np.uint8))
            _Meaning.none(dim).save(folder)
            return
        codes = np.lib.format.open_memmap(folder / CODES, mode="w+", dtype=np.uint8, shape=halves.shape)
        for start in range(0, count, BLOCK):
            codes[start : start + BLOCK] = bytes_of(halves[start : start + BLOCK].astype(np.float32))
        codes.flush()
        _Meaning.learn(halves).save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        halves = load_halves(folder)
        index = cls(halves.shape[1])
        index._halves = HalfRows(halves.shape[1], halves)
        index._codes = map_array(folder / CODES)
        index._meaning = _Meaning.load(folder)
        return index


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
        return np.argsort(-(self.centroids @ query), kind="stable")

    def enough(self, ranks: NDArray[np.int64], first: int, n_rows: float) -> int:
        """How far to go in `ranks` from `first` on to meet `n_rows` rows; one cluster further at least."""
        sizes = self.starts[ranks[first:] + 1] - self.starts[ranks[first:]]
        return min(first + 1 + int(np.searchsorted(np.cumsum(sizes), n_rows)), len(ranks))

    def save(self, folder: Path) -> None:
        np.save(folder / CENTROIDS, self.centroids)
        np.save(folder / CLUSTERS, self.clusters)
        np.save(folder / LISTS, self.lists)
        np.save(folder / LIST_STARTS, self.starts)

    @classmethod
    def load(cls, folder: Path) -> "_Meaning":
        parts: list[Any] = [map_array(folder / name) for name in (CENTROIDS, CLUSTERS, LISTS, LIST_STARTS)]
        return cls(*parts)


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
        rank_of = np.empty(len(ranks), dtype=np.uint16)
        rank_of[ranks] = np.arange(len(ranks), dtype=np.uint16)
        self._spans = spans
        self._ranks = rank_of[np.concatenate([meaning.clusters[start:stop] for start, stop in spans.tolist()])]

    def rows(self, first: int, past: int) -> NDArray[np.int64]:
        """Rows of the clusters ranked from `first` to `past`, the end not included."""
        below = self._ranks < past
        return numbered(np.flatnonzero(below & (self._ranks >= first) if first else below), self._spans)


@dataclass(frozen=True, eq=False)
class _Scratch:
    """What one thread scans with."""

    scanner: Any
    quantizer: Any
    """Kept alive for the scanner, which has a bare pointer to it."""
    codes: NDArray[np.uint8]


_of_thread = threading.local()


def _scratch(dim: int) -> _Scratch:
    """This thread's scratch for vectors of `dim` dimensions."""
    found: dict[int, _Scratch] = _of_thread.__dict__.setdefault("scratch", {})
    if dim not in found:
        quantizer: Any = faiss.ScalarQuantizer(dim, faiss.ScalarQuantizer.QT_8bit_direct_signed)
        scanner = quantizer.select_InvertedListScanner(faiss.METRIC_INNER_PRODUCT, None, False, None, False)
        scanner.set_list(0, 0.0)
        found[dim] = _Scratch(scanner, quantizer, np.empty((BLOCK, dim), dtype=np.uint8))
    return found[dim]


def bytes_of(vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(n, dim) codes of `QT_8bit_direct_signed`: the whole number nearest to each scaled component, plus 128."""
    largest = min(LARGEST / vectors.shape[1] ** 0.5, 1.0)
    scaled = np.rint(np.clip(vectors / largest, -1, 1) * 127)
    codes: NDArray[np.uint8] = (scaled + 128).astype(np.uint8)
    return codes


def _allowed(rows: NDArray[np.int64], selection: Selection) -> NDArray[np.int64]:
    return rows[selection.test(rows)] if len(rows) else rows
