"""What an importer is: one file of this folder, one line in `registry.py`.

Two families. A *record source* turns a partner's file into records for the store. A *reference source* turns a
publisher's file into a referential (ROME, communes, certifications, tension, NAF hirings), which is published whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from features.records import Record
from features.reference import Reference
from features.store.kinds import Kind

VALUE_LIMIT = 80
"""Characters of a rejected value that are kept: enough to recognise it, too few to copy a CV."""


class Reject(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row that was not taken, as written to `rejects.ndjson`."""

    line: int
    """1-based line or element number in the file."""
    field: str
    value: str
    reason: str
    remedy: str
    id: str | None = None
    """The id of the record that the row would have given, where it is known: a complete feed does not delete it."""

    @classmethod
    def of(
        cls, line: int, field: str, value: object, reason: str, remedy: str, record_id: str | None = None
    ) -> "Reject":
        """A reject whose texts can be written: half of a surrogate pair, which JSON may hold, becomes `?`."""
        key = None if record_id is None else _writable(record_id)
        return cls(line, _writable(field), _writable(str(value)[:VALUE_LIMIT]), _writable(reason), remedy, key)


def _writable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The records that one row or element of the file gives (a LHÉO action gives a training and its sessions)."""

    line: int
    records: tuple[Record, ...]
    gone: tuple[tuple[Kind, str], ...] = ()
    """Records that the row says are no more (a closed establishment): they are deleted if they are there."""


Complete = Callable[[Record], Record]
"""Adds to a record what can be inferred from it (`models/inference.py`)."""


def as_it_is(record: Record) -> Record:
    """Nothing added."""
    return record


class WrongFile(ValueError):
    """The file as a whole is not what this source reads; raised before anything is written."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the file comes from, for `vivier import --list` and docs/data.md."""

    title: str
    publisher: str
    file_name: str
    """The publisher's name of the file, as one would search for it."""
    licence: str


class RecordSource(Protocol):
    """Reads records. `name` is the word on the command line and the default provenance of its records.

    A source is a frozen dataclass: `dataclasses.replace(source, name=...)` reads another partner's feed of that shape.
    """

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> Origin: ...

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of record it gives, those that others refer to first. A complete feed replaces all of them."""
        ...

    def example(self, folder: Path) -> Path:
        """Write a small valid file into `folder` and return its path: for the contract suite and for newcomers."""
        ...

    @property
    def spoil(self) -> tuple[str, str]:
        """A text of the example, and the one that makes its row bad, for the contract suite."""
        ...

    def read(self, path: Path, reference: Reference) -> Iterator[Parsed | Reject]:
        """Yield each row's records, or why it is rejected. Streams: memory does not grow with the file.

        Raises WrongFile (columns found and expected, or what was found instead): nothing of the file is then taken.
        """
        ...


class ReferenceSource(Protocol):
    """Builds one part of the reference data. `part` names the attribute of `Reference` that it fills."""

    name: str
    part: str
    origin: Origin

    def find(self, open_data: Path) -> list[Path]:
        """The publisher's files under a folder of open data; empty when they are not there."""
        ...

    def build(self, paths: list[Path], folder: Path) -> list[Reject]:
        """Read the publisher's files and write the referential's own files into `folder`.

        Raises WrongFile when a file or its header is not the expected one.
        """
        ...
