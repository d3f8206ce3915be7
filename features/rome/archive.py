"""The ROME 4.0 archive as France Travail publishes it: a folder or a zip of `unix_*_v4NN_utf8.csv` files.

The version number is read from the file names and may be any. Some of the archive's quirks, met in version 460:
`unix_arborescence_secteur_naf` is ISO-8859-15 although its name says utf8, and `unix_texte` doubles apostrophes.
"""

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from features.rome.archive_rows import OPTIONAL_TABLES, TABLES, rows_of
from features.rome.referential import Rome
from features.sources.base import Reject, WrongFile
from features.sources.csv_table import MAX_BYTES, Table, decompress, parse_csv, read_bytes, refuse_large
from features.sources.reading import DAMAGED_ZIP

MAX_ARCHIVE_BYTES = 2**30
"""Uncompressed size of a whole zip: twenty times that of version 460."""

_MEMBER = re.compile(r"unix_(?P<table>[a-z_]+)_v(?P<version>\d{3,4})_utf8\.csv(?:\.gz)?", re.IGNORECASE)


def read_archive(path: Path) -> Rome:
    """The referential of an archive folder or zip.

    Links towards codes that the archive does not define are left out: `read_archive_with_rejects` lists them.
    Raises WrongFile for what is not a ROME 4.0 archive, with what was found and what was expected.
    """
    return read_archive_with_rejects(path)[0]


def read_archive_with_rejects(path: Path) -> tuple[Rome, list[Reject]]:
    """As `read_archive`, and every row that was not taken."""
    members = _zip_members(path) if path.is_file() else _folder_members(path)
    version, readers = _choose(members, path)
    missing = sorted(set(TABLES) - set(readers))
    needed = [table for table in missing if table not in OPTIONAL_TABLES]
    if needed:
        raise WrongFile(
            f"{path.name}: the ROME archive lacks {', '.join(needed)}; found: {', '.join(sorted(readers))}; "
            f"expected: {', '.join(TABLES)} as unix_<table>_v4NN_utf8.csv"
        )
    rejects = [
        Reject.of(0, table, "", "this table is not in the archive", "add it, or go on without what it tells")
        for table in missing
    ]
    tables: dict[str, Table] = {}
    for name, columns in TABLES.items():
        if name in readers:
            file_name, read = readers[name]
            tables[name] = parse_csv(read(), file_name, columns.required, columns.optional)
            rejects.extend(tables[name].rejects)
        else:
            tables[name] = Table(name, {column: [] for column in (*columns.required, *columns.optional)}, ())
    parts, strays = rows_of(version, tables)
    return Rome.from_parts(parts), [*rejects, *strays]


@dataclass(frozen=True, slots=True)
class _Member:
    """A file of the archive that is named like a table."""

    file_name: str
    table: str
    version: str
    read: Callable[[], bytes]


def _member(file_name: str, read: Callable[[], bytes]) -> _Member | None:
    match = _MEMBER.fullmatch(file_name)
    return None if match is None else _Member(file_name, match["table"].lower(), match["version"], read)


def _folder_members(folder: Path) -> list[_Member]:
    if not folder.is_dir():
        raise WrongFile(f"{folder} does not exist: the ROME archive, a folder or a zip, is expected")
    found = (_member(path.name, lambda path=path: read_bytes(path)) for path in sorted(folder.iterdir()))  # type: ignore[misc]
    return [member for member in found if member is not None]


def _zip_members(path: Path) -> list[_Member]:
    """Members by the last part of their name: nothing is ever extracted, so paths inside the zip do not matter."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except DAMAGED_ZIP as error:
        raise WrongFile(f"{path.name} is neither a folder nor a zip: the ROME archive is expected") from error
    total = sum(entry.file_size for entry in entries)
    if total > MAX_ARCHIVE_BYTES:
        raise WrongFile(
            f"{path.name} says it holds {total // 2**20} MiB, {MAX_ARCHIVE_BYTES // 2**20} is the limit: "
            "it is not a ROME archive"
        )
    found = (
        _member(entry.filename.rsplit("/", 1)[-1], lambda entry=entry: _read_entry(path, entry))  # type: ignore[misc]
        for entry in entries
        if not entry.filename.endswith("/")
    )
    return [member for member in found if member is not None]


def _read_entry(path: Path, entry: zipfile.ZipInfo) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as stream:
            content = stream.read(MAX_BYTES + 1)
    except DAMAGED_ZIP as error:
        raise WrongFile(
            f"{path.name}: {entry.filename} cannot be read ({error}): download the archive again"
        ) from error
    refuse_large(content, entry.filename)
    return decompress(content, entry.filename) if entry.filename.endswith(".gz") else content


def _choose(members: list[_Member], path: Path) -> tuple[str, Mapping[str, tuple[str, Callable[[], bytes]]]]:
    """The version ("4.60") and the reader of each table."""
    if not members:
        raise WrongFile(
            f"{path.name}: no ROME table found; expected files named unix_<table>_v4NN_utf8.csv "
            f"(or .csv.gz): {', '.join(TABLES)}"
        )
    versions = sorted({member.version for member in members})
    if len(versions) > 1:
        raise WrongFile(f"{path.name} mixes versions {', '.join(versions)}: keep the files of one")
    if not versions[0].startswith("4"):
        raise WrongFile(f"{path.name} is ROME version {versions[0]}: a version 4 archive is expected (v4NN)")
    readers: dict[str, tuple[str, Callable[[], bytes]]] = {}
    for member in members:
        if member.table in readers:
            raise WrongFile(f"{path.name} has {readers[member.table][0]} and {member.file_name}: keep one of them")
        readers[member.table] = (member.file_name, member.read)
    return f"{versions[0][0]}.{versions[0][1:]}", readers
