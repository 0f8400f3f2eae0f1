"""Where a service stands in an address that it shares with others: below /billing, say."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Below:
    """Answers alike whether what stands before it takes the prefix off a path (`houqin up`, the
    gateway) or leaves it there (an Ingress, which has no common word for taking it off).

    Inside, a path always has its prefix: that of a repeated request is the same by any way.
    """

    def __init__(self, prefix: str, app: ASGIApp) -> None:
        self._prefix = prefix
        self._raw_prefix = prefix.encode()
        self._inside = f"{prefix}/"
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["root_path"] = self._prefix
            if not scope["path"].startswith(self._inside):
                scope["path"] = self._prefix + scope["path"]
                scope["raw_path"] = self._raw_prefix + scope["raw_path"]
        await self._app(scope, receive, send)
