"""Percentiles read off a histogram, by hand, and those of the service's own."""

import pytest
from prometheus_client import CollectorRegistry, Histogram

from api.steering.latency import quantile, times

INFINITE = float("inf")


def test_quantiles_by_hand() -> None:
    counts = [(0.01, 50.0), (0.1, 90.0), (1.0, 100.0), (INFINITE, 100.0)]
    assert quantile(counts, 0.5) == pytest.approx(0.01)
    assert quantile(counts, 0.25) == pytest.approx(0.005)
    assert quantile(counts, 0.7) == pytest.approx(0.01 + 0.09 * 20 / 40)
    assert quantile(counts, 0.99) == pytest.approx(0.1 + 0.9 * 9 / 10)


def test_what_is_past_the_last_bound_is_told_as_that_bound() -> None:
    assert quantile([(1.0, 1.0), (INFINITE, 10.0)], 0.95) == 1.0
    assert quantile([(1.0, 0.0), (INFINITE, 0.0)], 0.95) == 0.0


def test_routes_come_by_their_number_of_answers() -> None:
    registry = CollectorRegistry()
    histogram = Histogram(
        "vivier_http_request_seconds", "…", ("method", "route"), buckets=(0.01, 0.1, 1.0), registry=registry
    )
    for _ in range(90):
        histogram.labels("GET", "/v1/offres").observe(0.005)
    for _ in range(10):
        histogram.labels("GET", "/v1/offres").observe(0.05)
    histogram.labels("POST", "/v1/profils/recherche").observe(30)
    histogram.labels("GET", "/jamais")
    first, second = times(registry.collect())
    assert (first.method, first.route, first.answers, first.is_bounded) == ("GET", "/v1/offres", 100, True)
    assert first.p50_ms == pytest.approx(10 * 50 / 90)
    assert first.p95_ms == pytest.approx(10 + 90 * 5 / 10)
    assert (second.route, second.answers, second.is_bounded) == ("/v1/profils/recherche", 1, False)
    assert second.p50_ms == 1000
