"""One service as one process: how uvicorn serves an application of ours, wherever it runs."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from socket import socket
from typing import NoReturn

import uvicorn
from starlette.types import ASGIApp

from houqin_shared.app import create_app
from houqin_shared.failpoints import arm
from houqin_shared.migrate import require_schema
from houqin_shared.misconfigured import Misconfigured
from houqin_shared.prefix import Below
from houqin_shared.service import Service
from houqin_shared.settings import Settings
from houqin_shared.telemetry.exporter import exported
from houqin_shared.telemetry.logs import configure_logging

log = logging.getLogger(__name__)

GRACE = 15
"""Seconds that requests in progress may take when a process is told to end."""
IDLE = 75
"""Seconds that a connection may be idle: longer than proxies keep theirs, or a request of theirs
meets a connection that is just being closed.
"""


LOOK = 0.1
"""Seconds between two looks at whether a server that is starting was told to end."""
YOUNG = 20_000
"""Objects until the collector looks for cycles among the new ones; a request leaves some hundred,
and hardly a cycle. At Python's own 700 it took a third of all CPU.
"""


def server_config(app: ASGIApp, host: str, port: int, root_path: str = "") -> uvicorn.Config:
    """The same server for every process of ours."""
    return uvicorn.Config(
        Below(root_path, app) if root_path else app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        log_config=None,  # its lines are written like ours
        log_level="warning",
        proxy_headers=False,
        access_log=False,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=GRACE,
    )


class Server(uvicorn.Server):
    """Ends when it is told to while it is starting, too: nothing was accepted yet, and a start may
    wait for minutes for a migration or a broker.
    """

    async def startup(self, sockets: list[socket] | None = None) -> None:
        starting = asyncio.create_task(super().startup(sockets))
        while not starting.done() and not self.should_exit:
            await asyncio.wait([starting], timeout=LOOK)
        if not starting.done():
            starting.cancel()
            await asyncio.wait([starting])
        if not starting.cancelled():
            starting.result()

    def serve_until_told(self, sockets: list[socket] | None = None) -> int:
        """The exit code: 0 after a clean end, 1 if it did not start."""
        try:
            self.run(sockets)
        except SystemExit:  # uvicorn's own, if the start has failed; it was logged
            return 1
        return 0


def prepare_process(server: uvicorn.Server) -> None:
    """Before `server` runs, once all is imported and made."""
    # uvicorn ends gracefully and then raises the signal again: what follows must still be done. A
    # signal that comes before it listens to any is not lost.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)


def serve(service: Service) -> None:
    """Run until SIGTERM or SIGINT, as the environment says (`Settings`), and exit: 0 after a clean
    end, 1 if it did not start.
    """
    try:
        configure_logging(os.environ, service.name)
        arm(service.name)
        settings = Settings.from_environment()
        if not settings.migrates:
            asyncio.run(require_schema(service.package, settings.database_url))
    except Misconfigured as error:
        _refuse(service, error)
    app = create_app(service, settings)
    config = server_config(app, settings.host, settings.port, settings.root_path)
    server = Server(config)
    if settings.ends_with_stdin:
        threading.Thread(target=_end_with_stdin, name="ends with stdin", daemon=True).start()
    listening = None if settings.listening is None else [socket(fileno=settings.listening)]
    prepare_process(server)
    try:
        with exported(settings.host, settings.metrics_port):
            code = server.serve_until_told(listening)
    except Misconfigured as error:
        _refuse(service, error)
    sys.exit(code)


def _refuse(service: Service, error: Misconfigured) -> NoReturn:
    log.critical("%s: %s", service.name, error)
    sys.exit(1)


def _end_with_stdin() -> None:
    """Wait until whoever started us is gone, however that came about, and end; in time at last."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE + 3)
    os._exit(1)
