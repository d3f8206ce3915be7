"""Everything of a folder of open data: the reference data first, then the records that need it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from features.reference import Reference
from features.sources.base import Complete, WrongFile, as_it_is
from features.sources.registry import OPEN_DATA_RECORDS, REFERENCE_SOURCES
from features.sources.run import Imported, Progress, import_records
from features.sources.run_reference import Published, import_reference
from features.store import Store


@dataclass(frozen=True)
class Absent:
    """A source whose files are not in the folder."""

    source: str
    file_name: str


def import_open_data(
    root: Path,
    store: Store,
    reference_dir: Path,
    rejects_folder: Path,
    progress: Progress = lambda _rows: None,
    completing: Callable[[Reference], Complete] = lambda _reference: as_it_is,
) -> Iterator[Published | Imported | Absent]:
    """Import each publisher's files found under `root`, and say what each import did as it ends.

    `completing` is asked, once the reference data are there, for what completes the records. A second run changes
    nothing. Raises WrongFile when the folder is not there or has none of the files, and
    ReferenceMissing when offers are there but neither ROME nor communes ever were.
    """
    if not root.is_dir():
        raise WrongFile(f"{root} is not a folder: give the folder of open data with --root or VIVIER_OPEN_DATA")
    files = {source.name: source.find(root) for source in REFERENCE_SOURCES}
    records = [(source, root / name) for source, name in OPEN_DATA_RECORDS if (root / name).is_file()]
    if not records and not any(files.values()):
        expected = ", ".join(source.origin.file_name for source in REFERENCE_SOURCES)
        raise WrongFile(f"{root} has none of the publishers' files; expected {expected} in its folders")
    for source in REFERENCE_SOURCES:
        found = files[source.name]
        if found:
            yield import_reference(source, found, reference_dir, rejects_folder)
            progress(1)
        else:
            yield Absent(source.name, source.origin.file_name)
    for feed, name in OPEN_DATA_RECORDS:
        if not (root / name).is_file():
            yield Absent(feed.name, name)
    if records:
        reference = Reference.load(reference_dir)
        completed = completing(reference)
        for feed, path in records:
            yield import_records(store, reference, feed, [path], rejects_folder, progress=progress, completed=completed)
