"""People who were erased leave the files of the indexes: the live rows are written as a new generation, older ones go.

Nothing is overwritten in place: other processes have the files mapped. They adopt the new generation within a moment,
and the disk has the old one back once the last of them has let go.
"""

import datetime as dt
from pathlib import Path

from features.artifacts import drop_where
from features.store.erasure_log import last_seq
from matching.engine import Engine
from matching.generations import INDEX_ROOT
from matching.index.cluster import Cluster
from matching.index.registry import DEFAULT, settle


def forget_in_indexes(engine: Engine, now: dt.datetime) -> bool:
    """Have no generation on disk that was written before the last erasure; whether a new one had to be written. The
    caller holds the lock of merges. Raises as `Engine.merge`."""
    written = engine.holds_erased
    if written:
        engine.merge(now)
    forget_generations(engine.data_dir, last_seq(engine.store), str(engine.generation["backend"]), engine.cluster)
    return written


def forget_generations(
    data_dir: Path, erased_upto: int, backend_name: str = DEFAULT, cluster: Cluster | None = None
) -> int:
    """Remove the generations but the one in force that were written before an erasure, and what a cluster held of them;
    how many."""
    root = data_dir / INDEX_ROOT
    dropped = drop_where(root, lambda meta: int(meta["watermark"]) < erased_upto)
    if dropped:
        settle(root, backend_name, cluster)
    return dropped
