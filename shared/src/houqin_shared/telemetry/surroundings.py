"""What the code that runs just now is about: its service, its request, its place in a trace.

Every request and every piece of background work is an asyncio task with a context of its own, so
nothing needs to be passed along to be written beside a log line, and nothing can be mixed up.
"""

from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

SERVICE: ContextVar[str | None] = ContextVar("service", default=None)
REQUEST: ContextVar[Scope | None] = ContextVar("request", default=None)
"""The request's ASGI scope. Routing notes its `route` there, a command its `correlation`, and what
answers for a failure its `status`.
"""
TRACEPARENT: ContextVar[str | None] = ContextVar("traceparent", default=None)
"""W3C: the trace and the span that what is told now belongs to; None if nobody traces."""


def leave_request() -> None:
    """From here on this task works for many requests."""
    REQUEST.set(None)
    TRACEPARENT.set(None)


class NameRequest:
    """What is logged while a request is answered can be found by that request."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Never reset: the task ends with its request, and the server logs a failure after us.
        SERVICE.set(self._service)
        REQUEST.set(scope)
        await self._app(scope, receive, send)
