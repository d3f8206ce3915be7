"""`CollectionWriter`: from prepared rows, in any order, to the files that `Written` and an index map.

Rows are spooled to disk as they come and put in order at the end, column by column, so that memory stays far below the
size of the collection.
"""

import contextlib
import shutil
from array import array
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from features.array_files import save_array
from matching import written
from matching.catalogue import Rows
from matching.index.cluster import Cluster
from matching.index.codes import Facts
from matching.index.registry import backend
from matching.keys import key_number
from matching.payload_file import PayloadWriter
from matching.schema import BANDS, POSTINGS, SCHEMAS, SECOND_ORDER, WITHOUT_VECTORS, Collection, Column

VECTORS: Final = "vectors"
BLOCK: Final = 65536
REGIONS: Final = 64
"""Parts of the country that an index elsewhere is told of, each with as many communes."""


class CollectionWriter:
    """Writes one collection into `folder`, which must exist and be empty."""

    def __init__(
        self,
        folder: Path,
        collection: Collection,
        place_order: NDArray[np.int32],
        backend_name: str,
        dim: int,
        cluster: Cluster | None = None,
    ) -> None:
        """`place_order`: commune rows along the curve; `dim`: of the vectors, whatever the collection; `cluster`: for a
        backend whose rows are elsewhere."""
        self._folder, self._collection, self._place_order = folder, collection, place_order
        self._backend, self._dim = backend(backend_name, cluster), dim
        self._schema: tuple[Column, ...] = SCHEMAS[collection]
        self._spool = folder / "spool"
        self._spool.mkdir()
        names = [column.name for column in self._schema] + [VECTORS] * (collection not in WITHOUT_VECTORS)
        self._files: dict[str, BinaryIO] = {name: (self._spool / name).open("wb") for name in names}
        self._ids, self._payloads = (folder / written.IDS).open("wb"), PayloadWriter(folder)
        self._keys, self._row_counts, self._id_starts = array("q"), array("q"), array("q", [0])
        self._n_rows = 0

    @property
    def n_records(self) -> int:
        return len(self._keys)

    def add(self, rows: Rows) -> None:
        """Take rows; those of one record must stand together, in one call."""
        for column in self._schema:
            values = rows.columns[column.name]
            self._files[column.name].write(np.ascontiguousarray(values, dtype=column.dtype).tobytes())
        if VECTORS in self._files:
            self._files[VECTORS].write(rows.vectors.astype(np.float16).tobytes())
        previous: str | None = None
        for key, payload in zip(rows.ids, rows.payloads, strict=True):
            if key == previous:
                self._row_counts[-1] += 1
                continue
            previous = key
            self._keys.append(key_number(key))
            self._row_counts.append(1)
            self._id_starts.append(self._id_starts[-1] + self._ids.write(key.encode()))
            self._payloads.add(payload)
        self._n_rows += len(rows)

    def finish(self) -> None:
        """Put everything in order and write it. Raises ValueError when two records have one id (or one key number)."""
        for file in (*self._files.values(), self._ids):
            file.close()
        self._payloads.finish()
        keys = np.array(self._keys, dtype=np.int64)
        in_key_order = np.argsort(keys, kind="stable").astype(np.int32)
        twice = np.flatnonzero(np.diff(keys[in_key_order]) == 0)
        if len(twice):
            names = sorted({self._id_at(int(record)) for record in in_key_order[twice[0] : twice[0] + 2]})
            told = f"one id: {names[0]}" if len(names) == 1 else f"ids of one number: {names[0]} and {names[1]}"
            raise ValueError(f"two records of {self._collection.value} have {told}")
        row_counts = np.array(self._row_counts, dtype=np.int64)
        order, bands, ranks = self._order()
        record = np.repeat(np.arange(len(keys), dtype=np.int32), row_counts)
        place_of = np.empty(len(order), dtype=np.int32)
        place_of[order] = np.arange(len(order), dtype=np.int32)
        row_starts = np.append(0, np.cumsum(row_counts)).astype(np.int64)
        for name, values in (
            (written.OFFSETS, self._offsets(bands, ranks)),
            (written.RECORD_OF_ROW, record[order]),
            (written.KEYS, keys),
            (written.IN_KEY_ORDER, in_key_order),
            (written.ROWS_BY_RECORD, place_of),
            (written.ROW_STARTS, row_starts),
            (written.ID_STARTS, np.array(self._id_starts, dtype=np.int64)),
        ):
            save_array(self._folder / name, values)
        self._write_columns(order, bands[order])
        if VECTORS in self._files:
            vectors = self._spooled(VECTORS, "float16", self._dim)
            blocks = lambda: (vectors[order[start : start + BLOCK]] for start in range(0, len(order), BLOCK))  # noqa: E731
            self._backend.write(self._folder, self._dim, len(order), blocks, self._facts(order, ranks))
        shutil.rmtree(self._spool)

    def close(self) -> None:
        """Let go of the files, whatever became of the rows: those of a writer that failed go with their folder."""
        for close in (*[file.close for file in self._files.values()], self._ids.close, self._payloads.close):
            with contextlib.suppress(OSError):  # what is left to be written has no room; that was told already
                close()

    def _order(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Spooled rows in their final order, and the band and place rank of each spooled row."""
        ranks = written.ranks_along(self._place_order)[self._column("commune")]
        bands = BANDS[self._collection].of(self._column).astype(np.int64)
        second = self._column(SECOND_ORDER[self._collection])
        return np.lexsort((second if second.ndim == 1 else second[:, 0], ranks, bands)), bands, ranks

    def _facts(self, order: NDArray[np.int64], ranks: NDArray[np.int64]) -> Facts:
        """What an index elsewhere is told of the ordered rows: regions are stretches of the curve of places."""
        places = ranks[order]
        regions = places * REGIONS // (len(self._place_order) + 1)
        return Facts(self._collection, lambda name: self._column(name)[order], places, regions)

    def _offsets(self, bands: NDArray[np.int64], ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        n_bands, n_places = BANDS[self._collection].count, len(self._place_order) + 1
        counts = np.bincount(bands * n_places + ranks, minlength=n_bands * n_places)
        ends = np.append(0, np.cumsum(counts))
        return np.stack([ends[band * n_places : (band + 1) * n_places + 1] for band in range(n_bands)])

    def _write_columns(self, order: NDArray[np.int64], bands: NDArray[np.int64]) -> None:
        """Every column in the final order, and its range in each band; `bands` are those of the ordered rows."""
        (self._folder / written.COLUMNS).mkdir()
        limits = np.searchsorted(bands, np.arange(BANDS[self._collection].count + 1))
        ranges: dict[str, NDArray[Any]] = {}
        for column in self._schema:
            values = self._column(column.name)[order]
            save_array(self._folder / written.COLUMNS / f"{column.name}.npy", values)
            if not column.width:
                parts = [values[start:stop] for start, stop in pairwise(limits.tolist())]
                ranges[f"low_{column.name}"] = _ends(parts, np.min, column)
                ranges[f"high_{column.name}"] = _ends(parts, np.max, column)
        np.savez(self._folder / written.RANGES, allow_pickle=False, **ranges)
        (self._folder / written.POSTINGS_FOLDER).mkdir()
        for name in POSTINGS[self._collection]:
            rows = np.argsort(self._column(name)[order], kind="stable").astype(np.int32)
            save_array(self._folder / written.POSTINGS_FOLDER / f"{name}.npy", rows)

    def _column(self, name: str) -> NDArray[Any]:
        column = next(column for column in self._schema if column.name == name)
        return self._spooled(name, column.dtype, column.width)

    def _spooled(self, name: str, dtype: str, width: int) -> NDArray[Any]:
        shape = (self._n_rows, width) if width else (self._n_rows,)
        if self._n_rows == 0:
            return np.empty(shape, dtype=dtype)
        return np.memmap(self._spool / name, dtype=dtype, mode="r", shape=shape).view(np.ndarray)

    def _id_at(self, record: int) -> str:
        ids = (self._folder / written.IDS).read_bytes()
        return ids[self._id_starts[record] : self._id_starts[record + 1]].decode()


def _ends(parts: list[NDArray[Any]], end: Any, column: Column) -> NDArray[Any]:
    """The least or greatest known value of each part."""
    known: Iterator[NDArray[Any]] = (part[part == part] for part in parts)  # NaN is unlike itself
    return np.array([end(part) if len(part) else column.missing for part in known], dtype=column.dtype)
