"""Real parts for every test: one PostgreSQL for the run, a fresh database for each that asks."""

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import asyncpg
import broker
import httpx
import pytest
from houqin.postgres import database_of, embedded_server
from houqin_shared.app import create_app
from houqin_shared.auth import EVERY_OFFICE, Role, issue_token
from houqin_shared.migrate import migrate
from houqin_shared.service import Service
from houqin_shared.settings import Settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

TOKEN_KEY = "a key for the tests alone, long enough"

# How long an example takes says how busy the machine is, and nothing of a rule.
hypothesis_settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")


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


@pytest.fixture
def folder() -> Iterator[Path]:
    """For servers of a test's own. Not tmp_path: another run of pytest would take it away from
    PostgreSQL's user; and short, for the path of a socket.
    """
    made = Path(tempfile.mkdtemp(prefix="hq-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


NO_KAFKA = "NO REAL KAFKA HERE, this promise was not proven on it"


@contextmanager
def _running_broker() -> Iterator[broker.Broker]:
    if missing := broker.why_not():
        pytest.skip(f"{NO_KAFKA}: {missing}")
    running = broker.Broker().start()
    yield running
    running.remove()


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a real Apache Kafka that ends with the run; others have topics there."""
    with _running_broker() as running:
        yield running.address


@pytest.fixture(scope="module")
def broker_of_module() -> Iterator[broker.Broker]:
    """A real Apache Kafka that one module's tests share, and may kill."""
    with _running_broker() as running:
        yield running


@pytest.fixture
def own_kafka() -> Iterator[str]:
    """The address of a real Apache Kafka that nobody else speaks to: whole systems, whose topics
    have their own names, hear each other on the same one.
    """
    with _running_broker() as running:
        yield running.address


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Nobody shall believe that Kafka was tested where it was not."""
    skipped = terminalreporter.getreports("skipped")
    unproven = sorted(report.nodeid for report in skipped if NO_KAFKA in str(report.longrepr))
    if unproven:
        terminalreporter.section(
            f"{NO_KAFKA}: {len(unproven)} tests need Java 17 and Maven", "!", red=True, bold=True
        )
        for name in unproven:
            terminalreporter.line(name)


class Databases:
    """Makes databases on one server; migrated ones are copies of a template made once a run."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._templates: dict[str, str] = {}

    async def _run(self, sql: str) -> None:
        connection = await asyncpg.connect(self._server)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def url(self, name: str) -> str:
        return database_of(self._server, name)

    async def create(self, package: str | None = None) -> str:
        """The name of a new database, empty or with the newest schema of a service."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        if package is None:
            await self._run(f'create database "{name}"')
            return name
        if package not in self._templates:
            template = await self.create()
            await migrate(package, self.url(template))
            self._templates[package] = template
        await self._run(f'create database "{name}" template "{self._templates[package]}"')
        return name

    async def drop(self, name: str) -> None:
        await self._run(f'drop database "{name}" with (force)')


@pytest.fixture(scope="session")
async def databases(postgres_url: str) -> AsyncIterator[Databases]:
    made = Databases(postgres_url)
    yield made
    for template in made._templates.values():
        await made.drop(template)


@pytest.fixture
async def new_database(databases: Databases) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Makes databases that are dropped after the test; their URLs."""
    names: list[str] = []

    async def create(package: str | None = None) -> str:
        names.append(await databases.create(package))
        return databases.url(names[-1])

    yield create
    for name in names:
        await databases.drop(name)


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
    new_database: Callable[..., Awaitable[str]],
) -> AsyncIterator[Callable[[Service], Awaitable[Caller]]]:
    """Starts services on one bus; each answers as `system` unless the headers say otherwise."""
    async with AsyncExitStack() as stack:
        bus_url = await new_database()

        async def begin(service: Service) -> Caller:
            database = await new_database(service.package)
            app = create_app(service, Settings(database, bus_url, TOKEN_KEY))
            await stack.enter_async_context(app.router.lifespan_context(app))
            caller = Caller(transport=httpx.ASGITransport(app), base_url="http://service")
            caller.headers.update(caller.as_(Role.SYSTEM, "replay"))
            caller.app = app  # type: ignore[attr-defined]
            return await stack.enter_async_context(caller)

        yield begin
