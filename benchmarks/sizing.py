"""What it takes to grow: a sizing model fitted on the measured figures of `benchmarks/results`.

    python -m benchmarks.sizing [--quick] [--json FILE]

Nothing is run here. Lines are fitted through measured sizes and carried on to larger ones; every figure says whether it
was *run* at that size or only *computed*. Bytes a row go on as they are; a search in memory is taken to cost so much
more for each tenfold (three sizes measured), an exact search of all rows of the cluster so much more for each row (two
sizes). A machine is filled to `FILL`. `docs/scale.md` has the table, and a test that it is this one.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.report import Report

RESULTS: Final = Path(__file__).parent / "results"
FILL: Final = 0.7
"""Share of a machine's memory that data may take: the rest is for queries, compaction, and the loss of a neighbour."""
NODE_GIB: Final = 64.0
"""Memory of a query node of the cluster."""
BUDGET_MS: Final = 50.0
"""What a search of the cluster may take, the clauses and the way there included."""
SIZES: Final[Mapping[str, int]] = {
    "France, profiles": 6_000_000,
    "EURES, profiles": 30_000_000,
    "EURES, all that is searched": 100_000_000,
    "a history of all offers": 1_000_000_000,
}


@dataclass(frozen=True)
class Line:
    """y = start + slope · x."""

    start: float
    slope: float

    @classmethod
    def through(cls, points: Sequence[tuple[float, float]]) -> "Line":
        """The line of least squares. Raises ValueError for fewer than two different x."""
        x, y = np.array(points, dtype=np.float64).T
        if len(set(x.tolist())) < 2:
            raise ValueError(f"a line needs two sizes: only {sorted(set(x.tolist()))} were measured")
        slope, start = np.polyfit(x, y, 1)
        return cls(float(start), float(slope))

    def at(self, x: float) -> float:
        return self.start + self.slope * x


@dataclass(frozen=True)
class Model:
    """What was measured, as lines."""

    local_bytes: Line
    """Memory of a process that searches so many rows itself."""
    local_ms: Line
    """Median of a search in memory, by the logarithm of rows to base 10."""
    local_sizes: tuple[int, ...]
    """Rows at which searches in memory were run."""
    payload_bytes: float
    """On disk, a record: what is shown of it."""
    column_bytes: float
    """A row, of what a node keeps itself when vectors are in the cluster."""
    cluster_bytes: Line
    """Memory of the cluster, by rows."""
    cluster_ms: Line
    """Median of an exact search of all rows of the cluster, one query node of two cores, by rows."""
    cluster_sizes: tuple[int, ...]
    insert_per_s: float
    """Rows that one process loads."""
    requests_per_s: float
    """Of the mixed load, one node of two cores at `requests_rows`."""
    requests_rows: int

    @classmethod
    def fitted(cls, results: Path = RESULTS) -> "Model":
        """Raises FileNotFoundError and KeyError for a figure that is not there."""
        retrieval, cluster = _figures(results, "retrieval"), _figures(results, "milvus")
        payloads, latency = _figures(results, "payloads"), _figures(results, "api_latency")
        local = _sizes(retrieval, "_rows_mix_p50_ms")
        mib = 2.0**20
        grown = [(rows, mib * retrieval[f"{rows}_rows_resident_mib"]) for rows in local]
        remote = _sizes(cluster, "_flat_100.0%_p50_ms")
        dim = int(retrieval[f"{local[0]}_rows_dim"])
        clients = [key for key in latency if key.endswith("_clients_per_s")]
        return cls(
            local_bytes=Line.through(grown),
            local_ms=Line.through([(math.log10(rows), retrieval[f"{rows}_rows_mix_p50_ms"]) for rows in local]),
            local_sizes=local,
            payload_bytes=payloads["profiles_compressed_bytes"],
            column_bytes=retrieval[f"{local[-1]}_rows_bytes_per_row"] - 2 * dim,
            cluster_bytes=Line.through([(rows, mib * cluster[f"{rows}_flat_resident_mib"]) for rows in remote]),
            cluster_ms=Line.through([(rows, cluster[f"{rows}_flat_100.0%_p50_ms"]) for rows in remote]),
            cluster_sizes=remote,
            insert_per_s=float(np.median([cluster[f"{rows}_flat_insert_rows_per_s"] for rows in remote])),
            requests_per_s=max(latency[key] for key in clients),
            requests_rows=int(clients[0].split("_")[0]),
        )

    def needs(self, rows: int) -> "Needs":
        """What so many rows take."""
        if self.cluster_ms.slope <= 0:
            raise ValueError("a search of the cluster took no longer at more rows: measure larger sizes")
        by_memory = self.cluster_bytes.slope * rows / (FILL * NODE_GIB * 2**30)
        most_rows = max((BUDGET_MS - self.cluster_ms.start) / self.cluster_ms.slope, 1.0)
        return Needs(
            rows=rows,
            box_gib=self.local_bytes.at(rows) / FILL / 2**30,
            box_ms=self.local_ms.at(math.log10(rows)),
            box_run=rows in self.local_sizes,
            node_disk_gib=(self.column_bytes + self.payload_bytes) * rows / 2**30,
            cluster_gib=self.cluster_bytes.slope * rows / FILL / 2**30,
            query_nodes=max(math.ceil(by_memory), 1),
            scan_nodes=max(math.ceil(rows / most_rows), 1),
            load_hours=rows / self.insert_per_s / 3600,
        )


@dataclass(frozen=True)
class Needs:
    """What a size takes; computed, but for the box where `box_run`."""

    rows: int
    box_gib: float
    """Memory of one machine that searches it all."""
    box_ms: float
    box_run: bool
    node_disk_gib: float
    """Columns and records that each node maps beside a cluster."""
    cluster_gib: float
    query_nodes: int
    """Of `NODE_GIB`, by memory."""
    scan_nodes: int
    """By time: as many as keep an exact scan under `BUDGET_MS`."""
    load_hours: float


def table(model: Model) -> list[str]:
    """The lines of the table, in Markdown."""
    lines = [
        "| rows | one machine: memory, search p50 | beside a cluster: a node's disk | cluster: memory, query nodes "
        f"of {NODE_GIB:g} GiB | exact scan of all rows in {BUDGET_MS:g} ms | loading by one process |",
        "|---|---|---|---|---|---|",
    ]
    for name, rows in SIZES.items():
        needs = model.needs(rows)
        box = f"{needs.box_gib:,.0f} GiB, {needs.box_ms:.1f} ms {'(run)' if needs.box_run else '(computed)'}"
        lines.append(
            f"| {name}: {rows:,} | {box} | {needs.node_disk_gib:,.0f} GiB | "
            f"{needs.cluster_gib:,.0f} GiB, {needs.query_nodes} | {needs.scan_nodes:,} nodes of 2 cores | "
            f"{needs.load_hours:,.1f} h |"
        )
    return lines


def main() -> None:
    report = Report.from_command_line("sizing", about=__doc__ or "")
    for name in ("retrieval", "milvus", "payloads", "api_latency"):
        report.data(RESULTS / f"{name}.json")
    model = Model.fitted()
    report.figure("local_bytes_a_row", model.local_bytes.slope, 0)
    report.figure("local_ms_a_tenfold", model.local_ms.slope)
    report.figure("local_sizes_run", ", ".join(map(str, model.local_sizes)))
    report.figure("column_bytes_a_row", model.column_bytes, 0)
    report.figure("payload_bytes_a_record", model.payload_bytes, 0)
    report.figure("cluster_bytes_a_row", model.cluster_bytes.slope, 0)
    report.figure("cluster_search_start_ms", model.cluster_ms.start)
    report.figure("cluster_search_ms_a_million_rows", 1e6 * model.cluster_ms.slope)
    report.figure("cluster_sizes_run", ", ".join(map(str, model.cluster_sizes)))
    report.figure("insert_rows_per_s_a_loader", model.insert_per_s, 0)
    report.figure("requests_per_s_a_node", model.requests_per_s, 0)
    report.figure("requests_rows_run", model.requests_rows)
    for name, rows in SIZES.items():
        needs = model.needs(rows)
        for key in ("box_gib", "box_ms", "node_disk_gib", "cluster_gib", "query_nodes", "scan_nodes", "load_hours"):
            report.figure(f"{rows}_{key}", getattr(needs, key), 1)
        report.figure(f"{rows}_box_was", "run" if needs.box_run else "computed")
        print(f"  ({name})")
    print("\n".join(table(model)))
    report.finish()


def _figures(results: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))["figures"]
    return found


def _sizes(figures: Mapping[str, Any], ending: str) -> tuple[int, ...]:
    """The sizes that a figure was measured at: its names begin with them."""
    return tuple(sorted(int(key.removesuffix(ending)) for key in figures if key.endswith(ending) and key[0].isdigit()))


if __name__ == "__main__":
    main()
