"""Weighted choices drawn by the thousand: a seed, a stream and a block number give the same draws everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

BLOCK = 4096
"""Records per block: the unit that is drawn at once. Part of what a seed means: changing it changes every world."""


class Stream(IntEnum):
    """Independent sources of randomness: drawing more in one never moves another."""

    PEOPLE = 1
    PEOPLE_TEXT = 2
    IDENTITY = 3
    FIRM = 4
    OFFER = 5
    OFFER_TEXT = 6
    TRAINING = 7
    EVENT = 8
    CONTACT = 9
    SUBSCRIPTION = 10
    TALENT_POOL = 11
    SKILL_ORDER = 12


def block_generator(seed: int, stream: Stream, block: int) -> np.random.Generator:
    """The generator of one block of one stream."""
    return np.random.default_rng([seed, int(stream), block])


@dataclass(frozen=True)
class Choice:
    """One weighted list of n items."""

    cumulative: NDArray[np.float64]

    @classmethod
    def of(cls, weights: ArrayLike) -> Self:
        """Raises ValueError when no weight is positive or one is negative."""
        values = np.asarray(weights, dtype=np.float64)
        if values.size == 0 or not (values.sum() > 0) or values.min() < 0:
            raise ValueError("a weighted choice needs weights >= 0, one of them positive")
        return cls(np.cumsum(values / values.sum()))

    def at(self, uniform: NDArray[np.float64]) -> NDArray[np.int64]:
        """Items for uniform numbers in [0, 1), same shape; an item of weight 0 never comes out."""
        found = np.searchsorted(self.cumulative, uniform * self.cumulative[-1], side="right")
        return np.asarray(np.minimum(found, self.cumulative.size - 1), dtype=np.int64)

    def draw(self, generator: np.random.Generator, size: int) -> NDArray[np.int64]:
        return self.at(generator.random(size))


@dataclass(frozen=True)
class Ragged:
    """For each of n rows a weighted list of items (CSR), drawn for many rows at once."""

    offsets: NDArray[np.int64]
    items: NDArray[np.int32]
    cumulative: NDArray[np.float64]
    """Row r's weights, summed up from r to r + 1: one search over the whole array draws for any row."""

    @classmethod
    def of(cls, rows: ArrayLike, items: ArrayLike, weights: ArrayLike, n_rows: int) -> Self:
        """From triples in any order; triples of weight 0 are left out."""
        row_of = np.asarray(rows, dtype=np.int64)
        item_of = np.asarray(items, dtype=np.int32)
        weight_of = np.asarray(weights, dtype=np.float64)
        kept = np.flatnonzero(weight_of > 0)
        order = kept[np.lexsort((item_of[kept], row_of[kept]))]
        row_of, item_of, weight_of = row_of[order], item_of[order], weight_of[order]
        offsets = np.searchsorted(row_of, np.arange(n_rows + 1)).astype(np.int64)
        totals = np.bincount(row_of, weights=weight_of, minlength=n_rows)
        running = np.cumsum(weight_of)
        before = np.concatenate(([0.0], running))[offsets[:-1]]
        share = (running - before[row_of]) / totals[row_of]
        return cls(offsets, item_of, (row_of + np.clip(share, 0.0, 1.0)).astype(np.float64))

    @classmethod
    def grouping(cls, groups: NDArray[np.integer], n_groups: int) -> Self:
        """Positions 0..m-1 listed under their group, equally weighted."""
        return cls.of(groups, np.arange(groups.size), np.ones(groups.size), n_groups)

    def draw(self, rows: NDArray[np.integer], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
        """One item per row; -1 where the row has none."""
        if self.items.size == 0:
            return np.full(rows.shape, -1, dtype=np.int64)
        first, last = self.offsets[rows], self.offsets[rows + 1] - 1
        position = np.searchsorted(self.cumulative, rows + uniform, side="right")
        position = np.clip(position, first, np.maximum(last, first))
        found = self.items[np.minimum(position, self.items.size - 1)].astype(np.int64)
        return np.where(last >= first, found, -1).astype(np.int64)


def pick(options: Sequence[str], uniform: float) -> str:
    """One of the options for a uniform number in [0, 1)."""
    return options[int(uniform * len(options))]
