"""Files beside the store and the indexes that may speak of a person: rejects, logs, exports, tables for training.

What a file is, tells its ending: of texts the lines go that name the person, of Parquet tables the rows; an archive of
arrays is one person's among others' and goes whole, since it is made again at will. What is none of these is left, and
named: nobody but its owner can tell what to do with it.
"""

import gzip
import os
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from features.privacy.needles import file_holds, holds, needles

LINES: Final = frozenset({".ndjson", ".jsonl", ".csv", ".tsv", ".txt", ".log", ".geojsonl"})
ELSEWHERE: Final = frozenset({"indexes", "reference", "vectors", "encoder"})
"""Folders of the data folder that are of nobody, or are seen to by others (`matching.forgetting`)."""


@dataclass(frozen=True)
class Swept:
    """What became of the files that named a person; paths as they are below the folder."""

    lines: int = 0
    rows: int = 0
    removed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Files that name the person, and that only their owner can change."""

    def __add__(self, other: "Swept") -> "Swept":
        return Swept(
            self.lines + other.lines, self.rows + other.rows, self.removed + other.removed, self.left + other.left
        )


def sweep(folder: Path, names: Collection[str], besides: Collection[Path] = ()) -> Swept:
    """Take what names a person by one of `names` out of the files of a data folder, but those of the database
    (`besides`) and those in `ELSEWHERE`."""
    wanted = needles(names)
    spared = {path.resolve() for path in besides}
    return sum(
        (_swept(path, folder, wanted, frozenset(names)) for path in _files(folder) if path.resolve() not in spared),
        Swept(),
    )


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.relative_to(folder).parts[0] not in ELSEWHERE and path.is_file() and not path.is_symlink():
            yield path


def _swept(path: Path, folder: Path, wanted: tuple[bytes, ...], names: frozenset[str]) -> Swept:
    shown = str(path.relative_to(folder))
    packed = path.suffix == ".gz"
    ending = Path(path.stem).suffix if packed else path.suffix
    if ending in LINES:
        return Swept(lines=_drop_lines(path, wanted, packed))
    if ending == ".parquet":
        return Swept(rows=_drop_rows(path, names))
    if ending in (".npz", ".npy") and _arrays_hold(path, wanted):
        path.unlink()
        return Swept(removed=(shown,))
    if packed or ending in (".npz", ".npy"):
        return Swept(left=(shown,)) if packed and _gzip_holds(path, wanted) else Swept()
    return Swept(left=(shown,)) if file_holds(path, wanted) else Swept()


def _drop_lines(path: Path, wanted: tuple[bytes, ...], packed: bool) -> int:
    """A log may be open for writing: its lines are overwritten where they stand. Other files are written anew."""
    if not packed and not file_holds(path, wanted):
        return 0
    if path.suffix == ".log":
        return _blank_lines(path, wanted)
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    lines = data.splitlines(keepends=True)
    kept = [line for line in lines if not holds(line, wanted)]
    if len(kept) < len(lines):
        whole = b"".join(kept)
        _replace(path, gzip.compress(whole) if packed else whole)
    return len(lines) - len(kept)


def _blank_lines(path: Path, wanted: tuple[bytes, ...]) -> int:
    dropped = 0
    with path.open("r+b") as stream:
        while True:
            start = stream.tell()
            line = stream.readline()
            if not line:
                return dropped
            if holds(line, wanted):
                body = line.rstrip(b"\r\n")
                stream.seek(start)
                stream.write(b" " * len(body))
                stream.seek(start + len(line))
                dropped += 1


def _drop_rows(path: Path, names: frozenset[str]) -> int:
    """Rows of a Parquet table of which a text column is one of `names`."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    schema = file.schema_arrow
    columns = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    values = pa.array(sorted(names), pa.string())

    def named(batch: Any) -> Any:
        found = pa.array([False] * len(batch))
        for name in columns:
            found = pc.or_(found, pc.is_in(batch.column(name).cast(pa.string()), value_set=values))
        return found

    dropped = sum(pc.sum(named(batch)).as_py() or 0 for batch in file.iter_batches(columns=columns)) if columns else 0
    if dropped:
        fresh = _beside(path)
        with pq.ParquetWriter(fresh, schema, compression="zstd") as writer:
            for batch in file.iter_batches():
                writer.write_batch(batch.filter(pc.invert(named(batch))))
        fresh.replace(path)
    file.close()
    return dropped


def _arrays_hold(path: Path, wanted: tuple[bytes, ...]) -> bool:
    if path.suffix == ".npy":
        return file_holds(path, wanted)
    try:
        with ZipFile(path) as archive:
            return any(holds(archive.read(name), wanted) for name in archive.namelist())
    except (BadZipFile, OSError):
        return file_holds(path, wanted)


def _gzip_holds(path: Path, wanted: tuple[bytes, ...]) -> bool:
    try:
        return holds(gzip.decompress(path.read_bytes()), wanted)
    except (OSError, EOFError):
        return file_holds(path, wanted)


def _replace(path: Path, data: bytes) -> None:
    fresh = _beside(path)
    fresh.write_bytes(data)
    fresh.replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
