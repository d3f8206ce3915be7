"""The candidate graph of an allocation, and the best k of every person on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

NOBODY: Final = -1
"""Stands in a list where a person has no further item."""

CELLS_AT_ONCE: Final = 1 << 19
_ITEM_BITS: Final = np.uint64(0xFFFFFFFF)
_SIGN: Final = np.uint32(0x80000000)


@dataclass(frozen=True, eq=False)
class Block:
    """Persons of about as many candidates, side by side. The cells beyond a person's last candidate have the item
    `n_items`, which nobody has, and the score -inf."""

    persons: NDArray[np.int64]
    """(n,)"""
    degrees: NDArray[np.int64]
    """(n,) candidates of each."""
    items: NDArray[np.int32]
    """(n, width)"""
    scores: NDArray[np.float32]
    """(n, width)"""


@dataclass(frozen=True, eq=False)
class CandidateGraph:
    """What could be sent to whom: the candidates of person p are item[indptr[p]:indptr[p + 1]], with their scores."""

    indptr: NDArray[np.int64]
    """(n_persons + 1,)"""
    item: NDArray[np.int32]
    """(nnz,) from 0 to n_items - 1, each once a person, in any order."""
    score: NDArray[np.float32]
    """(nnz,) finite, higher is better."""
    n_items: int

    def __post_init__(self) -> None:
        """Raises ValueError for arrays that make no graph, naming what is wrong."""
        indptr, item, score = self.indptr, self.item, self.score
        if (
            indptr.ndim != 1
            or len(indptr) == 0
            or indptr[0] != 0
            or indptr[-1] != len(item)
            or (np.diff(indptr) < 0).any()
        ):
            raise ValueError(f"indptr must rise from 0 to the {len(item)} candidates, one more than there are persons")
        if item.shape != score.shape or item.ndim != 1:
            raise ValueError(f"{item.shape} items and {score.shape} scores: one score a candidate")
        if len(item) and not 0 <= item.min() <= item.max() < self.n_items:
            raise ValueError(f"items from {item.min()} to {item.max()}, but there are {self.n_items}")
        if not np.isfinite(score).all():
            raise ValueError("a score is not a finite number")
        for block in self.blocks:
            ordered = np.sort(block.items, axis=1)
            twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] < self.n_items)
            if twice.any():
                raise ValueError(f"person {block.persons[twice.any(axis=1)][0]} has an item twice")

    @property
    def n_persons(self) -> int:
        return len(self.indptr) - 1

    @cached_property
    def degrees(self) -> NDArray[np.int64]:
        """(n_persons,) candidates of each person."""
        return np.diff(self.indptr)

    @cached_property
    def item_degrees(self) -> NDArray[np.int64]:
        """(n_items,) persons of whom each item is a candidate."""
        return np.bincount(self.item, minlength=self.n_items)

    @cached_property
    def spread(self) -> float:
        """Best score less worst score; 0 without candidates."""
        return float(np.ptp(self.score)) if len(self.score) else 0.0

    @cached_property
    def unit(self) -> float:
        """What scores differ by for one person: the median of best less worst over those with several candidates, the
        whole spread where that is 0, and 1 where all scores are equal."""
        differences = [
            (block.scores.max(axis=1) - np.where(block.scores > -np.inf, block.scores, np.inf).min(axis=1))[
                block.degrees > 1
            ]
            for block in self.blocks
        ]
        typical = float(np.median(found)) if len(found := np.concatenate([*differences, []])) else 0.0
        return typical if typical > 0 else self.spread or 1.0

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All persons with a candidate, those of the most candidates last."""
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        order = np.argsort(self.degrees, kind="stable")
        order = order[self.degrees[order] > 0]
        start = 0
        while start < len(order):
            # As many persons as fill the cells at the width of the last of them.
            widths = self.degrees[order[start : start + CELLS_AT_ONCE]]
            cells = widths * np.arange(1, len(widths) + 1)
            count = max(1, int(np.searchsorted(cells, CELLS_AT_ONCE, side="right")))
            persons = np.sort(order[start : start + count])
            degrees = self.degrees[persons]
            columns = np.arange(degrees.max())
            inside = columns < degrees[:, None]
            cell = np.where(inside, self.indptr[persons][:, None] + columns, 0)
            items = np.where(inside, self.item[cell], np.int32(self.n_items))
            scores = np.where(inside, self.score[cell], np.float32(-np.inf))
            yield Block(persons, degrees, items, scores)
            start += count


def best_lists(
    graph: CandidateGraph, k: int, charges: NDArray[np.float32] | None = None, lots: float = 0.0
) -> NDArray[np.int32]:
    """The k best items of each person by score, less the (n_items,) `charges`: (n_persons, k) int32, the best first,
    equal ones by item, -1 after the last. Without persons or with k = 0, an empty array.

    With `lots`, what differs by no more than a few times that is settled by lot, by logistic noise of this scale that a
    person's and an item's row numbers fix: items that are alike are shared among people who are alike."""
    lists = np.full((graph.n_persons, k), NOBODY, dtype=np.int32)
    padded = None if charges is None else np.append(charges, np.float32(0))
    for block in graph.blocks:
        worth = block.scores if padded is None else block.scores - padded[block.items]
        if lots > 0:
            worth = worth + np.float32(lots) * _drawn(block)
        kept = min(k, worth.shape[1])
        if kept == 0:
            continue
        keys = _keys(worth, block.items)
        best = np.sort(np.partition(keys, -kept, axis=1)[:, -kept:], axis=1)[:, ::-1]
        items = (_ITEM_BITS - (best & _ITEM_BITS)).astype(np.int32)
        lists[block.persons, :kept] = np.where(items < graph.n_items, items, NOBODY)
    return lists


def loads_of(lists: NDArray[np.int32], n_items: int) -> NDArray[np.int64]:
    """(n_items,) lists that hold each item."""
    return np.bincount(lists[lists != NOBODY], minlength=n_items)


def _drawn(block: Block) -> NDArray[np.float32]:
    """(n, width) standard logistic numbers, a function of person and item alone (SplitMix64: Steele, Lea and Flood
    2014, *Fast splittable pseudorandom number generators*)."""
    mixed = (block.persons.astype(np.uint64)[:, None] << np.uint64(32)) | block.items.astype(np.uint64)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    share = ((mixed >> np.uint64(40)).astype(np.float32) + np.float32(0.5)) / np.float32(1 << 24)
    odds: NDArray[np.float32] = np.log(share) - np.log1p(-share)
    return odds


def _keys(worth: NDArray[np.float32], items: NDArray[np.int32]) -> NDArray[np.uint64]:
    """Numbers in the order of worth and, where it is equal, the lowest item highest; no two of a person are equal."""
    bits = (worth + np.float32(0)).view(np.uint32)  # -0.0 is 0.0
    ordered = np.where(bits & _SIGN, ~bits, bits | _SIGN)
    return (ordered.astype(np.uint64) << np.uint64(32)) | (_ITEM_BITS - items.astype(np.uint64))
