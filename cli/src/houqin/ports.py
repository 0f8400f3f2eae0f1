"""The public port: looked at before anything is started, and refused in one way."""

import socket

from houqin_shared.misconfigured import Misconfigured

from houqin.children import HOST


def unusable(port: int, why: str | None, flag: str = "--port") -> Misconfigured:
    """What to raise about a port that can't be had."""
    return Misconfigured(
        f"port {port} can't be used ({why}); choose another with {flag}.",
        f"端口 {port} 无法使用({why});请用 {flag} 另选一个。",
    )


def require_free(port: int, flag: str = "--port") -> None:
    """Raises Misconfigured."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OverflowError as error:
            raise unusable(port, "0-65535", flag) from error
        except OSError as error:
            raise unusable(port, error.strerror, flag) from error
