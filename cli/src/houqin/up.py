"""`houqin up`: the whole system on one machine, until it is told to end."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import uvicorn
from houqin_shared.serve import server_config
from houqin_shared.settings import Settings

from houqin.datadir import DataDirectory
from houqin.gateway import SERVICES, create_gateway
from houqin.postgres import embedded_server

HOST = "127.0.0.1"


def database_of(server_url: str, name: str) -> str:
    """The URL of one database on a server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


async def create_databases(server_url: str) -> dict[str, str]:
    """One database per service and one for the bus; their URLs by name."""
    urls = {name: database_of(server_url, f"houqin_{name}") for name in (*SERVICES, "bus")}
    connection = await asyncpg.connect(server_url)
    try:
        rows = await connection.fetch("select datname from pg_database")
        known = {row["datname"] for row in rows}
        for name in urls:
            if f"houqin_{name}" not in known:
                await connection.execute(f"create database houqin_{name}")
    finally:
        await connection.close()
    return urls


@contextmanager
def _server(data: DataDirectory, database_url: str | None) -> Iterator[str]:
    if database_url:
        yield database_url
    else:
        with embedded_server(data.postgres) as url:
            yield url


class Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: object = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]
        if not self.should_exit:
            self._on_ready()


def serve(
    port: int,
    data: DataDirectory,
    database_url: str | None,
    then: Callable[[], None] = lambda: None,
) -> int:
    """Run until SIGINT or SIGTERM; 0 after a clean end. When it is ready, it says so and does
    `then`. Raises AlreadyRunning.
    """
    # uvicorn ends gracefully and then raises the signal again; PostgreSQL must end after that.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    with data.locked():
        known, new = data.secrets()
        with _server(data, database_url) as server_url:
            urls = asyncio.run(create_databases(server_url))
            settings = {
                name: Settings(urls[name], urls["bus"], known["key"], HOST, port)
                for name in SERVICES
            }
            config = server_config(create_gateway(settings), HOST, port)

            def ready() -> None:
                print(welcome(port, data.folder, known, new), flush=True)
                then()

            server = Server(config, ready)
            server.run()
            return 0 if server.started else 1


def welcome(port: int, folder: Path, secrets: dict[str, str], new: bool) -> str:
    """What a newcomer reads when everything runs."""
    base = f"http://{HOST}:{port}"
    lines = ["", f"Houqin is up at {base} · 后勤服务已启动", ""]
    lines += [f"  {service.title:<26} {base}/{name}/docs" for name, service in SERVICES.items()]
    if new:
        lines += ["", "  Tokens of this installation, shown once (令牌仅显示一次):"]
        lines += [f"    {role:<11} {token}" for role, token in secrets.items() if role != "key"]
    lines += [
        "",
        f"  Data and tokens lie in {folder}; keep them private.",
        "  Try next (in another terminal):",
        f"    .venv/bin/houqin replay examples/ezhou.yaml --url {base} --json report.json",
        f"    .venv/bin/houqin ops verify --url {base}",
        "  Ctrl-C ends it; the next start goes on where it was.",
        "",
    ]
    return "\n".join(lines)
