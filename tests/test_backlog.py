"""Acceptance may not outrun booking for ever, and nothing that was accepted is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import billing_svc.main
import broker
import contract_svc.main
import httpx
import inspection_svc.main
import pytest
from founding import FOUNDING, OFFICE
from houqin_shared.app import create_app
from houqin_shared.auth import Role, issue_token
from houqin_shared.backlog import Backlog, TooMuchWaits
from houqin_shared.bus import Message
from houqin_shared.bus.kafka_settings import KafkaSettings
from houqin_shared.bus.opening import BusSettings, open_bus
from houqin_shared.service import Service
from houqin_shared.settings import Settings
from houqin_shared.testing import create_mechanism
from houqin_shared.transaction import open_pool

NewDatabase = Callable[[], Awaitable[str]]
TOKEN_KEY = "a key for the tests alone, long enough"
MOST = 5
BULK = 100
"""Findings of a visit, which is one event."""
PATIENCE = 300


@pytest.fixture
def own_kafka() -> Iterator[str]:
    """The address of a broker whose topics no other test fills."""
    if missing := broker.why_not():
        pytest.skip(f"NO REAL KAFKA HERE, this promise was not proven on it: {missing}")
    running = broker.Broker().start()
    yield running.address
    running.remove()


@pytest.fixture(params=["postgres", "kafka"])
async def bus_settings(request: pytest.FixtureRequest, new_database: NewDatabase) -> BusSettings:
    if request.param == "postgres":
        return await new_database()
    return KafkaSettings(request.getfixturevalue("own_kafka"))


@asynccontextmanager
async def serving(
    service: Service, database: str, bus: BusSettings
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(service, Settings(database, bus, TOKEN_KEY, most_backlog=MOST))
    headers = {"Authorization": f"Bearer {issue_token(TOKEN_KEY, 'tester', Role.SYSTEM)}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://service", headers=headers
        ) as client,
    ):
        yield client


async def flow(client: httpx.AsyncClient) -> dict[str, Any]:
    figures: dict[str, Any] = (await client.get("/v1/ops/flow")).json()
    return figures


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            await asyncio.sleep(0.05)


class Inspector:
    """Records visits and remembers what was accepted."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.accepted: set[str] = set()

    async def visit(self, number: str, findings: int, **headers: str) -> httpx.Response:
        numbers = [f"{number}-{n}" for n in range(findings)]
        body = {
            "id": number, "contract": "a1", "tier": "patrol",
            "findings": [
                {"id": each, "criterion": each, "place": "3F", "severity": "general"}
                for each in numbers
            ],
        }  # fmt: skip
        answer = await self.client.post(
            f"{OFFICE}/visits", json=body, headers={"Idempotency-Key": number, **headers}
        )
        if answer.status_code == 201:
            self.accepted.update(numbers)
        return answer

    async def all_is_sent(self) -> bool:
        return not (await flow(self.client))["outbox"]

    async def waiting(self) -> int:
        return int((await flow(self.client))["backlog"])


async def test_bulk_work_is_put_off_while_too_much_waits(
    new_database: NewDatabase, bus_settings: BusSettings
) -> None:
    books = await new_database()
    async with AsyncExitStack() as stack:
        contracts = await stack.enter_async_context(
            serving(contract_svc.main.SERVICE, await new_database(), bus_settings)
        )
        inspector = Inspector(
            await stack.enter_async_context(
                serving(inspection_svc.main.SERVICE, await new_database(), bus_settings)
            )
        )
        for method, path, body in FOUNDING:
            answer = await contracts.request(method, path, json=body)
            assert answer.is_success, answer.text

        async with serving(billing_svc.main.SERVICE, books, bus_settings) as billing:

            async def both_know_the_contract() -> bool:
                figures = [await flow(each) for each in (contracts, inspector.client, billing)]
                return not any(each["outbox"] or each["lag"] for each in figures)

            await until(both_know_the_contract)

        # billing-svc has ended, and nothing is booked
        refused = await accept_until_refused(inspector)
        # of those that wait, one may have been counted twice: while it was being sent
        assert len(inspector.accepted) >= MOST * BULK
        waits = int(refused.headers["Retry-After"])
        assert 1 <= waits <= 30
        assert refused.json()["code"] == "backlog"
        assert f"{waits} 秒后重新发送" in refused.json()["detail"]
        assert (await inspector.visit("single", 1)).status_code == 201
        assert (await inspector.visit("most-at-once", 20)).status_code == 201
        assert (await inspector.visit("one-more", 21)).status_code == 429
        repeated = await inspector.visit("bulk-0", BULK)
        assert repeated.status_code == 201, "what was answered before is answered again"
        assert await inspector.waiting() > MOST

        await stack.enter_async_context(serving(billing_svc.main.SERVICE, books, bus_settings))

        async def drained() -> bool:
            return await inspector.waiting() == 0

        await until(drained)
        assert (await inspector.visit("one-more", 21)).status_code == 201
        assert (await inspector.visit("another", BULK)).status_code == 201

        async def all_is_booked() -> bool:
            return await booked(books) == inspector.accepted

        await until(all_is_booked)


async def accept_until_refused(inspector: Inspector) -> httpx.Response:
    async with asyncio.timeout(PATIENCE):
        number = 0
        while True:
            answer = await inspector.visit(f"bulk-{number}", BULK, **{"Accept-Language": "zh"})
            if answer.status_code != 201:
                assert answer.status_code == 429, answer.text
                return answer
            number += 1
            await until(inspector.all_is_sent)
            # The bound is looked at once a second; the test need not fill a database meanwhile.
            await asyncio.sleep(0.2)


async def booked(books: str) -> set[str]:
    """The findings that were deducted, each exactly once (or this fails)."""
    connection = await asyncpg.connect(books)
    rows = await connection.fetch("select source from lines where kind = 'finding'")
    await connection.close()
    sources = [row["source"] for row in rows]
    assert len(sources) == len(set(sources))
    return set(sources)


async def test_while_the_bus_is_away_its_last_figure_counts_and_the_outbox_grows(
    new_database: NewDatabase,
) -> None:
    if missing := broker.why_not():
        pytest.skip(f"NO REAL KAFKA HERE, this promise was not proven on it: {missing}")
    kafka = broker.Broker().start()
    url = await new_database()
    await create_mechanism(url)
    pool = await open_pool(url)
    bus = await open_bus(KafkaSettings(kafka.address), ["teller"])
    listener = await bus.subscribe("hearer", ["teller"])
    backlog = Backlog(pool, bus, "teller", most=4)

    async def tell(count: int) -> None:
        await pool.execute(
            "insert into outbox (key, envelope) select 'o/c', '' from generate_series(1, $1)", count
        )

    try:
        await tell(1)
        await bus.send([Message("teller", "o/c", b"x")] * 3)
        await backlog.look()
        assert backlog.waiting == 4
        backlog.admit_bulk()
        await listener.close()
        kafka.kill()
        await tell(1)
        await backlog.look()
        assert backlog.waiting == 5
        with pytest.raises(TooMuchWaits):
            backlog.admit_bulk()
        kafka.start()
        await pool.execute("truncate outbox")

        async def known_again() -> bool:
            await backlog.look()
            return backlog.waiting == 3

        await until(known_again)
        backlog.admit_bulk()
    finally:
        await bus.close()
        await pool.close()
        kafka.remove()
