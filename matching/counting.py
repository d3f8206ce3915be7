"""How many people a demand reaches, and how many more it would reach with some of its criteria left out.

A count needs no vector. For a diagnosis, every row in reach is read once: bit i of its signature says that it fails
criterion i. A person passes a demand without the criteria of a set S when one of their rows fails nothing outside S, so
all counts of one demand come from the few distinct signatures there are, not from the rows again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue
from matching.filters.base import Condition
from matching.selection import select

MOST_CRITERIA: Final = 20
BLOCK: Final = 32768
"""Rows put to the criteria at once: what they read of them stays in the processor's cache."""


def count(catalogue: Catalogue, conditions: Sequence[Condition]) -> int:
    """Records with a live row that meets every condition; a person with two projects counts once."""
    return _distinct(catalogue.keys(select(catalogue, conditions).rows))


@dataclass(frozen=True, eq=False)
class Failures:
    """Live rows, and which criteria each fails."""

    rows: NDArray[np.int64]
    failed: NDArray[np.uint32]
    """(n,) bit i: the row fails criterion i."""
    n_criteria: int

    @classmethod
    def of(cls, catalogue: Catalogue, criteria: Sequence[Condition], kept: Sequence[Condition] = ()) -> "Failures":
        """The rows that meet every condition of `kept`, put to `criteria`. Raises ValueError for more of them than
        `MOST_CRITERIA`."""
        if len(criteria) > MOST_CRITERIA:
            raise ValueError(f"{len(criteria)} criteria: at most {MOST_CRITERIA} can be told apart")
        rows = select(catalogue, kept).rows
        failed = np.empty(len(rows), dtype=np.uint32)
        for start in range(0, len(rows), BLOCK):
            failed[start : start + BLOCK] = _signatures(catalogue, rows[start : start + BLOCK], criteria)
        return cls(rows, failed, len(criteria))

    def passing(self, without: Sequence[int] = ()) -> NDArray[np.int64]:
        """The rows that fail nothing but the criteria whose positions are given."""
        rows: NDArray[np.int64] = self.rows[(self.failed & ~np.uint32(bits_of(without))) == 0]
        return rows


@dataclass(frozen=True, eq=False)
class Relaxations:
    """One demand's counts, with any of its criteria left out."""

    signatures: NDArray[np.uint32]
    """(n, width) distinct sets of signatures of the rows of one record, padded with repeats."""
    counts: NDArray[np.int64]
    """(n,) records that have each set."""
    n_criteria: int
    _passes: dict[int, NDArray[np.bool_]] = field(default_factory=dict)

    @classmethod
    def of(cls, catalogue: Catalogue, criteria: Sequence[Condition], kept: Sequence[Condition] = ()) -> "Relaxations":
        """The counts of a demand of `criteria`, at most `MOST_CRITERIA`; `kept` are never left out (consent, and the
        widest circle that is of interest).

        Raises ValueError for more criteria.
        """
        return cls.of_rows(catalogue, Failures.of(catalogue, criteria, kept))

    @classmethod
    def of_rows(cls, catalogue: Catalogue, failures: Failures) -> "Relaxations":
        """The counts of rows that were put to the criteria."""
        rows, failed = failures.rows, failures.failed
        alone = catalogue.is_alone(rows)
        several = ~alone
        singles, single_counts = np.unique_counts(failed[alone])
        sets, set_counts = _counted(_sets_by_record(catalogue.keys(rows[several]), failed[several]))
        width = sets.shape[1]
        return cls(
            np.concatenate([np.repeat(singles[:, None], width, axis=1), sets]),
            np.concatenate([single_counts, set_counts]),
            failures.n_criteria,
        )

    def count(self, without: Sequence[int] = ()) -> int:
        """Records that meet every criterion but those whose positions are given."""
        return int(self.counts[self._passing(without)].sum())

    def brought(self, without: Sequence[int], beyond: Sequence[Sequence[int]] = ((),)) -> int:
        """Records that meet every criterion but those of `without`, and do so under none of `beyond`, which are the
        same with fewer left out."""
        passing = self._passing(without)
        for narrower in beyond:
            passing = passing & ~self._passing(narrower)
        return int(self.counts[passing].sum())

    def _passing(self, without: Sequence[int]) -> NDArray[np.bool_]:
        ignored = bits_of(without)
        known = self._passes.get(ignored)
        if known is None:
            known = self._passes[ignored] = ((self.signatures & ~np.uint32(ignored)) == 0).any(axis=1)
        return known


def bits_of(criteria: Sequence[int]) -> int:
    """The criteria at these positions, as bits."""
    return sum(1 << number for number in set(criteria))


def _signatures(catalogue: Catalogue, rows: NDArray[np.int64], criteria: Sequence[Condition]) -> NDArray[np.uint32]:
    """Bit i of each row: it fails criterion i."""
    view = catalogue.view(rows)
    failed = np.zeros(len(rows), dtype=np.uint32)
    for number, criterion in enumerate(criteria):
        failed |= (~criterion(view)).astype(np.uint32) << np.uint32(number)
    return failed


def _sets_by_record(keys: NDArray[np.int64], failed: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """(n_records, width) signatures of each record's rows, ascending, the last one repeated."""
    if len(keys) == 0:
        return np.empty((0, 1), dtype=np.uint32)
    order = np.lexsort((failed, keys))
    keys, failed = keys[order], failed[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    lengths = np.diff(np.append(starts, len(keys)))
    columns = [failed[starts + np.minimum(position, lengths - 1)] for position in range(int(lengths.max()))]
    return np.stack(columns, axis=1)


def _counted(sets: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Distinct rows of `sets` and how often each occurs."""
    if len(sets) == 0:
        return sets, np.empty(0, dtype=np.int64)
    order = np.lexsort(sets.T[::-1])
    ordered = sets[order]
    new = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))
    starts = np.flatnonzero(new)
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def _distinct(keys: NDArray[np.int64]) -> int:
    return len(np.unique(keys))
