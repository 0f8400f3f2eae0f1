"""One service as one process: how uvicorn serves an application of ours, wherever it runs."""

import logging

import uvicorn
from starlette.types import ASGIApp

from houqin_shared.app import create_app
from houqin_shared.service import Service
from houqin_shared.settings import Settings

GRACE = 15
"""Seconds that requests in progress may take when a process is told to end."""


def server_config(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """The same server for every process of ours."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        log_level="warning",
        proxy_headers=False,
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )


def serve(service: Service) -> None:
    """Run until SIGTERM or SIGINT, as the environment says (`Settings`). Raises KeyError."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    settings = Settings.from_environment()
    app = create_app(service, settings)
    uvicorn.Server(server_config(app, settings.host, settings.port)).run()
