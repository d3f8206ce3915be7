"""What a process that only searches holds: run by `benchmarks.retrieval` in a process of its own.

    python -m benchmarks.retrieval_memory WORLD_FOLDER INDEX_FOLDER QUERIES

Prints one JSON object. `resident` is all that is mapped and touched, `private` what no other process maps just now,
`anonymous` what is not the pages of a file: the part that each further process adds.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.our_index import OurIndex, lookups_of
from benchmarks.workload import World, load_queries
from matching.index.registry import DEFAULT, backend


def main(world: Path, folder: Path, asked: Path) -> None:
    lookups = lookups_of(World.open(world))
    queries = load_queries(asked)
    _ = lookups.place_order, backend(DEFAULT)
    figures = {f"{name}_before_mib": value for name, value in memory_mib().items()}
    started = time.perf_counter_ns()
    index = OurIndex.read(folder, lookups)
    loaded = time.perf_counter_ns()
    index.find(queries[0], 100)
    figures["load_ms"] = (loaded - started) / 1e6
    figures["first_search_ms"] = (time.perf_counter_ns() - loaded) / 1e6
    for query in queries:
        index.find(query, 100)
    figures |= {f"{name}_mib": value for name, value in memory_mib().items()}
    print(json.dumps(figures))


def memory_mib() -> dict[str, float]:
    """`resident`, `private` and `anonymous` memory of this process; empty where Linux does not tell."""
    told = Path("/proc/self/smaps_rollup")
    return parsed(told.read_text()) if told.is_file() else {}


def parsed(rollup: str) -> dict[str, float]:
    """The same out of the text of an `smaps_rollup`."""
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in rollup.splitlines()[1:]}
    return {
        "resident": sizes["Rss"],
        "private": sizes["Private_Clean"] + sizes["Private_Dirty"],
        "anonymous": sizes["Anonymous"],
    }


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
