"""`Written`: the part of a collection that is mapped from disk, in the order of places.

Rows stand by band (`schema.BANDS`: people by how far they go, sessions at a distance apart), in it by commune along a
curve through the country (`Lookups.place_order`), in it by occupation. So the rows that a circle holds are a few runs,
told by the communes alone, and columns are read in sequence. Nothing here changes but the columns that are patched and
what is buried, which are this process's own copies (`Catalogue`); all else is shared by every process that maps it.

Records are numbered as they were written. Their payloads are not mapped, but read by pieces
(`matching/payload_file.py`).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.arrays import map_array
from matching.keys import key_number
from matching.payload_file import PAYLOADS, Payloads
from matching.schema import POSTINGS, SCHEMAS, Collection

COLUMNS: Final = "columns"
OFFSETS, RANGES, RECORD_OF_ROW = "offsets.npy", "ranges.npz", "record_of_row.npy"
KEYS, IN_KEY_ORDER, ROWS_BY_RECORD, ROW_STARTS = "keys.npy", "in_key_order.npy", "rows_by_record.npy", "row_starts.npy"
IDS, ID_STARTS = "ids.bin", "id_starts.npy"

POSTINGS_FOLDER: Final = "postings"

FEW_COMMUNES: Final = 1500
"""Communes up to which it is quicker to sort their places than to mark all those of the country."""

CHECKED_WHEN_READ: Final = frozenset({PAYLOADS})
"""Files that have sums of their own, one a record."""


@dataclass(frozen=True, eq=False)
class Written:
    """n rows of m records, mapped."""

    collection: Collection
    columns: Mapping[str, NDArray[Any]]
    """(n,) or (n, width) by name. Copy on write: a change is this process's own."""
    offsets: NDArray[np.int64]
    """(n_bands, n_places + 1) first row of each place in each band, and past the last. Places go along the curve; the
    last is for rows of no known commune."""
    rank_of_commune: NDArray[np.int64]
    """(n_communes + 1,) place of each commune along the curve; the last is no known one."""
    low: Mapping[str, NDArray[Any]]
    """(n_bands,) least value of a column in each band; NaN-free, a band without known values has the column's missing
    one."""
    high: Mapping[str, NDArray[Any]]
    postings: Mapping[str, NDArray[np.int32]]
    """(n,) rows by ascending value of a column, then by row, for those of `schema.POSTINGS`."""
    record_of_row: NDArray[np.int32]
    keys: NDArray[np.int64]
    """(m,) `key_number` of each record's id."""
    in_key_order: NDArray[np.int32]
    """(m,) records by ascending key."""
    rows_by_record: NDArray[np.int32]
    """(n,) rows, record by record."""
    row_starts: NDArray[np.int64]
    """(m + 1,) where the rows of each record start in `rows_by_record`."""
    ids: NDArray[np.uint8]
    id_starts: NDArray[np.int64]
    payloads: Payloads

    def __len__(self) -> int:
        return len(self.record_of_row)

    @property
    def n_records(self) -> int:
        return len(self.keys)

    def record_of(self, key: str) -> int | None:
        """The number of the record with that id; None when it is not there."""
        position = bisect_left(self.in_key_order, key_number(key), key=self.keys.__getitem__)
        if position == self.n_records:
            return None
        record = int(self.in_key_order[position])
        return record if self.id_of(record) == key else None

    def id_of_number(self, number: int) -> str | None:
        """The id that has that number; None when there is none."""
        position = bisect_left(self.in_key_order, number, key=self.keys.__getitem__)
        if position == self.n_records or self.keys[self.in_key_order[position]] != number:
            return None
        return self.id_of(int(self.in_key_order[position]))

    @cached_property
    def alone(self) -> NDArray[np.bool_]:
        """(n,) rows that are the only one of their record."""
        alone = np.zeros(len(self), dtype=np.bool_)
        firsts = self.row_starts[:-1][np.diff(self.row_starts) == 1]
        alone[self.rows_by_record[firsts]] = True
        return alone

    def rows_of(self, record: int) -> NDArray[np.int64]:
        """Rows of a record, in the order its projector gave them."""
        return self.rows_by_record[self.row_starts[record] : self.row_starts[record + 1]].astype(np.int64)

    def rows_where(self, name: str, value: int) -> NDArray[np.int64]:
        """Rows whose column `name`, one of `schema.POSTINGS`, has that value; ascending."""
        rows, values = self.postings[name], self.columns[name]
        first = bisect_left(rows, value, key=values.__getitem__)
        last = bisect_right(rows, value, lo=first, key=values.__getitem__)
        return rows[first:last].astype(np.int64)

    def id_of(self, record: int) -> str:
        return self.ids[self.id_starts[record] : self.id_starts[record + 1]].tobytes().decode()

    def payloads_of(self, records: NDArray[np.integer]) -> list[bytes]:
        """What was stored with each record. Raises ArtifactError when it is not what was written."""
        return self.payloads.read(records)

    def spans(self, cells: Sequence[NDArray[np.bool_]]) -> NDArray[np.int64]:
        """(s, 2) first and past-the-end rows of the runs that lie in cells marked in each of `cells`, which is not
        empty; ascending, apart, none empty.

        An array of cells is (n_bands or 1, n_communes + 1 or 1): rows of that band and commune may be wanted; the last
        commune is for rows of no known one.
        """
        of_bands = [item[:, 0] for item in cells if item.shape[1] == 1]
        of_communes = [item[0] for item in cells if len(item) == 1]
        of_both = [item for item in cells if 1 not in item.shape]
        alike = None if of_both else self._runs(of_communes)
        runs = [
            self.offsets[band][
                alike if alike is not None else self._runs([*of_communes, *(item[band] for item in of_both)])
            ].T
            for band in range(len(self.offsets))
            if all(item[band if len(item) > 1 else 0] for item in of_bands)
        ]
        found = np.concatenate([np.empty((0, 2), dtype=np.int64), *runs])
        return found[found[:, 0] < found[:, 1]]

    def _runs(self, masks: list[NDArray[np.bool_]]) -> NDArray[np.int64]:
        """(2, r) first and past-the-end places of the runs of communes that every mask marks; all without a mask."""
        n_communes = len(self.rank_of_commune)
        marked = np.logical_and.reduce(masks) if len(masks) > 1 else masks[0] if masks else None
        n_marked = n_communes if marked is None else int(np.count_nonzero(marked))
        if marked is None or n_marked == n_communes:
            return np.array([[0], [n_communes]])
        places = self._places(marked, n_marked)
        if len(places) == 0:
            return np.empty((2, 0), dtype=np.int64)
        breaks = np.flatnonzero(places[1:] != places[:-1] + 1)
        return np.stack([places[np.append(0, breaks + 1)], places[np.append(breaks, len(places) - 1)] + 1])

    def _places(self, marked: NDArray[np.bool_], n_marked: int) -> NDArray[np.int64]:
        """Places of the communes marked in (n_communes + 1,), ascending."""
        if n_marked < FEW_COMMUNES:
            return np.sort(self.rank_of_commune[np.flatnonzero(marked)])
        along = np.empty(len(marked), dtype=np.bool_)
        along[self.rank_of_commune] = marked
        return np.flatnonzero(along)

    @classmethod
    def load(cls, folder: Path, collection: Collection, place_order: NDArray[np.int32]) -> "Written":
        """What `CollectionWriter` wrote. The folder's checksums are the caller's to check, before this."""

        def mapped(name: str) -> Any:
            return map_array(folder / name)

        with np.load(folder / RANGES, allow_pickle=False) as ranges:
            low = {column.name: ranges[f"low_{column.name}"] for column in SCHEMAS[collection] if not column.width}
            high = {column.name: ranges[f"high_{column.name}"] for column in SCHEMAS[collection] if not column.width}
        return cls(
            collection=collection,
            columns={
                column.name: map_array(folder / COLUMNS / f"{column.name}.npy", copy_on_write=True)
                for column in SCHEMAS[collection]
            },
            offsets=np.load(folder / OFFSETS, allow_pickle=False),
            rank_of_commune=ranks_along(place_order),
            low=low,
            high=high,
            postings={name: mapped(f"{POSTINGS_FOLDER}/{name}.npy") for name in POSTINGS[collection]},
            record_of_row=mapped(RECORD_OF_ROW),
            keys=mapped(KEYS),
            in_key_order=mapped(IN_KEY_ORDER),
            rows_by_record=mapped(ROWS_BY_RECORD),
            row_starts=mapped(ROW_STARTS),
            ids=_bytes(folder / IDS),
            id_starts=mapped(ID_STARTS),
            payloads=Payloads.load(folder, collection.value),
        )


def ranks_along(place_order: NDArray[np.int32]) -> NDArray[np.int64]:
    """(n_communes + 1,) place of each commune along the curve; the last, of no known commune, comes after all."""
    return np.append(np.argsort(place_order), len(place_order)).astype(np.int64)


def _bytes(path: Path) -> NDArray[np.uint8]:
    if path.stat().st_size == 0:
        return np.empty(0, dtype=np.uint8)
    return np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
