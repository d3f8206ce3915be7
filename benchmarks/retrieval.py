"""Nearest rows under a filter: every index backend, at several sizes and selectivities.

    python -m benchmarks.retrieval [--quick] [--json FILE]

Rows are unit vectors around centres, as job texts lie around occupations; a filter allows a random share of them. Each
query asks for 100 rows with a selection made for it, as a request does. Recall is against float32 products of every
allowed row. Baseline in the same run: float32 products of every row, the best 1,000 kept, then filtered: what a vector
search without filters gives, in time and in recall.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Report
from matching.index.base import MaskSelection
from matching.index.registry import BACKENDS, backend

SEED = 0
DIM = 256
CENTRES = 1500
SPREAD = 0.9
"""Length of the noise around a centre of length 1."""
K = 100
POST_FILTERED = 1000
FULL_ROWS, QUICK_ROWS = (100_000, 1_000_000), (50_000, 150_000)
SHARES = {"0.1%": 0.001, "1%": 0.01, "10%": 0.1, "all": 1.0}

Search = Callable[[NDArray[np.float32], NDArray[np.bool_]], NDArray[np.int64]]


@dataclass(frozen=True)
class Asked:
    """Queries, the rows each may have, and the right answers."""

    queries: NDArray[np.float32]
    masks: list[NDArray[np.bool_]]
    right: list[set[int]]


def main() -> None:
    report = Report.from_command_line("retrieval", seed=SEED, about=__doc__ or "")
    n_queries = report.repeats(100, quick=40)
    report.figure("dim", DIM)
    for n_rows in QUICK_ROWS if report.quick else FULL_ROWS:
        draw = np.random.default_rng(SEED)
        vectors = _vectors(n_rows, draw)
        queries = _vectors(n_queries, draw)
        searches: dict[str, Search] = {"post_filter": _post_filter(vectors)}
        for name in BACKENDS:
            index = backend(name)(DIM)
            started = time.perf_counter()
            index.add(vectors)
            report.figure(f"{n_rows}_rows_{name}_add_s", time.perf_counter() - started)
            searches[name] = lambda query, mask, index=index: index.search(query, K, MaskSelection(mask)).rows  # type: ignore[misc]
        for label, share in SHARES.items():
            masks = [draw.random(n_rows) < share for _ in range(n_queries)]
            right = [_right(vectors, query, mask) for query, mask in zip(queries, masks, strict=True)]
            _measure(report, f"{n_rows}_rows_{label}_allowed", searches, Asked(queries, masks, right))
    report.finish()


def _vectors(n: int, draw: np.random.Generator) -> NDArray[np.float32]:
    centres = np.random.default_rng(SEED + 1).normal(size=(CENTRES, DIM)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.empty((n, DIM), dtype=np.float32)
    for start in range(0, n, 65536):
        part = vectors[start : start + 65536]
        draw.standard_normal(out=part, dtype=np.float32)
        part *= SPREAD / np.sqrt(DIM)
        part += centres[draw.integers(CENTRES, size=len(part))]
        part /= np.linalg.norm(part, axis=1, keepdims=True)
    return vectors


def _right(vectors: NDArray[np.float32], query: NDArray[np.float32], mask: NDArray[np.bool_]) -> set[int]:
    rows = np.flatnonzero(mask)
    scores = vectors @ query if len(rows) > len(vectors) // 2 else vectors[rows] @ query
    allowed = scores[rows] if len(scores) == len(vectors) else scores
    best = np.argpartition(-allowed, min(K, len(rows)) - 1)[:K]
    return set(rows[best].tolist())


def _post_filter(vectors: NDArray[np.float32]) -> Search:
    def search(query: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        scores = vectors @ query
        best = np.argpartition(-scores, POST_FILTERED)[:POST_FILTERED]
        kept = best[mask[best]]
        return kept[np.argsort(-scores[kept])][:K]

    return search


def _measure(report: Report, label: str, searches: dict[str, Search], asked: Asked) -> None:
    medians: dict[str, float] = {}
    for name, search in searches.items():
        search(asked.queries[0], asked.masks[0])
        times: list[float] = []
        recalls: list[float] = []
        for query, mask, right in zip(asked.queries, asked.masks, asked.right, strict=True):
            started = time.perf_counter_ns()
            found = search(query, mask)
            times.append((time.perf_counter_ns() - started) / 1e6)
            recalls.append(len(right & set(found.tolist())) / len(right))
        medians[name] = float(np.median(times))
        report.figure(f"{label}_{name}_p50_ms", medians[name])
        report.figure(f"{label}_{name}_p99_ms", float(np.percentile(times, 99)))
        report.figure(f"{label}_{name}_recall_at_{K}", float(np.mean(recalls)))
    for name in BACKENDS:
        report.figure(f"{label}_{name}_times_faster_than_post_filter", medians["post_filter"] / medians[name], digits=2)


if __name__ == "__main__":
    main()
