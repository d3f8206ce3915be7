"""`Catalogue`: one live collection. Columns, vectors, ids and payloads of the same rows; upserts and tombstones.

A changed record gets new rows and its old ones are buried: no reader ever sees half a change, because rows are only
appended and `alive` flips last. Buried rows go when the next generation is built.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matching.index.base import Index
from matching.index.registry import backend
from matching.keys import key_number
from matching.payloads import Payloads
from matching.schema import SCHEMAS, WITHOUT_VECTORS, Collection, Column

COLUMNS_FILE = "columns.npz"
IDS_FILE = "ids.json"


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


class Catalogue:
    """The rows of one collection."""

    def __init__(self, collection: Collection, index: Index | None) -> None:
        self.collection = collection
        self._index = index
        self.payloads = Payloads()
        self.ids: list[str] = []
        self._schema: tuple[Column, ...] = SCHEMAS[collection]
        self._arrays: dict[str, NDArray[Any]] = {column.name: _empty(column) for column in self._schema}
        self._alive = np.empty(0, dtype=np.bool_)
        self._rows: dict[str, range] = {}
        self._keys = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        """Rows ever appended, buried ones included."""
        return len(self.ids)

    @property
    def n_records(self) -> int:
        return len(self._rows)

    @property
    def index(self) -> Index:
        """The vectors. Raises TypeError for a collection that has none (`WITHOUT_VECTORS`)."""
        if self._index is None:
            raise TypeError(f"{self.collection.value} has no vectors")
        return self._index

    def set_value(self, key: str, name: str, value: float) -> None:
        """Change one column of a live record in place; an id that is not there is ignored."""
        for row in self.rows_of(key):
            self._arrays[name][row] = value

    @property
    def alive(self) -> NDArray[np.bool_]:
        """(n,) rows that may be found."""
        return self._alive[: len(self)]

    def column(self, name: str) -> NDArray[Any]:
        """(n,) or (n, width) values of a column, buried rows included."""
        return self._arrays[name][: len(self)]

    def rows_of(self, key: str) -> range:
        """The live rows of a record; empty when it is not there."""
        return self._rows.get(key, range(0))

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def apply(self, rows: Rows, removed: Sequence[str]) -> None:
        """Append `rows`, bury what they replace and what is `removed`. Ids that are not there are ignored.

        Raises ValueError when the rows of one record do not stand together.
        """
        start = len(self)
        end = start + len(rows)
        fresh = _spans(rows.ids, start)
        if sum(len(span) for span in fresh.values()) != len(rows):
            raise ValueError("the rows of one record must stand together, once a batch")
        self._reserve(end)
        for column in self._schema:
            self._arrays[column.name][start:end] = rows.columns[column.name]
        if self._index is not None:
            self._index.add(rows.vectors)
        self.payloads.append(list(rows.payloads))
        self.ids.extend(rows.ids)
        for key in [*removed, *fresh]:
            old = self._rows.pop(key, None)
            if old is not None:
                self._alive[old.start : old.stop] = False
        self._alive[start:end] = True
        self._rows.update(fresh)

    def _reserve(self, needed: int) -> None:
        if needed <= len(self._alive):
            return
        capacity = max(needed, len(self._alive) * 3 // 2, 1024)
        for column in self._schema:
            self._arrays[column.name] = _grown(self._arrays[column.name], len(self), capacity)
        self._alive = _grown(self._alive, len(self), capacity)

    def save(self, folder: Path) -> None:
        """Write the live state into `folder`, which must exist and be empty."""
        arrays: dict[str, Any] = {column.name: self.column(column.name) for column in self._schema}
        np.savez(folder / COLUMNS_FILE, alive=self.alive, **arrays)
        (folder / IDS_FILE).write_text(json.dumps(self.ids, ensure_ascii=False))
        if self._index is not None:
            self._index.save(folder)
        self.payloads.save(folder)

    @classmethod
    def load(cls, folder: Path, collection: Collection, backend_name: str) -> Self:
        """What `save` wrote. The folder's checksums are the caller's to check, before this."""
        index = None if collection in WITHOUT_VECTORS else backend(backend_name).load(folder)
        catalogue = cls(collection, index)
        with np.load(folder / COLUMNS_FILE, allow_pickle=False) as arrays:
            catalogue._arrays = {column.name: arrays[column.name] for column in catalogue._schema}
            catalogue._alive = arrays["alive"]
        catalogue.ids = json.loads((folder / IDS_FILE).read_text())
        catalogue.payloads = Payloads.load(folder)
        for key, span in _spans(catalogue.ids, 0).items():
            buried = int((~catalogue._alive[span.start : span.stop]).sum())  # before the live ones of the same record
            if buried < len(span):
                catalogue._rows[key] = range(span.start + buried, span.stop)
        return catalogue

    def keys(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """(len(rows),) the number of the record that each row belongs to (`key_number`)."""
        if len(self._keys) < len(self):
            fresh = [key_number(key) for key in self.ids[len(self._keys) :]]
            self._keys = np.append(self._keys, np.array(fresh, dtype=np.int64))
        return self._keys.take(rows)

    def id_of(self, row: int) -> str:
        return self.ids[row]

    def payload_of(self, row: int) -> bytes:
        return self.payloads[row]

    def take(self, name: str, rows: NDArray[np.int64]) -> NDArray[Any]:
        """(len(rows),) or (len(rows), width) values of a column."""
        return self._arrays[name].take(rows, axis=0)


def _spans(ids: Sequence[str], start: int) -> dict[str, range]:
    """Id -> its rows; an id that comes back later in the sequence keeps its last run."""
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


def _grown(values: NDArray[Any], used: int, capacity: int) -> NDArray[Any]:
    grown = np.empty((capacity, *values.shape[1:]), dtype=values.dtype)
    grown[:used] = values[:used]
    return grown
