"""Real parts for every test: one PostgreSQL for the run, a fresh database for each that asks."""

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import broker
import httpx
import pytest
from houqin.postgres import embedded_server
from houqin_shared.app import Service, create_app
from houqin_shared.auth import EVERY_OFFICE, Role, issue_token
from houqin_shared.settings import Settings

TOKEN_KEY = "a key for the tests alone, long enough"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """DATABASE_URL if given, else a PostgreSQL from the wheel that ends with the run."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="hq-"))
    try:
        with embedded_server(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a real Apache Kafka that ends with the run."""
    missing = broker.why_not()
    if missing:
        pytest.skip(f"NO REAL KAFKA HERE, this promise was not proven on it: {missing}")
    running = broker.Broker().start()
    yield running.address
    running.remove()


@pytest.fixture
async def new_database(postgres_url: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Makes empty databases that are dropped after the test."""
    names: list[str] = []

    async def create() -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(f'create database "{name}"')
        await connection.close()
        names.append(name)
        return urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))

    yield create
    connection = await asyncpg.connect(postgres_url)
    for name in names:
        await connection.execute(f'drop database "{name}" with (force)')
    await connection.close()


class Caller(httpx.AsyncClient):
    """A client of one service that speaks as a role."""

    def as_(
        self, role: Role, name: str = "", office: str = EVERY_OFFICE, supplier: str | None = None
    ) -> dict[str, str]:
        """Headers of a caller: `client.get(url, headers=client.as_(Role.AUDITOR))`."""
        token = issue_token(TOKEN_KEY, name or role.value, role, office, supplier=supplier)
        return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def start(
    new_database: Callable[[], Awaitable[str]],
) -> AsyncIterator[Callable[[Service], Awaitable[Caller]]]:
    """Starts services on one bus; each answers as `system` unless the headers say otherwise."""
    async with AsyncExitStack() as stack:
        bus_url = await new_database()

        async def begin(service: Service) -> Caller:
            app = create_app(service, Settings(await new_database(), bus_url, TOKEN_KEY))
            await stack.enter_async_context(app.router.lifespan_context(app))
            caller = Caller(transport=httpx.ASGITransport(app), base_url="http://service")
            caller.headers.update(caller.as_(Role.SYSTEM, "replay"))
            caller.app = app  # type: ignore[attr-defined]
            return await stack.enter_async_context(caller)

        yield begin
