"""Traces: a request, and all that came of it in the services that heard of it.

On if OTEL_EXPORTER_OTLP_ENDPOINT (or ..._TRACES_ENDPOINT) is set; then OpenTelemetry's standard
variables hold (OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS, OTEL_RESOURCE_ATTRIBUTES, ...).
Off, nothing of OpenTelemetry is imported, and what others have traced is still carried on.

A place in a trace travels as W3C's `traceparent`: in the request, in the event's envelope (the
CloudEvents extension of that name). An event is the same event whether it is traced or not.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from starlette.types import ASGIApp

from houqin_shared.events import Envelope

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Traces(Protocol):
    """How a service traces, or that it does not."""

    def hearing(
        self, envelopes: Sequence[Envelope]
    ) -> AbstractContextManager[Sequence[str | None]]:
        """While events are heard together: for each, the traceparent of what it brings about."""
        ...

    def sweeping(self, office: str) -> AbstractContextManager[str | None]:
        """While time alone brings things about: the traceparent of those."""
        ...

    def requests(self, app: ASGIApp) -> ASGIApp:
        """An application that traces its requests."""
        ...

    async def close(self) -> None:
        """Send what is traced and not sent yet, for a moment."""
        ...


class Untraced:
    """Carries on what others have traced."""

    def hearing(
        self, envelopes: Sequence[Envelope]
    ) -> AbstractContextManager[Sequence[str | None]]:
        return nullcontext([envelope.traceparent for envelope in envelopes])

    def sweeping(self, office: str) -> AbstractContextManager[str | None]:
        return nullcontext(None)

    def requests(self, app: ASGIApp) -> ASGIApp:
        return app

    async def close(self) -> None:
        return


UNTRACED: Traces = Untraced()


def open_traces(service: str, environment: Mapping[str, str] = os.environ) -> Traces:
    """As the environment says."""
    if not any(environment.get(name) for name in ENDPOINTS):
        return UNTRACED
    from houqin_shared.telemetry.otel import OpenTelemetry

    return OpenTelemetry(service)
