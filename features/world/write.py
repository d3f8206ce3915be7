"""A world into the store, or into Parquet files: in batches, with flat memory, the same bytes for the same seed."""

from collections.abc import Callable, Iterable
from pathlib import Path

from features import duplicates
from features.sources.base import Complete, as_it_is
from features.store import Kind, Store, WriteCounts, record_id
from features.world.table import ParquetTable
from features.world.world import ORDER, World

SOURCE = "monde"
"""The provenance of generated records in the store."""


def _no_progress(_: int) -> None:
    pass


def to_store(
    world: World,
    store: Store,
    kinds: Iterable[Kind] = ORDER,
    progress: Callable[[int], None] = _no_progress,
    completed: Complete = as_it_is,
) -> dict[Kind, WriteCounts]:
    """Write the world into the store in place of the one before; what was done to each kind.

    Each batch is one transaction, so that an interrupted run leaves whole batches, and a rerun completes it and
    changes nothing twice. Records of an earlier, larger world are deleted at the end of their kind. Other sources'
    records stay. `completed` is asked of each record.
    """
    done: dict[Kind, WriteCounts] = {}
    for kind in kinds:
        counts, kept = WriteCounts(), set[str]()
        for records in world.blocks(kind):
            if records:
                with store.writing() as writer, duplicates.following(writer):
                    counts += writer.upsert(map(completed, records), SOURCE)
                kept.update(map(record_id, records))
            progress(len(records))
        with store.writing() as writer, duplicates.following(writer):
            counts += WriteCounts(deleted=writer.delete_absent(kind, SOURCE, kept))
        done[kind] = counts
    return done


def to_parquet(
    world: World, folder: Path, kinds: Iterable[Kind] = ORDER, progress: Callable[[int], None] = _no_progress
) -> dict[Kind, int]:
    """Write one `<kind>.parquet` for each kind into `folder`, made if missing; the number of records of each.

    A file appears under its name when it is whole. Columns are the record's fields, nested as they are; defaults are
    written out, so that null always means "not known".
    """
    folder.mkdir(parents=True, exist_ok=True)
    done: dict[Kind, int] = {}
    for kind in kinds:
        with ParquetTable(folder / f"{kind.value}.parquet", kind) as table:
            for records in world.blocks(kind):
                table.append(records)
                progress(len(records))
        done[kind] = table.rows
    return done
