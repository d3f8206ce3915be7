"""Scored candidates, and the page that is made of them: what the four services have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from features.pairs import Feature, feature_matrix
from features.records import Record
from matching.answer import Match, Reason, Window
from matching.rank import Ranker

P = TypeVar("P")
R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Scored:
    """n ranked pairs of one query: rows of the catalogue, feature values, contributions, scores."""

    rows: NDArray[np.int64]
    features: NDArray[np.float32]
    contributions: NDArray[np.float32]
    weights: NDArray[np.float32]
    """(n_features,) the most each feature can bring."""
    names: tuple[str, ...]

    @property
    def scores(self) -> NDArray[np.float32]:
        total: NDArray[np.float32] = self.contributions.sum(axis=1)
        return total

    def values_at(self, position: int) -> dict[str, float]:
        return dict(zip(self.names, self.features[position].tolist(), strict=True))


def score(rows: NDArray[np.int64], features: Sequence[Feature[P]], pairs: P, ranker: Ranker) -> Scored:
    """Pairs of one query, scored."""
    matrix = feature_matrix(features, pairs)
    names = tuple(feature.name for feature in features)
    return Scored(rows, matrix, ranker.contributions(matrix), ranker.weights, names)


@dataclass(frozen=True)
class Place:
    """Where a result comes from: which query (a project) and which position among its pairs."""

    query: int
    position: int


def best_of_each(scored: Sequence[Scored], key_of: Callable[[int], str]) -> list[Place]:
    """One place a record, its best over all queries, best score first; ties by record id.

    `key_of` gives the record id of a catalogue row.
    """
    best: dict[str, tuple[float, Place]] = {}
    for query, item in enumerate(scored):
        for position, (row, value) in enumerate(zip(item.rows.tolist(), item.scores.tolist(), strict=True)):
            key = key_of(row)
            if key not in best or value > best[key][0]:
                best[key] = (value, Place(query, position))
    ordered = sorted(best.items(), key=lambda entry: (-entry[1][0], entry[0]))
    return [place for _, (_, place) in ordered]


def results_of(scored: Sequence[Scored], key_of: Callable[[int], str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every candidate row of the queries, once, and the number of the result that each belongs to."""
    rows = np.unique(np.concatenate([item.rows for item in scored]))
    numbers: dict[str, int] = {}
    results = [numbers.setdefault(key_of(row), len(numbers)) for row in rows.tolist()]
    return rows, np.array(results, dtype=np.int64)


def page(places: Sequence[Place], window: Window) -> Sequence[Place]:
    return places[window.first : window.last + 1]


def make_match(
    key: str,
    record: R,
    scored: Scored,
    position: int,
    distance_km: float,
    sentence: Callable[[str], str],
    gaps: tuple[str, ...],
) -> Match[R]:
    """A result with all its reasons, the heaviest first; features of no weight have no reason."""
    contributions = scored.contributions[position]
    order = np.argsort(-contributions, kind="stable")
    reasons = tuple(
        Reason(scored.names[column], sentence(scored.names[column]), float(contributions[column]))
        for column in order
        if scored.weights[column] > 0
    )
    return Match(
        id=key,
        score=float(contributions.sum()),
        record=record,
        distance_km=None if np.isnan(distance_km) else float(distance_km),
        reasons=reasons,
        gaps=gaps,
    )
