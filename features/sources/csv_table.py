"""Publishers' CSV files as columns of text, whatever their encoding and separator.

A reference file is read whole: it is megabytes. Sizes are capped before anything is parsed, so that a compressed file
cannot fill the memory.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from features.sources.base import Reject, WrongFile
from features.sources.reading import check_header, open_bytes

MAX_BYTES = 128 * 2**20
"""Uncompressed size of one reference file: ten times the largest known."""
MAX_FIELD_BYTES = 2**20

Names = Mapping[str, Sequence[str]]
"""Our name of each column, and the names publishers give it, the first one being the usual one."""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of text under our names, all of one length; a value that is not given is ""."""

    name: str
    columns: Mapping[str, list[str]]
    rejects: tuple[Reject, ...]
    """Rows that do not have as many fields as the header; they are in no column."""

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))

    def __getitem__(self, column: str) -> list[str]:
        return self.columns[column]

    def rows(self, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
        """(record number, values of these columns) of each row; the header is record 1."""
        return enumerate(zip(*(self.columns[column] for column in columns), strict=True), start=2)


def read_csv(path: Path, required: Names, optional: Names | None = None) -> Table:
    """The columns of a .csv or .csv.gz file. Raises WrongFile."""
    return parse_csv(read_bytes(path), path.name, required, optional)


def read_bytes(path: Path) -> bytes:
    """The content of a plain, gzip or one-file zip file, unfolded. Raises WrongFile when it is damaged or too large."""
    with open_bytes(path) as stream:
        content = stream.read(MAX_BYTES + 1)
    refuse_large(content, path.name)
    return content


def decompress(content: bytes, name: str) -> bytes:
    """What a gzip file holds. Raises WrongFile when it is damaged or too large."""
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            plain = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise WrongFile(f"{name} is not a whole gzip file ({error}): download it again") from error
    refuse_large(plain, name)
    return plain


def refuse_large(content: bytes, name: str) -> None:
    if len(content) > MAX_BYTES:
        raise WrongFile(f"{name} is larger than {MAX_BYTES // 2**20} MiB once decompressed: it is not a reference file")


def parse_csv(content: bytes, name: str, required: Names, optional: Names | None = None) -> Table:
    """The columns of a CSV file, under our names.

    UTF-8, with or without a byte order mark; bytes that are not UTF-8 are ISO-8859-15, which some publishers' files
    are whatever their name says. The separator is the one the header uses (comma, semicolon, tab). Raises WrongFile
    when a required column is missing or a column is there twice, with the columns found and expected.
    """
    text = _as_utf8(content, name)
    try:
        header, separator = _header(text)
    except csv.Error as error:
        raise WrongFile(f"{name}: its first line is not a header that can be read ({error})") from error
    wanted = {**required, **(optional or {})}
    positions = _positions(header, wanted)
    check_header(Path(name), header, frozenset(header[position] for position in positions.values()))
    missing = [names[0] for ours, names in required.items() if ours not in positions]
    if missing:
        raise WrongFile(
            f"{name}: column {', '.join(missing)} is missing; found: {', '.join(header)[:500]}; "
            f"expected: {', '.join(names[0] for names in required.values())}"
        )
    invalid: list[Reject] = []
    table = _parse(text, name, header, separator, sorted(set(positions.values())), invalid)
    columns = {
        ours: table.column(str(positions[ours])).to_pylist() if ours in positions else [""] * table.num_rows
        for ours in wanted
    }
    return Table(name, columns, tuple(invalid))


def _as_utf8(content: bytes, name: str) -> bytes:
    if b"\0" in content[:MAX_BYTES]:
        raise WrongFile(f"{name} holds NUL bytes: a CSV text file in UTF-8 or ISO-8859-15 is expected")
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("iso-8859-15").encode("utf-8")
    return content


def _header(text: bytes) -> tuple[list[str], str]:
    line = text[:65536].split(b"\n", 1)[0].decode("utf-8", errors="replace").rstrip("\r")
    separator = max(",;\t", key=line.count)
    return [column.strip() for column in next(csv.reader([line], delimiter=separator), [])], separator


def _positions(header: list[str], wanted: Names) -> dict[str, int]:
    by_name = {column.casefold(): position for position, column in reversed(list(enumerate(header)))}
    return {
        ours: by_name[theirs.casefold()]
        for ours, names in wanted.items()
        for theirs in reversed(names)
        if theirs.casefold() in by_name
    }


def _parse(
    text: bytes, name: str, header: list[str], separator: str, positions: list[int], invalid: list[Reject]
) -> pa.Table:
    columns = [str(position) for position in positions]
    body = text.partition(b"\n")[2]
    if not body.strip():
        return pa.table({column: pa.array([], pa.string()) for column in columns})

    def on_invalid_row(row: Any) -> str:
        invalid.append(
            Reject.of(
                row.number + 1,
                name,
                row.text or "",
                f"{row.actual_columns} fields where the header has {row.expected_columns}",
                "quote the values that hold a separator",
            )
        )
        return "skip"

    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=len(body),
                column_names=[str(position) for position in range(len(header))],
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=on_invalid_row
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=columns, column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise WrongFile(f"{name} is not a CSV file that can be read: {error}") from error
    for column, position in zip(columns, positions, strict=True):
        longest = pc.max(pc.binary_length(table.column(column))).as_py() or 0
        if longest > MAX_FIELD_BYTES:
            raise WrongFile(f"{name}: a value of column {header[position]} is {longest} bytes long, 1 MiB is the limit")
    return table
