"""This process's figures, on a port of their own that no client of the service can reach.

Whoever scrapes is answered by a thread, also while the event loop is busy.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from houqin_shared.misconfigured import Misconfigured


@contextmanager
def exported(host: str, port: int | None) -> Iterator[None]:
    """Answer on /metrics meanwhile, if a port is given. Raises Misconfigured if it can't be had."""
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        raise Misconfigured(
            f"METRICS_PORT {port} can't be used ({error.strerror}); choose another.",
            f"METRICS_PORT {port} 无法使用({error.strerror});请另选一个。",
        ) from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
