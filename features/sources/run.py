"""One import, from a partner's file to the store: read, check, stage; then everything in one transaction."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from features import duplicates
from features.border.problems import Problem
from features.reference import Reference
from features.sources.base import Complete, Parsed, RecordSource, Reject, WrongFile, as_it_is
from features.sources.feed import rejected
from features.sources.rejects import RejectsFile, rejects_path, writing_rejects
from features.sources.staging import Staging
from features.store import Kind, Store, WriteCounts, Writer, record_id

Progress = Callable[[int], None]

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class BadSourceName(ValueError):
    """A name that cannot stand in ids and file names."""


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    source: str
    counts: dict[Kind, WriteCounts]
    rejects: int
    rejects_file: Path
    grouped: int = 0
    """Offers that a near-duplicate stands for, in the blocks that this import touched."""
    files: tuple[str, ...] = field(default=())

    @property
    def total(self) -> WriteCounts:
        return sum(self.counts.values(), WriteCounts())

    @property
    def unchanged(self) -> bool:
        """Whether the store already said all of it."""
        return self.total.changed == 0


def import_records(
    store: Store,
    reference: Reference,
    source: RecordSource,
    paths: Sequence[Path],
    rejects_folder: Path,
    *,
    complete: bool = False,
    progress: Progress = lambda _rows: None,
    completed: Complete = as_it_is,
) -> Imported:
    """Bring the files' records into the store, all of them or, if anything stops it, none.

    `complete`: the files are the whole feed, so what `source.name` gave before and gives no more is deleted; a record
    whose row is bad this time stays. `completed` is asked of each good record. Bad rows go to the rejects file. Raises
    WrongFile, before any write, for a file that cannot be read to its end, and for a complete feed without a single
    good row (it would empty the store).
    """
    if _NAME.fullmatch(source.name) is None:
        raise BadSourceName(f"a source is named by letters, digits and . _ - (at most 60), not {source.name!r}")
    with writing_rejects(rejects_folder, source.name) as rejects, Staging(rejects_folder) as staging:
        for path in paths:
            _stage(store, source, path, reference, staging, rejects, progress, completed)
        if complete and len(staging) == 0:
            raise WrongFile(
                f"{', '.join(path.name for path in paths)}: no good row ({rejects.count} rejected). A complete feed "
                "replaces the former one: nothing was deleted. Check the file, or import it without --complete"
            )
        with store.writing() as writer:
            counts, grouped = _apply(writer, source, staging, rejects.ids, complete=complete)
        return Imported(
            source=source.name,
            counts=counts,
            rejects=rejects.count,
            rejects_file=rejects_path(rejects_folder, source.name),
            grouped=grouped,
            files=tuple(path.name for path in paths),
        )


def _stage(
    store: Store,
    source: RecordSource,
    path: Path,
    reference: Reference,
    staging: Staging,
    rejects: RejectsFile,
    progress: Progress,
    completed: Complete,
) -> None:
    for row in source.read(path, reference):
        progress(1)
        if isinstance(row, Reject):
            rejects.add(row)
        elif any(map(store.is_about_erased, row.records)):
            rejects.add(rejected(row.line, Problem.of("id", "", "erased")))  # the rejects do not name them either
        elif (again := staging.repeated(row.records)) is not None:
            rejects.add(_repeated(row, record_id(again)))
        else:
            staging.add(tuple(map(completed, row.records)))
            staging.add_gone(row.gone)


def _repeated(row: Parsed, key: str) -> Reject:
    return rejected(row.line, Problem.of("id", key, "repeated"), key)


def _apply(
    writer: Writer, source: RecordSource, staging: Staging, spared: set[str], *, complete: bool
) -> tuple[dict[Kind, WriteCounts], int]:
    counts: dict[Kind, WriteCounts] = {}
    with duplicates.following(writer) as groups:
        for kind in source.kinds:
            kept = staging.ids(kind)
            counts[kind] = writer.upsert(staging.records(kind), source.name)
            for batch in staging.gone(kind):
                counts[kind] += WriteCounts(deleted=writer.delete(kind, [key for key in batch if key not in kept]))
            if complete:
                gone = writer.delete_absent(kind, source.name, kept | spared)
                counts[kind] += WriteCounts(deleted=gone)
    return counts, groups.grouped
