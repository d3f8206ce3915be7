"""Spans leave the process: to a collector that speaks OTLP over HTTP, in batches, from a thread of their own."""

from api.settings import SettingsError


def install(endpoint: str) -> None:
    """Send this process's spans to `endpoint`. Raises SettingsError where the extra that does it is not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as absent:
        raise SettingsError(
            f"VIVIER_OTLP_ENDPOINT needs pip install 'vivier[tracing]' ({absent.name} is absent)"
        ) from None
    from opentelemetry import trace

    provider = TracerProvider(resource=Resource.create({"service.name": "vivier"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
