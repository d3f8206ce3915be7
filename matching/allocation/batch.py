"""One batch over the live collections: who may be sent which offers, k for everyone, and the prices that come of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.allocation.allocate import Allocation, allocate
from matching.engine import Engine
from matching.errors import NotFound
from matching.schema import Collection
from matching.scoring import best_of_each
from matching.subscriptions import search_of

CANDIDATES: Final = 100
"""Offers that a person may be sent: the best ones by score."""


@dataclass(frozen=True, eq=False)
class Batch:
    """An allocation of the live offers."""

    persons: tuple[str, ...]
    """Ids, parallel to `allocation.lists`; people of whom there is no profile are left out."""
    keys: NDArray[np.int64]
    """(n_offers,) number of each offer (`key_number`), ascending: the items of `allocation`."""
    posts: NDArray[np.int32]
    """(n_offers,)"""
    allocation: Allocation


def allocate_offers(
    engine: Engine,
    profile_ids: Iterable[str],
    k: int,
    knob: float,
    progress: Callable[[int], None] = lambda _: None,
) -> Batch:
    """k offers for each of these people (`matching.allocation.allocate`), each under their own conditions.

    Scores are those of the ranker alone, whatever prices are in force. An offer that tells no number of posts has one.
    `progress` is told of each person.
    """
    offers = engine.catalogue(Collection.OFFERS)
    persons: list[str] = []
    keys: list[NDArray[np.int64]] = []
    scores: list[NDArray[np.float32]] = []
    rows: list[NDArray[np.int64]] = []
    for profile_id in profile_ids:
        progress(1)
        try:
            _, scored = search_of(engine, profile_id, {}).ranked(charged=False, besides=frozenset())
        except NotFound:  # written by an import that runs, not yet followed
            continue
        of_rows = offers.keys(scored.rows)
        best = best_of_each([scored], [of_rows]).positions[:CANDIDATES]
        persons.append(profile_id)
        keys.append(of_rows[best])
        scores.append(scored.scores[best])
        rows.append(scored.rows[best])
    nothing = np.empty(0, dtype=np.int64)
    found, first, item = np.unique(np.concatenate([nothing, *keys]), return_index=True, return_inverse=True)
    posts = np.maximum(offers.take("posts", np.concatenate([nothing, *rows])[first]), 1).astype(np.int32)
    allocation = allocate(
        np.cumsum([0, *map(len, keys)]).astype(np.int64),
        item.astype(np.int32),
        np.concatenate([np.empty(0, np.float32), *scores]),
        posts,
        k,
        knob,
    )
    return Batch(tuple(persons), found, posts, allocation)
