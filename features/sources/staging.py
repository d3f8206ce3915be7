"""Records that passed the border, kept on disk until the whole file has been read.

An import writes nothing to the store before it knows that the file is readable to its end. The staging files have no
name on disk: a process that is killed leaves nothing behind.
"""

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from features.records import Record
from features.store import KIND_OF, RECORD_TYPES, Kind, record_id

_LENGTH_BYTES = 4
_BATCH = 10_000


class Staging:
    """Records by kind, in the order they came, each id once. Memory grows with the ids only."""

    def __init__(self, folder: Path) -> None:
        """`folder` gives the disk space; it must exist."""
        self._folder = folder
        self._files: dict[Kind, IO[bytes]] = {}
        self._gone: dict[Kind, IO[bytes]] = {}
        self._ids: dict[Kind, set[str]] = {}
        self._encoder = msgspec.msgpack.Encoder()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for stream in (*self._files.values(), *self._gone.values()):
            stream.close()

    def ids(self, kind: Kind) -> set[str]:
        return self._ids.get(kind, set())

    def __len__(self) -> int:
        return sum(len(ids) for ids in self._ids.values())

    def repeated(self, records: tuple[Record, ...]) -> Record | None:
        """The first of these records whose id is staged already."""
        return next((record for record in records if record_id(record) in self.ids(KIND_OF[type(record)])), None)

    def add(self, records: tuple[Record, ...]) -> None:
        for record in records:
            kind = KIND_OF[type(record)]
            self._ids.setdefault(kind, set()).add(record_id(record))
            body = self._encoder.encode(record)
            self._file(self._files, kind).write(len(body).to_bytes(_LENGTH_BYTES, "little") + body)

    def add_gone(self, gone: tuple[tuple[Kind, str], ...]) -> None:
        for kind, key in gone:
            self._file(self._gone, kind).write(key.encode() + b"\n")

    def _file(self, files: dict[Kind, IO[bytes]], kind: Kind) -> IO[bytes]:
        if kind not in files:
            files[kind] = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  closed with the staging
        return files[kind]

    def gone(self, kind: Kind) -> Iterator[list[str]]:
        """Ids that the file says are no more, in batches."""
        stream = self._gone.get(kind)
        if stream is None:
            return
        stream.seek(0)
        while batch := list(islice(stream, _BATCH)):
            yield [line.decode().rstrip("\n") for line in batch]

    def records(self, kind: Kind) -> Iterator[Record]:
        """The staged records of a kind."""
        stream = self._files.get(kind)
        if stream is None:
            return
        decoder = msgspec.msgpack.Decoder(RECORD_TYPES[kind])
        stream.seek(0)
        while length := stream.read(_LENGTH_BYTES):
            yield decoder.decode(stream.read(int.from_bytes(length, "little")))
