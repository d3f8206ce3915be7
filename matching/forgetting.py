"""People who were erased leave the files of the indexes: the live rows are written as a new generation, older ones go.

Nothing is overwritten in place: other processes have the files mapped. They adopt the new generation within a moment,
and the disk has the old one back once the last of them has let go.
"""

import datetime as dt
from pathlib import Path

from features.artifacts import drop_where
from features.store.erasure import last_seq
from matching.engine import Engine
from matching.generations import INDEX_ROOT


def forget_in_indexes(engine: Engine, now: dt.datetime) -> bool:
    """Have no generation on disk that was written before the last erasure; whether a new one had to be written. The
    caller holds the lock of merges. Raises as `Engine.merge`."""
    written = engine.holds_erased
    if written:
        engine.merge(now)
    forget_generations(engine.data_dir, last_seq(engine.store))
    return written


def forget_generations(data_dir: Path, erased_upto: int) -> int:
    """Remove the generations but the one in force that were written before an erasure; how many."""
    return drop_where(data_dir / INDEX_ROOT, lambda meta: int(meta["watermark"]) < erased_upto)
