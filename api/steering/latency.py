"""How long answers take, from the service's own histogram (`api/edge/metrics.py`): by route, since it started.

A histogram knows how many answers were within each bound, not how long each took: a percentile is read between two
bounds as though answers were spread evenly there, which is what Prometheus does (`histogram_quantile`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client.metrics_core import Metric

from api.edge.metrics import figures

QUANTILES: Final = (0.5, 0.95, 0.99)
_NAME: Final = "vivier_http_request_seconds_bucket"


@dataclass(frozen=True)
class RouteTimes:
    """The answers of one route."""

    method: str
    route: str
    """The address as the API declares it, never as it was sent."""
    answers: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    is_bounded: bool
    """False where the last percentile is past the largest bound: it is that bound, and may be more."""


def times(metrics: Iterable[Metric] | None = None) -> list[RouteTimes]:
    """The times of each route, those with most answers first; of all workers together. Reads files where there are
    several workers: for a worker thread."""
    buckets: dict[tuple[str, str], dict[float, float]] = {}
    for metric in figures() if metrics is None else metrics:
        for sample in metric.samples:
            if sample.name == _NAME:
                key = sample.labels["method"], sample.labels["route"]
                buckets.setdefault(key, {})[float(sample.labels["le"])] = sample.value
    found = [_times(method, route, sorted(each.items())) for (method, route), each in buckets.items()]
    return sorted((each for each in found if each.answers), key=lambda each: (-each.answers, each.route, each.method))


def _times(method: str, route: str, cumulated: Sequence[tuple[float, float]]) -> RouteTimes:
    p50, p95, p99 = (1000 * quantile(cumulated, share) for share in QUANTILES)
    answers = cumulated[-1][1]
    within = cumulated[-2][1] if len(cumulated) > 1 else 0
    return RouteTimes(method, route, int(answers), p50, p95, p99, within >= QUANTILES[-1] * answers)


def quantile(cumulated: Sequence[tuple[float, float]], share: float) -> float:
    """Seconds within which a share of the answers was, of (bound, answers within it) in order, the last bound being
    infinite: the last finite bound where it is beyond. 0 without an answer."""
    if cumulated[-1][1] == 0:
        return 0.0
    wanted = share * cumulated[-1][1]
    low = below = 0.0
    for bound, within in cumulated:
        if within >= wanted and within > below:
            if bound == float("inf"):
                return low
            return low + (bound - low) * (wanted - below) / (within - below)
        low, below = bound, within
    return low
