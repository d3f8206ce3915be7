"""Opening partners' files: plain, gzip or zip, with bounds on what they may unfold to."""

import codecs
import csv
import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from features.sources.base import WrongFile

FIELD_LIMIT: Final = 1_000_000
"""Characters of any one field (a CSV cell, an XML text, a JSON string's element)."""

LINE_LIMIT: Final = 8_000_000
"""Bytes of any one line, or of one element of a JSON list."""

MAX_RATIO: Final = 200
"""Unfolded bytes per compressed byte: real exports stay under 60, bombs reach 1000."""

FREE_BYTES: Final = 64 * 1024 * 1024
"""Unfolded bytes that the ratio does not count: a small archive may be very regular."""

DAMAGED_ZIP: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    LookupError,
    ValueError,
)
"""What `zipfile` raises where an archive is damaged, or is of a kind that it does not read."""

_CHUNK: Final = 1 << 20


class Bounded:
    """A binary stream that refuses to unfold to more than its file may hold."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self._stream = stream
        self._path = path
        self._left = max(FREE_BYTES, path.stat().st_size * MAX_RATIO)

    def read(self, size: int = _CHUNK) -> bytes:
        """At most `size` bytes (a mebibyte when not said), b"" at the end. Raises WrongFile (bomb, damage)."""
        try:
            data = self._stream.read(_CHUNK if size is None or size < 0 else size)
        except DAMAGED_ZIP as error:
            raise WrongFile(f"{self._path.name} is damaged ({error}): fetch it again") from error
        self._left -= len(data)
        if self._left < 0:
            raise WrongFile(
                f"{self._path.name} unfolds to over {MAX_RATIO} times its size: unpack it and import the plain file"
            )
        return data

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> "Bounded":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def open_bytes(path: Path) -> Bounded:
    """The bytes of a file, unfolded when it is gzip, or a zip that holds one file.

    Raises WrongFile when the file is missing or a zip holds several.
    """
    try:
        head = _head(path)
    except OSError as error:
        raise WrongFile(f"{path} cannot be read ({error.strerror})") from error
    if head.startswith(b"\x1f\x8b"):
        return Bounded(cast("IO[bytes]", gzip.open(path, "rb")), path)
    if head.startswith(b"PK\x03\x04"):
        return Bounded(_only_member(path), path)
    return Bounded(path.open("rb"), path)


def _head(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)


def _only_member(path: Path) -> IO[bytes]:
    try:
        archive = zipfile.ZipFile(path)
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) != 1:
            names = ", ".join(info.filename for info in members[:5])
            raise WrongFile(f"{path.name} holds {len(members)} files ({names}): unpack it and import the right one")
        return archive.open(members[0])
    except WrongFile:
        raise
    except DAMAGED_ZIP as error:
        raise WrongFile(f"{path.name} is not a zip that can be read ({error})") from error


@dataclass(frozen=True, slots=True)
class TooLong:
    """Stands for a line above LINE_LIMIT; `head` is its beginning."""

    head: bytes


def lines(stream: Bounded) -> Iterator[tuple[int, bytes | TooLong]]:
    """(1-based number, line without its end) of each line; a line above LINE_LIMIT is passed over with flat memory."""
    number, pending, head = 1, bytearray(), None
    while chunk := stream.read(_CHUNK):
        start = 0
        while (end := chunk.find(b"\n", start)) >= 0:
            pending += chunk[start:end]
            yield number, TooLong(head) if head is not None else _line(pending)
            number, start, head = number + 1, end + 1, None
            pending.clear()
        pending += chunk[start:]
        if len(pending) > LINE_LIMIT:
            head = bytes(pending[:200]) if head is None else head
            pending.clear()
    if pending or head is not None:
        yield number, TooLong(head) if head is not None else _line(pending)


def _line(pending: bytearray) -> bytes | TooLong:
    return bytes(pending.rstrip(b"\r")) if len(pending) <= LINE_LIMIT else TooLong(bytes(pending[:200]))


def csv_rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> Iterator[tuple[int, list[str]]]:
    """(1-based line where the row ends, cells) of each row of a CSV file, the header included; blank lines are passed.

    Raises WrongFile for bytes that are not in `encoding`, a cell above FIELD_LIMIT (an unclosed quote reads as one)
    or a line above LINE_LIMIT.
    """
    csv.field_size_limit(FIELD_LIMIT)
    with open_bytes(path) as stream:
        reader = csv.reader(_text_lines(stream, path, encoding), delimiter=delimiter)
        try:
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
        except csv.Error as error:
            raise WrongFile(
                f"{path.name}, line {reader.line_num}: {error} (a cell holds at most {FIELD_LIMIT} characters; "
                "look for a quote that is not closed)"
            ) from error


def _text_lines(stream: Bounded, path: Path, encoding: str) -> Iterator[str]:
    # The line end is put back: a quoted cell may hold several lines.
    for number, line in lines(stream):
        if isinstance(line, TooLong):
            raise WrongFile(f"{path.name}, line {number}: longer than {LINE_LIMIT} bytes")
        data = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if b"\x00" in data:
            raise WrongFile(f"{path.name}, line {number}: a NUL byte; is this a text file?")
        try:
            yield data.decode(encoding) + "\n"
        except UnicodeDecodeError as error:
            raise WrongFile(
                f"{path.name}, line {number}: byte {data[error.start]:#04x} is not {encoding}; "
                "convert the file, or name its encoding in the mapping"
            ) from error


def csv_records(
    path: Path, needed: frozenset[str], encoding: str = "utf-8", delimiter: str = ","
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, column -> cell) of each row below the header; a row of another width has one cell, WRONG_WIDTH.

    Raises WrongFile before the first yield when the file is empty or its header lacks a needed column, naming the
    columns found and expected.
    """
    rows = csv_rows(path, encoding, delimiter)
    header = [name.strip() for name in next(rows, (0, []))[1]]
    check_header(path, header, needed)
    for line, cells in rows:
        if len(cells) == len(header):
            yield line, dict(zip(header, cells, strict=True))
        else:
            yield line, {WRONG_WIDTH: f"{len(cells)} cells for {len(header)} columns"}


WRONG_WIDTH: Final = "(row)"
"""Key of `csv_records` that stands alone in a row with too few or too many cells."""


def check_header(path: Path, found: list[str], needed: frozenset[str]) -> None:
    """Raises WrongFile when a needed column is not there, or is there twice."""
    twice = sorted(name for name in needed if found.count(name) > 1)
    if twice:
        raise WrongFile(f"{path.name}: column {', '.join(twice)} is there twice: keep one")
    missing = sorted(needed - set(found))
    if missing:
        raise WrongFile(
            f"{path.name}: missing column {', '.join(missing)}. "
            f"Found: {', '.join(name[:60] for name in found[:60]) or 'nothing'}. Expected: {', '.join(sorted(needed))}"
        )
