"""Filtered retrieval beside other engines: the same rows, queries and filters, one thread each.

    python -m benchmarks.peers [--quick] [--json FILE] [--rows N] [--only NAME ...] [--svg FILE]

Each engine runs in a process of its own, and is asked for 100 rows with growing effort until its recall@10 on the mix
of `benchmarks.workload` reaches the floor. Times are of whole searches, the evaluation of the filters included. An
engine that is not installed (`pip install vivier[peers]`) is said to be absent; one that never reaches the floor has
its figures at its greatest effort, and is not the best of anything. Recall is against float32 products of every
allowed row. `--quick` takes the engines in order for as long as its 45 s last, and says for which there was no time;
those that are slow to build come last. qdrant-client's local mode is no peer: it is Python lists, for tests.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import Peer, PeerUnavailable
from benchmarks.peer_adapters.registry import PEERS
from benchmarks.peers_chart import Bar, chart
from benchmarks.report import Report
from benchmarks.workload import Query, Workload, load_queries, save_queries

SEED: Final = 1
WORKER: Final = "--worker"
K: Final = 100
FLOOR: Final = 0.98
"""Recall@10 that a service would accept."""
OURS: Final = "vivier"
QUICK_BUDGET_S: Final = 45.0
FULL_TIMEOUT_S: Final = 3 * 3600.0
GRACE_S: Final = 3.0
"""For an engine to stop the server that it started."""
OUT_OF_TIME: Final = "no time left"


@dataclass(frozen=True)
class Measured:
    """What one engine's process says."""

    status: str
    """"ok", or why there is nothing else."""
    figures: dict[str, float]


def main() -> None:
    if sys.argv[1:2] == [WORKER]:
        work(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), quick=sys.argv[5] == "quick")
        return
    began = time.monotonic()
    options, others = _options()
    report = Report.from_command_line("peers", seed=SEED, arguments=others, about=__doc__ or "")
    workload = Workload.open(options.rows or report.repeats(1_000_000, quick=50_000))
    queries = workload.queries(report.repeats(500, quick=60), SEED)
    report.figure("rows", len(workload))
    report.figure("dim", workload.dim)
    report.figure("queries", len(queries))
    report.figure("allowed_share_p50", float(np.median([workload.allowed(query).mean() for query in queries])), 5)
    measured: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory(prefix="vivier-peers-") as name:
        asked = Path(name) / "asked.npz"
        save_queries(asked, queries)
        np.save(Path(name) / "right.npy", workload.nearest(queries, K))
        for peer in options.only or PEERS:
            left = QUICK_BUDGET_S - (time.monotonic() - began) if report.quick else FULL_TIMEOUT_S
            measured[peer] = measure(peer, workload.folder, Path(name), left, quick=report.quick)
            _say(report, peer, measured[peer])
    _compare(report, measured)
    if options.svg is not None:
        options.svg.write_text(chart(_bars(measured), len(workload), FLOOR), encoding="utf-8")
    report.finish()


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--only", nargs="+", choices=list(PEERS))
    parser.add_argument("--svg", type=Path)
    return parser.parse_known_args()


def measure(name: str, home: Path, asked: Path, left_s: float, *, quick: bool) -> Measured:
    """One engine in a fresh process, which has `left_s` seconds."""
    entry = PEERS[name]
    if not entry.is_installed():
        return Measured(f"absent: pip install '{entry.package}'", {})
    if left_s <= 0:
        return Measured(OUT_OF_TIME, {})
    command = [sys.executable, "-m", "benchmarks.peers", WORKER, name, str(home), str(asked)]
    with tempfile.TemporaryDirectory(prefix=f"vivier-{name}-") as folder:
        Path(folder).chmod(0o711)  # a server that refuses to run as root goes through it
        with subprocess.Popen(
            [*command, "quick" if quick else "full"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **dict.fromkeys(ONE_THREAD, "1"), "TMPDIR": folder},
        ) as process:
            try:
                printed, said = process.communicate(timeout=left_s)
            except subprocess.TimeoutExpired:
                _stop(process)
                return Measured(OUT_OF_TIME, {})
    if process.returncode:
        lines = said.strip().splitlines()
        return Measured(f"failed: {lines[-1] if lines else process.returncode}", {})
    answer = json.loads(printed.splitlines()[-1])
    return Measured(answer["status"], answer["figures"])


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()


ONE_THREAD: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "TOKIO_WORKER_THREADS",
    "LANCE_CPU_THREADS",
)
"""What sets the threads of the engines that read their environment."""


def work(name: str, home: Path, asked: Path, *, quick: bool) -> None:
    """What the process of `measure` does: prints the engine's status and figures."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(OUT_OF_TIME))  # so that `close` is called
    workload, queries = Workload.read(home), load_queries(asked / "asked.npz")
    right = np.load(asked / "right.npy")
    peer = PEERS[name].make()
    with tempfile.TemporaryDirectory() as folder:
        try:
            start = time.perf_counter()
            peer.build(workload, Path(folder), quick=quick)
            figures = {"build_s": time.perf_counter() - start}
            figures |= climb(peer, workload, queries, right)
            figures["bytes_per_vector"] = peer.bytes_per_vector()
            status = "ok" if figures["recall_at_10"] >= FLOOR else f"recall@10 stays under {FLOOR}"
        except PeerUnavailable as error:
            status, figures = f"unavailable: {error}", {}
        finally:
            peer.close()
    print(json.dumps({"status": status, "figures": figures}))


def climb(peer: Peer, workload: Workload, queries: Sequence[Query], right: NDArray[np.int64]) -> dict[str, float]:
    """The figures at the least effort whose recall@10 reaches the floor, else at the greatest."""
    for effort in peer.efforts:
        peer.effort = effort
        for query in queries[:5]:
            peer.search(query, K)
        found, times_ms = [], []
        for query in queries:
            start = time.perf_counter_ns()
            found.append(peer.search(query, K))
            times_ms.append((time.perf_counter_ns() - start) / 1e6)
        recalls = {
            k: [
                workload.recall(query, wanted, got, k) for query, wanted, got in zip(queries, right, found, strict=True)
            ]
            for k in (10, K)
        }
        figures = {
            "effort": effort,
            "recall_at_10": float(np.mean(recalls[10])),
            "recall_at_100": float(np.mean(recalls[K])),
            "p50_ms": float(np.percentile(times_ms, 50)),
            "p99_ms": float(np.percentile(times_ms, 99)),
        }
        if figures["recall_at_10"] >= FLOOR:
            break
    return figures


def _say(report: Report, name: str, measured: Measured) -> None:
    report.figure(f"{name}_status", measured.status)
    for figure in ("effort", "recall_at_10", "recall_at_100", "p50_ms", "p99_ms", "build_s", "bytes_per_vector"):
        if figure in measured.figures:
            report.figure(f"{name}_{figure}", measured.figures[figure], 1 if figure == "bytes_per_vector" else 3)


def _compare(report: Report, measured: dict[str, Measured]) -> None:
    others = {name: one.figures["p99_ms"] for name, one in measured.items() if name != OURS and one.status == "ok"}
    best = min(others, key=lambda name: others[name], default=None)
    report.figure("best_peer_at_p99", best)
    ours = measured.get(OURS)
    faster = others[best] / ours.figures["p99_ms"] if best is not None and ours and ours.status == "ok" else None
    report.figure("vivier_times_faster_than_best_at_p99", faster, 2)


def _bars(measured: dict[str, Measured]) -> list[Bar]:
    return [
        Bar(name, one.figures["p50_ms"], one.figures["p99_ms"], one.figures["recall_at_10"])
        for name, one in measured.items()
        if one.figures
    ]


if __name__ == "__main__":
    main()
