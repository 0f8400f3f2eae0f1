"""The four services on one bus, in one or two replicas each, and what may happen to them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from houqin.gateway import SERVICES
from houqin_ops import rest
from houqin_shared import app as service_app
from houqin_shared import inbox, outbox
from houqin_shared.app import create_app
from houqin_shared.bus import Bus
from houqin_shared.settings import Settings
from houqin_shared.tables import mechanism_tables
from sqlalchemy import MetaData

from simulation.bus import FaultyBus
from simulation.chance import Chance

INCIDENTS = {
    "restarted": 0.006,
    "replaced by a new replica": 0.006,
    "given a second replica": 0.006,
    "cut off from its database": 0.01,
    "cut off from the bus": 0.006,
    "crashed": 0.006,
    "robbed of the relay's lead": 0.006,
    "relay sent back to the beginning": 0.004,
    "sent back to the beginning": 0.004,
    "sent back with an empty inbox": 0.004,
}
TIRELESS = 0.02
"""Seconds in place of all the product's pauses: faults are many here, and days short."""


class Replica:
    """One process of a service, as far as it goes without a process."""

    def __init__(self, service: str, app: FastAPI) -> None:
        self.service = service
        self._app = app
        # One for all requests: making it costs more than they do.
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://town"
        )
        self._living = AsyncExitStack()
        self._requests = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        await self._living.enter_async_context(self._app.router.lifespan_context(self._app))

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[httpx.AsyncClient]:
        """While it answers a request, it does not end: a server waits for its requests."""
        self._requests += 1
        self._idle.clear()
        try:
            yield self._http
        finally:
            self._requests -= 1
            if not self._requests:
                self._idle.set()

    async def end(self) -> None:
        await self._idle.wait()
        await self._living.aclose()


class Town:
    """All of them; `happens` draws what goes wrong at the next command."""

    def __init__(self, urls: dict[str, str], bus_url: str, token_key: str, seed: int) -> None:
        self.struck: Counter[str] = Counter()
        self.seed = seed
        self._urls = urls
        self._bus_url = bus_url
        self._token_key = token_key
        self._replicas: dict[str, list[Replica]] = {name: [] for name in SERVICES}
        self._chance = Chance(seed, "incidents", INCIDENTS, self.struck)
        self._incident: asyncio.Task[None] | None = None
        self._cut_at: dict[str, float] = {}

    @asynccontextmanager
    async def open(self, patch: pytest.MonkeyPatch) -> AsyncIterator["Town"]:
        """Everything runs, on a bus with faults."""

        async def open_bus(url: str, topics: Sequence[str]) -> Bus:
            return await FaultyBus.open(url, topics[0], self.seed, self.struck)

        patch.setattr(service_app, "open_bus", open_bus)
        patch.setattr(outbox, "AGAIN", TIRELESS)
        patch.setattr(inbox, "AGAIN", TIRELESS)
        patch.setattr(inbox, "WAIT", TIRELESS)
        patch.setattr(rest, "SETTLING", TIRELESS)
        try:
            for name in SERVICES:
                await self._start(name)
            yield self
        finally:
            if self._incident is not None:
                self._incident.cancel()
                await asyncio.wait([self._incident])
            for name in SERVICES:
                await self._end_all(name)

    # --- what callers see -----------------------------------------------------------------

    @asynccontextmanager
    async def replica(self, service: str) -> AsyncIterator[httpx.AsyncClient]:
        """One that takes requests; waits until there is one."""
        while not self._replicas[service]:
            await asyncio.sleep(TIRELESS)
        async with self._chance.luck.choice(self._replicas[service]).serving() as http:
            yield http

    def was_cut_off(self, service: str) -> bool:
        """Its sessions were ended a moment ago: errors are to be expected."""
        return asyncio.get_running_loop().time() - self._cut_at.get(service, -10) < 5

    # --- what goes wrong --------------------------------------------------------------------

    async def happens(self) -> None:
        """Begin the incident of this command, if there is one; it goes on beside the command."""
        if incident := self._chance.next():
            await self.settle()
            service = self._chance.luck.choice(list(SERVICES))
            self._incident = asyncio.create_task(self._do(incident, service), name=incident)

    async def settle(self) -> None:
        """Wait until the last incident is over."""
        if self._incident is not None:
            await self._incident

    async def _do(self, incident: str, service: str) -> None:
        incidents: dict[str, Callable[[str], Awaitable[None]]] = {
            "restarted": self._restart,
            "replaced by a new replica": self._replace,
            "given a second replica": self._add,
            "cut off from its database": self._cut_off,
            "cut off from the bus": self._cut_off_bus,
            "crashed": self._crash,
            "robbed of the relay's lead": self._rob,
            "relay sent back to the beginning": self._send_again,
            "sent back to the beginning": self._back_to_the_beginning,
            "sent back with an empty inbox": self._back_without_inbox,
        }
        await incidents[incident](service)

    async def _start(self, service: str) -> None:
        settings = Settings(self._urls[service], self._bus_url, self._token_key)
        replica = Replica(service, create_app(SERVICES[service], settings))
        await replica.start()
        self._replicas[service].append(replica)

    async def _end_all(self, service: str) -> None:
        while self._replicas[service]:
            await self._replicas[service].pop().end()

    async def _restart(self, service: str) -> None:
        await self._end_all(service)
        await self._start(service)

    async def _replace(self, service: str) -> None:
        """As a rolling update does it: the new one first."""
        await self._start(service)
        await self._replicas[service].pop(0).end()

    async def _add(self, service: str) -> None:
        if len(self._replicas[service]) < 2:
            await self._start(service)

    async def _cut_off(self, service: str) -> None:
        """PostgreSQL ends its sessions, whatever they are doing."""
        self._expect_errors_of(service)
        await self._end_sessions(self._urls[service])
        self._expect_errors_of(service)

    async def _cut_off_bus(self, _: str) -> None:
        self._expect_errors_of(*SERVICES)
        await self._end_sessions(self._bus_url)
        self._expect_errors_of(*SERVICES)

    def _expect_errors_of(self, *services: str) -> None:
        now = asyncio.get_running_loop().time()
        self._cut_at |= dict.fromkeys(services, now)

    async def _crash(self, service: str) -> None:
        """As kill -9: nothing is finished, and what was not committed is gone."""
        await self._cut_off(service)
        await self._restart(service)

    async def _rob(self, service: str) -> None:
        """Another relay believes that it leads."""
        await self._run(self._urls[service], "update outbox_cursor set epoch = epoch + 1")

    async def _send_again(self, service: str) -> None:
        """The cursor of a relay is lost: all that was ever told is sent again."""
        await self._run(self._urls[service], "update outbox_cursor set xid = '0', pos = 0")

    async def _back_to_the_beginning(self, service: str) -> None:
        await self.replay(service)

    async def _back_without_inbox(self, service: str) -> None:
        await self.replay(service, empty_inbox=True)

    async def replay(self, service: str, *, empty_inbox: bool = False) -> None:
        """The service hears all topics from the beginning, as an operator would have it."""
        await self._end_all(service)
        if empty_inbox:
            await self._run(self._urls[service], "delete from inbox")
        await self._run(
            self._bus_url, f"update cursors set pos = 0 where consumers = '{service}-svc'"
        )
        await self._start(service)

    async def _end_sessions(self, url: str) -> None:
        database = urlsplit(url).path.removeprefix("/")
        await self._run(
            url,
            f"""select pg_terminate_backend(pid) from pg_stat_activity
                where datname = '{database}' and pid <> pg_backend_pid()""",
        )

    async def _run(self, url: str, sql: str) -> None:
        session = await asyncpg.connect(url)
        try:
            await session.execute(sql)
        finally:
            await session.close()

    # --- what stands in the books --------------------------------------------------------

    async def books(self, service: str) -> dict[str, list[str]]:
        """Every row of the service's own tables, as PostgreSQL writes it."""
        mechanism = MetaData()
        mechanism_tables(mechanism)
        own: Iterable[str] = SERVICES[service].metadata.tables.keys() - mechanism.tables.keys()
        session = await asyncpg.connect(self._urls[service])
        try:
            return {
                table: [
                    row[0]
                    for row in await session.fetch(
                        f'select t::text from "{table}" t order by t::text collate "C"'
                    )
                ]
                for table in sorted(own)
            }
        finally:
            await session.close()
