"""A request's trace, its span and its counts."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.edge import metrics
from api.edge.observed import Observed
from api.settings import SettingsError
from tests.api.edge.exchange import ask, fine, scope_of

GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]")


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", lambda name: provider.get_tracer(name))
    yield exporter
    provider.shutdown()


def test_a_trace_is_taken_up_and_told_back() -> None:
    told = ask(Observed(fine), scope_of(traceparent=GIVEN)).headers["traceparent"]
    assert TRACEPARENT.fullmatch(told)
    assert told.split("-")[1] == GIVEN.split("-")[1]
    assert told.split("-")[2] != GIVEN.split("-")[2]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "zzz",
        GIVEN.upper(),
        GIVEN + "-00",
        "01" + GIVEN[2:],
        GIVEN.replace("0af", "xyz"),
        f"00-{'0' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
    ],
)
def test_a_malformed_trace_is_as_none(given: str) -> None:
    told = ask(Observed(fine), scope_of(traceparent=given)).headers["traceparent"]
    assert TRACEPARENT.fullmatch(told)
    assert told.split("-")[1] not in ("0" * 32, "1" * 32, GIVEN.split("-")[1])


def test_spans_have_the_route_as_their_name(reader: TestClient, spans: InMemorySpanExporter) -> None:
    response = reader.get("/v1/profils/zephyrine/offres?motsCles=quatrebarbes", headers={"Traceparent": GIVEN})
    (span,) = spans.get_finished_spans()
    assert span.name == "GET /v1/profils/{id}/offres"
    assert span.attributes is not None
    assert span.attributes["http.route"] == "/v1/profils/{id}/offres"
    assert span.attributes["http.response.status_code"] == response.status_code == 404
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == GIVEN.split("-")[2]
    assert response.headers["traceparent"].split("-")[2] == f"{span.context.span_id:016x}"
    assert "zephyrine" not in span.to_json()
    assert "quatrebarbes" not in span.to_json()


def test_a_span_of_an_error_tells_no_more_than_that(
    client: TestClient, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("quatrebarbes")

    monkeypatch.setattr(type(client.app.state.service.store), "get", fail)  # type: ignore[attr-defined]
    assert client.get("/v1/offres/1").status_code == 500
    (span,) = spans.get_finished_spans()
    assert (span.name, span.status.is_ok, len(span.events)) == ("GET /v1/offres/{id}", False, 0)
    assert "quatrebarbes" not in span.to_json()


def counted(method: str, route: str, status: str) -> float:
    return (
        metrics.REGISTRY.get_sample_value(
            "vivier_http_requests_total", {"method": method, "route": route, "status": status}
        )
        or 0.0
    )


def test_requests_are_counted_by_route(reader: TestClient) -> None:
    before = counted("GET", "/v1/offres/{id}", "404"), counted("other", "(none)", "404")
    reader.get("/v1/offres/a")
    reader.get("/v1/offres/b")
    reader.request("BREW", "/cafe")
    after = counted("GET", "/v1/offres/{id}", "404"), counted("other", "(none)", "404")
    assert (after[0] - before[0], after[1] - before[1]) == (2, 1)
    assert metrics.REGISTRY.get_sample_value("vivier_http_requests_under_way") == 0


def test_figures_are_shown_on_a_port_of_their_own(reader: TestClient) -> None:
    from urllib.request import urlopen

    reader.get("/health/live")
    with metrics.shown("127.0.0.1", 0) as port, urlopen(f"http://127.0.0.1:{port}/metrics") as page:
        text = page.read().decode()
    assert 'vivier_http_requests_total{method="GET",route="/health/live",status="200"}' in text
    assert reader.get("/metrics").status_code == 404, "not on the API's own port"


def test_without_what_sends_spans_the_setting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from api.edge import tracing

    monkeypatch.setitem(__import__("sys").modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsError, match=r"vivier\[tracing\]"):
        tracing.install("http://127.0.0.1:4318/v1/traces")


WORKER = """
import sys, time
from api.edge import metrics
metrics.note("GET", "/v1/offres/{id}", 200, 0.02)
metrics.UNDER_WAY.inc()
print("ready", flush=True)
sys.stdin.read()
"""


def test_several_workers_are_added_up_and_what_a_dead_one_was_doing_is_over() -> None:
    import subprocess
    import sys
    from urllib.request import urlopen

    def read(port: int) -> str:
        with urlopen(f"http://127.0.0.1:{port}/metrics") as page:
            return str(page.read().decode())

    counted = 'vivier_http_requests_total{method="GET",route="/v1/offres/{id}",status="200"} 2.0'
    with metrics.added_up("127.0.0.1", 0) as port:
        workers = [
            subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            for _ in range(2)
        ]
        try:
            for worker in workers:
                assert worker.stdout is not None
                assert worker.stdout.readline() == b"ready\n"
            both = read(port)
            assert counted in both
            assert "vivier_http_requests_under_way 2.0" in both
            assert 'vivier_http_request_seconds_count{method="GET",route="/v1/offres/{id}"} 2.0' in both
            workers[0].kill()
            workers[0].wait()
            one = read(port)
            assert counted in one, "what was answered was answered"
            assert "vivier_http_requests_under_way 1.0" in one
        finally:
            for worker in workers:
                worker.kill()
                worker.communicate()
