"""`Traces` by OpenTelemetry's own SDK, sent by OTLP over HTTP from a thread of its own."""

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from houqin_shared.events import Envelope
from houqin_shared.telemetry.requests import route_of
from houqin_shared.telemetry.surroundings import TRACEPARENT

LAST_WORD = 2.0
"""Seconds that a collector may take when the service ends; it must not outlast our grace."""

# A collector that is away is tried again; what was given up then is news enough.
logging.getLogger("opentelemetry.exporter").setLevel(logging.ERROR)

W3C = TraceContextTextMapPropagator()
PROBES = ("/health/live", "/health/ready")
"""Asked every few seconds by whoever watches over the process: no trace of anything."""


class OpenTelemetry:
    """Spans of one service. Several in one process do not know of each other."""

    def __init__(self, service: str) -> None:
        # Ours is the name also where OTEL_SERVICE_NAME is set: four services may share a process.
        resource = Resource.create({"service.name": service})
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("houqin")

    @contextmanager
    def hearing(self, envelopes: Sequence[Envelope]) -> Iterator[Sequence[str | None]]:
        spans = [
            self._tracer.start_span(
                f"process {envelope.type}",
                context=_parent(envelope.traceparent),
                kind=SpanKind.CONSUMER,
                attributes={
                    "messaging.operation.type": "process",
                    "messaging.destination.name": envelope.source,
                    "messaging.message.id": str(envelope.id),
                    "messaging.batch.message_count": len(envelopes),
                    "cloudevents.event_type": envelope.type,
                    "houqin.correlation_id": str(envelope.correlation),
                    "houqin.office": envelope.office,
                },
            )
            for envelope in envelopes
        ]
        with _ended(spans):
            yield [_traceparent(span) for span in spans]

    @contextmanager
    def sweeping(self, office: str) -> Iterator[str | None]:
        span = self._tracer.start_span(
            "sweep", context=Context(), attributes={"houqin.office": office}
        )
        with _ended([span]):
            yield _traceparent(span)

    def requests(self, app: ASGIApp) -> ASGIApp:
        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"].endswith(PROBES):
                await app(scope, receive, send)
                return
            span = self._tracer.start_span(
                scope["method"],
                context=W3C.extract(_carried(scope), Context()),
                kind=SpanKind.SERVER,
                attributes={"http.request.method": scope["method"]},
            )
            TRACEPARENT.set(_traceparent(span))

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start":
                    status = message["status"]
                    span.set_attribute("http.response.status_code", status)
                    if status >= 500:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            with _ended([span]):
                try:
                    await app(scope, receive, sending)
                finally:
                    span.update_name(f"{scope['method']} {route_of(scope)}")
                    span.set_attribute("http.route", route_of(scope))
                    if "correlation" in scope:
                        span.set_attribute("houqin.correlation_id", str(scope["correlation"]))

        return traced

    async def close(self) -> None:
        # A collector that is away would be tried for longer than a process may take to end.
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, LAST_WORD)


def _carried(scope: Scope) -> dict[str, str]:
    """The headers of W3C's trace context."""
    return {
        name.decode(): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in (b"traceparent", b"tracestate")
    }


def _parent(traceparent: str | None) -> Context:
    return W3C.extract({"traceparent": traceparent}, Context()) if traceparent else Context()


def _traceparent(span: Span) -> str:
    here = span.get_span_context()
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}"


@contextmanager
def _ended(spans: Sequence[Span]) -> Iterator[None]:
    """End them, and say of what broke them its kind alone: its text may quote somebody's data."""
    try:
        yield
    except BaseException as error:
        for span in spans:
            span.set_status(Status(StatusCode.ERROR))
            span.set_attribute("error.type", type(error).__qualname__)
        raise
    finally:
        for span in spans:
            span.end()
