"""Requests, counted and timed by route, never by path: a path names contracts, and has no end."""

import time
from collections.abc import Awaitable

from prometheus_client import Histogram, disable_created_metrics
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# A series more for each, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

REQUESTS = Histogram(
    "houqin_request_seconds",
    "Requests by how long they took, from their headers to the end of their answer",
    ("service", "method", "route", "status"),
    buckets=SECONDS,
)
"""`status` is a class, such as 2xx; `route` a template, or `NOWHERE`."""

NOWHERE = "none"
"""The route of a request for which there is none."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(scope: Scope) -> str:
    """The template of the route that was found for a request."""
    route = scope.get("route")
    return route.path if isinstance(route, Route) else NOWHERE


class CountRequests:
    """Counts and times the requests of one service."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service
        self._kinds: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500  # unless an answer begins

        def sending(message: Message) -> Awaitable[None]:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            return send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            kind = (scope["method"], route_of(scope), status // 100)
            counted = self._kinds.get(kind) or self._kind(*kind)
            counted.observe(time.perf_counter() - began)

    def _kind(self, method: str, route: str, hundreds: int) -> Histogram:
        known = method if method in METHODS else "other"
        counted = REQUESTS.labels(self._service, known, route, f"{hundreds}xx")
        self._kinds[method, route, hundreds] = counted
        return counted
