"""What scrapers read (Prometheus): how many requests, how fast, how many under way. Labels are routes, never values.

One worker shows its own figures. Several write theirs into files of one folder, and the command that started them adds
them up on one port: a scraper that met now one worker, now another, would see counters go back.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each label was first seen tells nobody anything
REGISTRY: Final = CollectorRegistry()
REQUESTS: Final = Counter(
    "vivier_http_requests", "Requests answered.", ("method", "route", "status"), registry=REGISTRY
)
DURATION: Final = Histogram(
    "vivier_http_request_seconds", "Time to answer.", ("method", "route"), buckets=_SECONDS, registry=REGISTRY
)
UNDER_WAY: Final = Gauge(
    "vivier_http_requests_under_way", "Requests being answered.", multiprocess_mode="livesum", registry=REGISTRY
)
FLAGS: Final = Counter("vivier_flags", "Accounts flagged, by pattern.", ("pattern",), registry=REGISTRY)


def note(method: str, route: str, status: int, seconds: float) -> None:
    """One request was answered."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(known, route, str(status)).inc()
    DURATION.labels(known, route).observe(seconds)


def figures() -> Iterable[Metric]:
    """All figures: this process's, or, where several workers write theirs into one folder, all workers' in one sum."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return REGISTRY.collect() if folder is None else _OfWorkers(Path(folder)).collect()


@contextlib.contextmanager
def shown(host: str, port: int) -> Iterator[int]:
    """Show this process's figures at `http://host:port/metrics` within the block; gives the port (0: any free one)."""
    with _served(REGISTRY, host, port) as bound:
        yield bound


@contextlib.contextmanager
def added_up(host: str, port: int) -> Iterator[int]:
    """The same for the workers that are started within the block: each one's figures, in one sum."""
    folder = tempfile.mkdtemp(prefix="vivier-metrics-")
    os.environ[FOLDER_VARIABLE] = folder
    registry = CollectorRegistry()
    registry.register(_OfWorkers(Path(folder)))
    try:
        with _served(registry, host, port) as bound:
            yield bound
    finally:
        del os.environ[FOLDER_VARIABLE]
        shutil.rmtree(folder, ignore_errors=True)


class _OfWorkers(Collector):
    """The figures in a folder. What a worker that died was doing is no longer under way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        for path in self._folder.glob("gauge_live*_*.db"):
            process = int(path.stem.rpartition("_")[2])
            if not Path(f"/proc/{process}").exists() and Path("/proc/self").exists():
                mark_process_dead(process, str(self._folder))  # type: ignore[no-untyped-call]
        added: Iterable[Metric] = MultiProcessCollector(None, str(self._folder)).collect()  # type: ignore[no-untyped-call]
        return added


@contextlib.contextmanager
def _served(registry: CollectorRegistry, host: str, port: int) -> Iterator[int]:
    server, thread = start_http_server(port, host, registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
