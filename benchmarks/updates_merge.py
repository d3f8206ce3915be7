"""A merge as the service has it made: by a process of its own, of low priority. Run by `benchmarks.updates`.

    python -m benchmarks.updates_merge DATA_DIR INDEX_FOLDER WORKLOAD_FOLDER CHANGES

Maps the index, applies as many changes, says `ready`, and publishes what is live as a generation under DATA_DIR. The
last line printed is one JSON object.
"""

import datetime as dt
import json
import os
import sys
import time
from pathlib import Path

from api.merging import NICENESS
from benchmarks.our_index import OurIndex, changed_rows, lookups_of
from benchmarks.workload import TODAY, Workload
from matching.generations import writing_generation
from matching.index.registry import DEFAULT
from matching.links import Links
from matching.schema import Collection


def main(data_dir: Path, folder: Path, home: Path, n_changes: int) -> None:
    workload = Workload.read(home)
    index = OurIndex.read(folder, lookups_of(workload.world))
    if n_changes:
        index.catalogue.apply(changed_rows(workload, slice(0, n_changes)), ())
    os.nice(NICENESS)
    print("ready", flush=True)
    started = time.perf_counter()
    with writing_generation(
        data_dir,
        index.lookups,
        store_identity="none",
        watermark=0,
        now=dt.datetime.combine(TODAY, dt.time(), dt.UTC),
        backend_name=DEFAULT,
    ) as draft:
        for collection in Collection:
            with draft.collection(collection) as writer:
                if collection is Collection.PROFILES:
                    for rows in index.catalogue.chunks():
                        writer.add(rows)
                    read = time.perf_counter()
        draft.links(Links())
        written = time.perf_counter()
    published = time.perf_counter()
    print(
        json.dumps({"read_s": read - started, "write_s": written - read, "publish_s": published - written}), flush=True
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
