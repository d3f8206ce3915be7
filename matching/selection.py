"""Selections: the live rows of a catalogue that meet every condition, found out no further than is asked.

The conditions that speak of places say which communes may hold rows at all; what is left is read in runs, a column at
a time. As soon as few rows remain, the other conditions are asked of those alone.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue, View
from matching.filters.base import Condition, Placed
from matching.index.base import whole
from matching.index.runs import numbered

FEW_IN_REACH: Final = 20_000
"""Rows in reach up to which a selection and those narrowed from it are found out together."""
FEW: Final = 0.25
"""Share of rows left from which the remaining conditions are asked of those rows alone."""


class Filtered:
    """The selection that `conditions` make; they are asked in the order given, so the most selective comes first."""

    def __init__(self, catalogue: Catalogue, conditions: Iterable[Condition], wider: "Filtered | None" = None) -> None:
        """`wider`: a selection by all of the conditions but the first."""
        self._catalogue = catalogue
        self._conditions: Sequence[Condition] = tuple(conditions)
        self._wider = wider
        self._rows: NDArray[np.int64] | None = None

    @property
    def wider(self) -> "Filtered | None":
        return self._wider

    def narrows(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        return self._conditions[0](self._catalogue.view(rows))

    @property
    def conditions(self) -> Sequence[Condition]:
        return self._conditions

    @property
    def n_rows(self) -> int:
        return len(self._catalogue)

    def narrowed(self, condition: Condition) -> "Filtered":
        """The rows that meet `condition` as well; it is asked first, unless the others leave few rows to ask."""
        return Filtered(self._catalogue, (condition, *self._conditions), wider=self)

    @cached_property
    def _n_reach(self) -> int:
        """Rows in `spans`."""
        return int((self.spans[:, 1] - self.spans[:, 0]).sum())

    @cached_property
    def spans(self) -> NDArray[np.int64]:
        """Runs of written rows whose places are allowed, and the rows added since."""
        if self._wider is not None and not isinstance(self._conditions[0], Placed):
            return self._wider.spans
        catalogue = self._catalogue
        added = np.array([[catalogue.n_written, len(catalogue)]], dtype=np.int64)[
            : len(catalogue) > catalogue.n_written
        ]
        return np.concatenate([self._written_spans, added])

    @cached_property
    def _written_spans(self) -> NDArray[np.int64]:
        written = self._catalogue.written
        if written is None:
            return whole(0)
        if self._wider is not None and not isinstance(self._conditions[0], Placed):
            return self._wider._written_spans
        cells = [item.cells(written) for item in self._conditions if isinstance(item, Placed)]
        return written.spans(cells) if cells else whole(len(written))

    def test(self, rows: NDArray[np.int64], in_spans: bool = False) -> NDArray[np.bool_]:
        """Which of `rows` are allowed; `in_spans` says that they are known to lie in `spans`."""
        decided = in_spans and int(rows[-1] if len(rows) else 0) < self._catalogue.n_written
        conditions = self._undecided if decided else self._place_first
        mask = np.zeros(len(rows), dtype=np.bool_)
        mask[self._remaining(np.arange(len(rows)), rows, conditions)] = True
        return mask

    @cached_property
    def _place_first(self) -> Sequence[Condition]:
        """The conditions in the order in which rows from anywhere are asked: most of those are out of place."""
        return sorted(self._conditions, key=lambda item: not isinstance(item, Placed))

    @cached_property
    def _undecided(self) -> Sequence[Condition]:
        """The conditions that being in a span does not settle, for written rows."""
        return [item for item in self._conditions if not (isinstance(item, Placed) and item.decided)]

    def _remaining(
        self, positions: NDArray[np.int64], rows: NDArray[np.int64], conditions: Sequence[Condition]
    ) -> NDArray[np.int64]:
        """Of `positions`, whose rows are `rows`, those that are alive and meet `conditions`."""
        if self._catalogue.has_buried_rows:
            living = self._catalogue.alive[rows]
            positions, rows = positions[living], rows[living]
        view, mask = self._catalogue.view(rows), np.ones(len(rows), dtype=np.bool_)
        for condition in conditions:
            mask = mask & condition(view)
            if np.count_nonzero(mask) < FEW * len(mask):
                positions, rows = positions[mask], rows[mask]
                view, mask = self._catalogue.view(rows), np.ones(len(rows), dtype=np.bool_)
        return positions[mask]

    @property
    def rows(self) -> NDArray[np.int64]:
        if self._rows is None:
            self._rows = self._found_out()
        return self._rows

    def _found_out(self) -> NDArray[np.int64]:
        wider = self._wider
        if wider is not None and (wider._rows is not None or wider._n_reach <= FEW_IN_REACH):
            return wider.rows[self.narrows(wider.rows)]
        added = np.arange(self._catalogue.n_written, len(self._catalogue))
        return np.concatenate([self._written_rows(), self._remaining(added, added, self._place_first)])

    def _written_rows(self) -> NDArray[np.int64]:
        spans, catalogue = self._written_spans, self._catalogue
        written = catalogue.written
        if written is None or len(spans) == 0:
            return np.empty(0, dtype=np.int64)
        runs = [slice(start, stop) for start, stop in spans.tolist()]
        alive = catalogue.alive
        mask = _joined([alive[run] for run in runs])
        view = View(
            catalogue.collection,
            len(mask),
            lambda name: _joined([written.columns[name][run] for run in runs]),
            lambda: written.keys[_joined([written.record_of_row[run] for run in runs])],
        )
        if len(runs) == 1:
            mask = mask.copy()
        asked = self._undecided
        for number, condition in enumerate(asked):
            mask &= condition(view)
            if np.count_nonzero(mask) < FEW * len(mask):
                rows = numbered(np.flatnonzero(mask), spans)
                return self._remaining(rows, rows, asked[number + 1 :])
        return numbered(np.flatnonzero(mask), spans)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """(n_rows,)."""
        mask = np.zeros(self.n_rows, dtype=np.bool_)
        mask[self.rows] = True
        return mask

    @cached_property
    def bitmap(self) -> NDArray[np.uint8]:
        return np.packbits(self.mask, bitorder="little")


def select(catalogue: Catalogue, conditions: Iterable[Condition]) -> Filtered:
    """The live rows that meet every condition."""
    return Filtered(catalogue, conditions)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
