"""`Catalogue`: one live collection. What was written to disk, what has come since, and what is buried.

A changed record gets new rows and its old ones are buried: no reader ever sees half a change, because rows are only
appended and `alive` flips last. Buried rows go, and new ones are put in order, when the next generation is written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from matching.arrays import grown
from matching.index.base import Index
from matching.index.cluster import Cluster
from matching.index.registry import backend
from matching.keys import key_number
from matching.schema import SCHEMAS, WITHOUT_VECTORS, Collection, Column
from matching.written import Written

MERGED_AT_ONCE: Final = 4096
"""Records of a chunk of `Catalogue.chunks`."""


@dataclass(frozen=True)
class Rows:
    """n prepared rows: what a projector makes of records, ready to be appended."""

    ids: tuple[str, ...]
    """(n,) external id of each row; the rows of one record stand together."""
    columns: Mapping[str, NDArray[Any]]
    vectors: NDArray[np.float32]
    """(n, dim), unit rows; (n, 0) for a collection without vectors."""
    payloads: tuple[bytes, ...]

    def __len__(self) -> int:
        return len(self.ids)


class View:
    """Some rows of a catalogue, as conditions read them: columns and record numbers, each read once."""

    def __init__(
        self,
        collection: Collection,
        n_rows: int,
        read: Callable[[str], NDArray[Any]],
        read_keys: Callable[[], NDArray[np.int64]],
    ) -> None:
        self.collection = collection
        self._n_rows = n_rows
        self._read = read
        self._read_keys = read_keys
        self._columns: dict[str, NDArray[Any]] = {}
        self._keys: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return self._n_rows

    def column(self, name: str) -> NDArray[Any]:
        """(n,) or (n, width) values of the rows of the view."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self._read(name)
        return found

    def keys(self) -> NDArray[np.int64]:
        """(n,) number of the record that each row belongs to (`key_number` of its id)."""
        if self._keys is None:
            self._keys = self._read_keys()
        return self._keys


class Catalogue:
    """The rows of one collection: the written ones first, then those that were added, in order of arrival."""

    def __init__(
        self,
        collection: Collection,
        index: Index | None,
        written: Written | None = None,
        renewed: Callable[[bytes], bytes] | None = None,
    ) -> None:
        """`renewed`: what the payloads that were written are today, where that is something else."""
        self.collection = collection
        self._renewed = renewed
        self.written = written
        self._index = index
        self._schema: tuple[Column, ...] = SCHEMAS[collection]
        self._n_written = 0 if written is None else len(written)
        self._added: dict[str, NDArray[Any]] = {column.name: _empty(column) for column in self._schema}
        self._added_ids: list[str] = []
        self._added_keys = np.empty(0, dtype=np.int64)
        self._added_payloads: list[bytes] = []
        self._alive = np.ones(self._n_written, dtype=np.bool_)
        self._added_rows: dict[str, range] = {}
        self._n_gone = 0
        """Written records that are buried."""
        self._n_buried = 0

    def __len__(self) -> int:
        """Rows, buried ones included."""
        return self._n_written + len(self._added_ids)

    @property
    def n_written(self) -> int:
        """Rows that were written to disk: the first ones."""
        return self._n_written

    @property
    def n_records(self) -> int:
        return len(self._added_rows) + (0 if self.written is None else self.written.n_records - self._n_gone)

    @property
    def n_changed(self) -> int:
        """Rows added and written records buried since the generation was written: what a merge would take in."""
        return len(self._added_ids) + self._n_gone

    @property
    def index(self) -> Index:
        """The vectors. Raises TypeError for a collection that has none (`WITHOUT_VECTORS`)."""
        if self._index is None:
            raise TypeError(f"{self.collection.value} has no vectors")
        return self._index

    @property
    def alive(self) -> NDArray[np.bool_]:
        """(n,) rows that may be found."""
        return self._alive[: len(self)]

    @property
    def has_buried_rows(self) -> bool:
        return self._n_buried > 0

    @property
    def state(self) -> tuple[int, int]:
        """Rows, and how many of them are buried: another one as soon as a record comes, changes or goes. Columns that
        are changed in place (`set_rows`) leave it as it is."""
        return len(self), self._n_buried

    def column(self, name: str) -> NDArray[Any]:
        """(n,) or (n, width) values of a column, buried rows included. A copy where rows were added: for audits."""
        added = self.added_column(name)
        if self.written is None:
            return added
        return self.written.columns[name] if len(added) == 0 else np.concatenate([self.written.columns[name], added])

    def added_column(self, name: str) -> NDArray[Any]:
        """Values of the rows that were added."""
        return self._added[name][: len(self._added_ids)]

    def take(self, name: str, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Values of a column at `rows`, rows of this catalogue (which is not checked: it takes half of the time), in
        their order."""
        return self._taken(
            rows, lambda written, old: written.columns[name].take(old, 0, mode="clip"), self._added[name]
        )

    def _taken(
        self,
        rows: NDArray[np.int64],
        of_written: Callable[[Written, NDArray[np.int64]], NDArray[Any]],
        added: NDArray[Any],
    ) -> NDArray[Any]:
        """What written rows have by `of_written` and added ones in `added`, in the order of `rows`."""
        if self.written is None:
            return added[rows]
        if len(self._added_ids) == 0 or len(rows) == 0 or int(rows.max()) < self._n_written:
            return of_written(self.written, rows)
        old = rows < self._n_written
        both = np.empty((len(rows), *added.shape[1:]), dtype=added.dtype)
        both[old] = of_written(self.written, rows[old])
        both[~old] = added[rows[~old] - self._n_written]
        return both

    def view(self, rows: NDArray[np.int64]) -> View:
        """The given rows, for conditions."""
        return View(self.collection, len(rows), lambda name: self.take(name, rows), lambda: self.keys(rows))

    def keys(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The number of the record that each row belongs to (`key_number` of its id)."""
        return self._taken(
            rows,
            lambda written, old: written.keys.take(written.record_of_row.take(old, mode="clip"), mode="clip"),
            self._added_keys,
        )

    def is_alone(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each row is known to be the only one of its record; added rows are not."""
        alone = np.zeros(len(rows), dtype=np.bool_)
        if self.written is not None:
            old = rows < self._n_written
            alone[old] = self.written.alone[rows[old]]
        return alone

    def id_of(self, row: int) -> str:
        """The id of the record that a row belongs to."""
        if row >= self._n_written or self.written is None:
            return self._added_ids[row - self._n_written]
        return self.written.id_of(int(self.written.record_of_row[row]))

    def payload_of(self, row: int) -> bytes:
        """What is kept of the record that a row belongs to (`matching.payload`)."""
        return self.payloads_of(np.array([row]))[0]

    def payloads_of(self, rows: NDArray[np.int64]) -> list[bytes]:
        """`payload_of` each row, in their order, all read together: what a page asks for."""
        old = rows < self._n_written
        read: Iterator[bytes] = iter(())
        if self.written is not None:
            read = iter(self.written.payloads_of(self.written.record_of_row[rows[old]]))
            read = read if self._renewed is None else map(self._renewed, read)
        return [
            next(read) if of_written else self._added_payloads[row - self._n_written]
            for row, of_written in zip(rows.tolist(), old.tolist(), strict=True)
        ]

    def read_ahead(self) -> None:
        """Have the payloads that were written read into the system's memory, where there is room."""
        if self.written is not None:
            self.written.payloads.read_ahead()

    def rows_of(self, key: str) -> NDArray[np.int64]:
        """The live rows of a record, in the order its projector gave them; empty when it is not there."""
        added = self._added_rows.get(key)
        if added is not None:
            return np.arange(added.start, added.stop)
        record = None if self.written is None else self.written.record_of(key)
        if record is None or self.written is None:
            return np.empty(0, dtype=np.int64)
        rows = self.written.rows_of(record)
        return rows if self._alive[rows[0]] else rows[:0]

    def rows_where(self, name: str, value: int) -> NDArray[np.int64]:
        """Live rows whose column `name`, one of `schema.POSTINGS`, has that value; ascending."""
        added = self._n_written + np.flatnonzero(self.added_column(name) == value)
        rows = added if self.written is None else np.concatenate([self.written.rows_where(name, value), added])
        return rows[self._alive[rows]]

    def __contains__(self, key: str) -> bool:
        return len(self.rows_of(key)) > 0

    def set_value(self, key: str, name: str, value: float) -> None:
        """Change one column of a live record in place; an id that is not there is ignored."""
        self.set_rows(name, self.rows_of(key), value)

    def set_rows(self, name: str, rows: NDArray[np.int64], values: NDArray[Any] | float) -> None:
        """Change one column of some rows in place: one value for all, or (n,) or (n, width) of them."""
        old = rows < self._n_written
        each = np.broadcast_to(values, (len(rows), *self._added[name].shape[1:]))
        if self.written is not None:
            self.written.columns[name][rows[old]] = each[old]
        self._added[name][rows[~old] - self._n_written] = each[~old]

    def apply(self, rows: Rows, removed: Sequence[str]) -> None:
        """Append `rows`, bury what they replace and what is `removed`. Ids that are not there are ignored.

        Raises ValueError when the rows of one record do not stand together.
        """
        start = len(self._added_ids)
        end = start + len(rows)
        fresh = _spans(rows.ids, len(self))
        if sum(len(span) for span in fresh.values()) != len(rows):
            raise ValueError("the rows of one record must stand together, once a batch")
        self._reserve(end)
        for column in self._schema:
            self._added[column.name][start:end] = rows.columns[column.name]
        if self._index is not None:
            self._index.add(rows.vectors)
        self._added_keys[start:end] = [key_number(key) for key in rows.ids]
        self._added_payloads.extend(rows.payloads)
        self._added_ids.extend(rows.ids)
        for key in [*removed, *fresh]:
            self._bury(key)
        self._alive[self._n_written + start : self._n_written + end] = True
        self._added_rows.update(fresh)

    def bury_number(self, number: int) -> str | None:
        """Bury the live record whose id has that number (`key_number`); its id, None when there is none."""
        added = np.flatnonzero(self._added_keys[: len(self._added_ids)] == number)
        names = [self._added_ids[row] for row in added.tolist()]
        if self.written is not None:
            names.append(self.written.id_of_number(number) or "")
        for key in names:
            if key in self:
                self._bury(key)
                return key
        return None

    def _bury(self, key: str) -> None:
        rows = self.rows_of(key)
        if len(rows) == 0:
            return
        self._alive[rows] = False
        self._n_buried += len(rows)
        if self._added_rows.pop(key, None) is None:
            self._n_gone += 1

    def _reserve(self, needed: int) -> None:
        """Room for `needed` added rows."""
        if needed <= len(self._added_keys):
            return
        used = len(self._added_ids)
        capacity = max(needed, len(self._added_keys) * 3 // 2, 1024)
        for column in self._schema:
            self._added[column.name] = grown(self._added[column.name], used, capacity)
        self._added_keys = grown(self._added_keys, used, capacity)
        self._alive = grown(self._alive, len(self), self._n_written + capacity)

    def chunks(self) -> Iterator[Rows]:
        """Every live record with its rows, for a new generation: what was written first, then what was added."""
        for rows in self._record_rows():
            columns = {column.name: self.take(column.name, rows) for column in self._schema}
            vectors = np.empty((len(rows), 0), np.float32) if self._index is None else self._index.vectors(rows)
            yield Rows(tuple(map(self.id_of, rows.tolist())), columns, vectors, tuple(self.payloads_of(rows)))

    def _record_rows(self) -> Iterator[NDArray[np.int64]]:
        """Live rows, those of one record together, in chunks."""
        if self.written is not None:
            starts = self.written.row_starts
            for first in range(0, self.written.n_records, MERGED_AT_ONCE):
                last = min(first + MERGED_AT_ONCE, self.written.n_records)
                rows = self.written.rows_by_record[starts[first] : starts[last]].astype(np.int64)
                yield rows[self._alive[rows]]
        added = self._n_written + np.flatnonzero(self._alive[self._n_written : len(self)])
        starts = np.flatnonzero(np.diff(self._added_keys[added - self._n_written], prepend=-1))
        for first, last in pairwise(np.append(starts[::MERGED_AT_ONCE], len(added)).tolist()):
            yield added[first:last]

    @classmethod
    def load(
        cls,
        folder: Path,
        collection: Collection,
        backend_name: str,
        place_order: NDArray[np.int32],
        renewed: Callable[[bytes], bytes] | None = None,
        cluster: Cluster | None = None,
    ) -> Self:
        """What `CollectionWriter` wrote. The folder's checksums are the caller's to check, before this."""
        index = None if collection in WITHOUT_VECTORS else backend(backend_name, cluster).load(folder)
        return cls(collection, index, Written.load(folder, collection, place_order), renewed)


def _spans(ids: Sequence[str], start: int) -> dict[str, range]:
    """Id -> its rows, numbered from `start`; an id that comes back later in the sequence keeps its last run."""
    spans: dict[str, range] = {}
    begin = 0
    for position in range(1, len(ids) + 1):
        if position == len(ids) or ids[position] != ids[begin]:
            spans[ids[begin]] = range(start + begin, start + position)
            begin = position
    return spans


def _empty(column: Column) -> NDArray[Any]:
    shape = (0, column.width) if column.width else (0,)
    return np.empty(shape, dtype=column.dtype)
