"""The trace of a request: taken up where the sender has one (W3C Trace Context), begun where not, and told back.

Spans go wherever the process's OpenTelemetry provider sends them; without one they cost next to nothing. They are named
by the route as it is written, never by what was asked, and carry no value that somebody sent.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Final

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from starlette.datastructures import Headers
from starlette.types import Scope

_TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED: Final = 1


@dataclass(frozen=True)
class Trace:
    """Where a request stands: ids in lower-case hexadecimal, 32 and 16 digits, and its span."""

    trace_id: str
    span_id: str
    sampled: bool
    span: Span

    @property
    def header(self) -> str:
        """The value of `traceparent`."""
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


def begin(scope: Scope) -> Trace:
    """The trace of a request, its span begun. A `traceparent` that is malformed, or comes twice, is as none."""
    parent = _parent(Headers(scope=scope).getlist("traceparent"))
    around = None if parent is None else trace.set_span_in_context(NonRecordingSpan(parent))
    span = trace.get_tracer("vivier").start_span(scope["method"], around, SpanKind.SERVER)
    own = span.get_span_context()
    if own.is_valid and (parent is None or own.span_id != parent.span_id):
        return Trace(f"{own.trace_id:032x}", f"{own.span_id:016x}", own.trace_flags.sampled, span)
    trace_id = secrets.token_hex(16) if parent is None else f"{parent.trace_id:032x}"  # nobody collects spans
    return Trace(trace_id, secrets.token_hex(8), parent is not None and parent.trace_flags.sampled, span)


def end(begun: Trace, method: str, route: str, status: int, role: str | None) -> None:
    """End the span of a request, under the name of its route."""
    span = begun.span
    if span.is_recording():
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
        if role is not None:
            span.set_attribute("vivier.role", role)
        if status >= 500:
            span.set_status(Status(StatusCode.ERROR))
            span.set_attribute("error.type", str(status))
    span.end()


def _parent(given: list[str]) -> SpanContext | None:
    match = _TRACEPARENT.fullmatch(given[0]) if len(given) == 1 else None
    if match is None:
        return None
    flags = TraceFlags(int(match[3], 16) & _SAMPLED)
    context = SpanContext(int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=flags)
    return context if context.is_valid else None
