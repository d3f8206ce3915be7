"""Scored candidates, and the page that is made of them: what the four services have in common."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from math import isnan
from typing import Any, Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import Feature, feature_matrix
from features.records import Record
from matching.answer import Change, Match, Reason, Window
from matching.explain.voice import Voice
from matching.rank import Ranker, names_of_weight

P = TypeVar("P")
F = TypeVar("F")
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Scored:
    """n ranked pairs of one query: rows of the catalogue, feature values, scores, and the ranker that gave them."""

    rows: NDArray[np.int64]
    features: NDArray[np.float32]
    """(n, n_features), columns in the order of `ranker.names`; NaN also where nothing was to read a feature."""
    scores: NDArray[np.float32]
    ranker: Ranker
    charges: NDArray[np.float32] | None = None
    """(n,) what `scores` are less than the ranker's for the price of what is crowded, 0 or more; None: nothing."""
    set_back: NDArray[np.float32] | None = None
    """(n,) what they are less for what the person said of others like it, 0 or more; None: nothing."""

    def __len__(self) -> int:
        return len(self.rows)

    def charged(self, charges: NDArray[np.float32]) -> "Scored":
        """These with (n,) `charges` taken off the scores, down to 0."""
        taken = np.minimum(charges, np.maximum(self.scores, 0))
        return replace(self, scores=self.scores - taken, charges=taken)

    def held_back(self, amounts: NDArray[np.float32]) -> "Scored":
        """These with (n,) `amounts` taken off the scores, down to 0, as `set_back`."""
        taken = np.minimum(amounts, np.maximum(self.scores, 0))
        return replace(self, scores=self.scores - taken, set_back=taken)

    def values_at(self, positions: NDArray[np.int64]) -> list[dict[str, float]]:
        """Feature values by name of the pairs at `positions`."""
        names = self.ranker.names
        return [dict(zip(names, row, strict=True)) for row in self.features[positions].tolist()]


def score(
    rows: NDArray[np.int64],
    features: Sequence[Feature[P]],
    pairs: P,
    ranker: Ranker,
    besides: frozenset[str] | None = None,
) -> Scored:
    """Pairs of one query, scored by a ranker whose `names` are those of `features`.

    Of the features that play no part in the score those named in `besides` are computed, the others NaN; None: all are,
    and all are for who listens (`heard`).
    """
    listening = _LISTENING.get()
    wanted = None if besides is None or listening is not None else besides | names_of_weight(ranker)
    matrix = feature_matrix(features, pairs, wanted)
    scored = Scored(rows, matrix, ranker.scores(matrix), ranker)
    if listening is not None:
        listening.append(scored)
    return scored


_LISTENING: Final[ContextVar[list[Scored] | None]] = ContextVar("listening", default=None)


@contextmanager
def heard() -> Iterator[list[Scored]]:
    """What is scored meanwhile, in this thread: candidates for learning are those of the very path that answers."""
    found: list[Scored] = []
    token = _LISTENING.set(found)
    try:
        yield found
    finally:
        _LISTENING.reset(token)


@dataclass(frozen=True)
class Places:
    """n results, best first: which query (a project) each comes from, and which position among its pairs."""

    queries: NDArray[np.int64]
    positions: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.queries)


def best_of_each(scored: Sequence[Scored], keys: Sequence[NDArray[np.int64]]) -> Places:
    """One place a record, its best over all queries, best score first; ties by key, equal pairs by query.

    `keys` gives the number of the record that each row of `Scored.rows` belongs to, one array a query.
    """
    key = joined(keys)
    scores = joined([item.scores for item in scored])
    order = np.lexsort((key, -scores))
    _, first = np.unique(key[order], return_index=True)
    first.sort()
    flat = order[first]
    starts = np.cumsum([0] + [len(item.rows) for item in scored])
    queries = np.searchsorted(starts, flat, side="right") - 1
    return Places(queries, flat - starts[queries])


def all_of(scored: Sequence[Scored]) -> Scored:
    """The pairs of several queries that one ranker scored, query after query."""
    return Scored(
        joined([item.rows for item in scored]),
        joined([item.features for item in scored]),
        joined([item.scores for item in scored]),
        scored[0].ranker,
    )


def results_of(
    scored: Sequence[Scored], keys: Sequence[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every candidate row of the queries, once, and the number of the result that each belongs to."""
    rows, first = np.unique(joined([item.rows for item in scored]), return_index=True)
    _, results = np.unique(joined(keys)[first], return_inverse=True)
    return rows, results


def page(places: Places, window: Window) -> Places:
    """The part of the list that a window shows."""
    shown = slice(window.first, window.last + 1)
    return Places(places.queries[shown], places.positions[shown])


def make_matches(
    keys: Sequence[str],
    payloads: Sequence[bytes],
    decoder: msgspec.json.Decoder[R],
    scored: Scored,
    positions: NDArray[np.int64],
    distances_km: NDArray[np.float32],
    facts: Sequence[F],
    voice: Voice[F],
    changes: Sequence[Change | None] | None = None,
    besides: Sequence[Sequence[Reason]] | None = None,
    more: Sequence[msgspec.Struct | None] | None = None,
) -> list[Match[R]]:
    """The results at `positions` with all that their reader is told.

    `keys`, `payloads`, `distances_km` (NaN: not known), `facts`, `changes`, `besides`, the reasons of `charges` and
    `set_back`, and `more`, what the service tells besides, are parallel to `positions`.
    """
    ranker = scored.ranker
    nothing = [None] * len(positions)
    return [
        Match(
            key,
            total,
            payload,
            decoder,
            None if isnan(distance) else distance,
            _with(reasons, besides_it) if besides_it else reasons,
            voice.gaps(fact),
            ranker.base,
            voice.obstacles(fact),
            change,
            more_of_it,
        )
        for key, total, payload, distance, reasons, fact, change, besides_it, more_of_it in zip(
            keys,
            scored.scores[positions].tolist(),
            payloads,
            distances_km.tolist(),
            voice.reasons(ranker, scored.features[positions], facts),
            facts,
            nothing if changes is None else changes,
            [()] * len(positions) if besides is None else besides,
            nothing if more is None else more,
            strict=True,
        )
    ]


def _with(reasons: Sequence[Reason], more: Sequence[Reason]) -> tuple[Reason, ...]:
    """All of these, the heaviest first."""
    return tuple(sorted([*reasons, *more], key=lambda reason: -abs(reason.contribution)))


def joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The arrays of each query, one after the other."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
