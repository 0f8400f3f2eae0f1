import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from upgrade.estate import Estate, Server


@pytest.fixture
def new_server(folder: Path) -> Iterator[Callable[[], Server]]:
    """Servers with roles and databases, without tables."""
    made: list[Server] = []

    def begin() -> Server:
        server = Server(folder / f"pg{len(made)}").__enter__()
        made.append(server)
        done = server.roles()
        assert done.returncode == 0, done.stderr
        return server

    yield begin
    for server in made:
        server.__exit__()


@pytest.fixture
def new_estate(folder: Path) -> Iterator[Callable[..., Estate]]:
    """Systems that end with the test, whatever state they are in."""
    made: list[Estate] = []

    def build(server: Server, kafka: str | None = None, python: str = sys.executable) -> Estate:
        made.append(Estate(folder / f"estate{len(made)}", server, kafka, python))
        return made[-1]

    yield build
    for estate in made:
        if estate.is_running:
            estate.stop()
        print(estate.log()[-20_000:])  # noqa: T201 - shown if the test failed
