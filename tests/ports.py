"""Ports of this machine for servers that are started later, or never."""

import random
import socket
from contextlib import ExitStack, suppress

HOST = "127.0.0.1"
FIRST, END = 20_000, 30_000
"""Below those that systems give to connections, and to whoever asks for any."""

_kept = ExitStack()


def free_port(in_a_row: int = 1) -> int:
    """A port that nobody uses, or the first of several in a row; until this process ends, no other
    that asks here is given them: it keeps their twins of UDP.
    """
    while True:
        first = random.SystemRandom().randrange(FIRST, END - in_a_row)
        with ExitStack() as twins, suppress(OSError):
            for port in range(first, first + in_a_row):
                twin = twins.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                twin.bind((HOST, port))
                socket.create_server((HOST, port)).close()
            _kept.push(twins.pop_all())
            return first
