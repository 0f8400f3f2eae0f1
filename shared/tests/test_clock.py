"""How a day passes (T4): once, in order, and not before the others have closed the day before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta

import pytest
from houqin_shared import clock
from houqin_shared.bus.postgres import PostgresBus
from houqin_shared.clock import Clocks, SweptByItself, TooFarAhead, register_office
from houqin_shared.hears import Hears
from houqin_shared.inbox import Inbox
from houqin_shared.outbox import Relay
from houqin_shared.testing import create_mechanism
from houqin_shared.transaction import Transactions, Tx, itself, open_pool
from relaying import relay_all

NewDatabase = Callable[[], Awaitable[str]]
MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)


class Service:
    """A service with a clock and nothing else; it remembers which days it swept."""

    def __init__(self, transactions: Transactions, bus: PostgresBus, *listens_to: str) -> None:
        self.swept: list[date] = []
        self.name = transactions.service
        self.bus = bus
        self.listens_to = listens_to
        self.transactions = transactions
        self.inbox = Inbox(transactions, Hears(*listens_to))
        self.clocks = self.another_replica()

    def another_replica(self) -> Clocks:
        async def sweep(tx: Tx, day: date) -> None:
            assert tx.today == day
            self.swept.append(day)

        return Clocks(self.transactions, self.listens_to, sweep)

    @classmethod
    async def build(cls, url: str, bus: PostgresBus, name: str, *listens_to: str) -> "Service":
        await create_mechanism(url)
        transactions = Transactions(await open_pool(url, 4), name)
        service = cls(transactions, bus, *listens_to)
        async with transactions.begin() as connection:
            for office, clock in (("live", "live"), ("manual", "manual")):
                tx = Tx(connection, name, office, MONDAY, itself(name))
                await register_office(tx, office, office, clock, MONDAY)
        return service

    async def exchange(self) -> None:
        """Send what was told, hear what was sent."""
        async with self.transactions.pool.acquire() as session:
            await relay_all(Relay(self.transactions.pool, self.bus, self.name), session)
        subscription = await self.bus.subscribe(self.name, self.listens_to)
        while await self.inbox.consume(subscription, 0.02):
            pass
        await subscription.close()

    async def today(self) -> date:
        office = await self.clocks.office("live")
        assert office is not None
        return office.today


@pytest.fixture
async def two(new_database: NewDatabase) -> AsyncIterator[tuple[Service, Service]]:
    """Two services that listen to each other."""
    bus = await PostgresBus.open(await new_database())
    one = await Service.build(await new_database(), bus, "one", "two")
    two = await Service.build(await new_database(), bus, "two", "one")
    yield one, two
    for pool in (one.transactions.pool, two.transactions.pool):
        await pool.close()
    await bus.close()


@pytest.mark.rule("T4")
async def test_a_live_day_waits_until_the_others_have_closed_the_day_before(
    two: tuple[Service, Service],
) -> None:
    first, second = two
    await first.clocks.pass_days("live", MONDAY + DAY)
    assert first.swept == []  # the other has not closed Monday
    assert await first.today() == MONDAY + DAY  # but what is done now is recorded on Tuesday
    await second.clocks.pass_days("live", MONDAY + DAY)
    await second.exchange()
    await first.exchange()
    await first.clocks.pass_days("live", MONDAY + DAY)
    assert first.swept == [MONDAY + DAY]


@pytest.mark.rule("T4")
async def test_missed_days_are_swept_in_order_and_once_on_two_replicas(
    two: tuple[Service, Service],
) -> None:
    first, second = two
    replica = first.another_replica()
    for _ in range(8):
        for clocks in (first.clocks, replica, second.clocks):
            await clocks.pass_days("live", MONDAY + 3 * DAY)
        for service in two:
            await service.exchange()
    days = [MONDAY + n * DAY for n in (1, 2, 3)]
    assert first.swept == days
    assert second.swept == days


@pytest.mark.rule("T4")
async def test_a_clock_that_jumps_back_changes_nothing(two: tuple[Service, Service]) -> None:
    first, _ = two
    await first.clocks.pass_days("live", MONDAY + DAY)
    await first.clocks.pass_days("live", MONDAY - 30 * DAY)
    assert await first.today() == MONDAY + DAY


@pytest.mark.rule("T4")
async def test_an_office_that_cant_be_swept_holds_up_no_other(
    two: tuple[Service, Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions, today = two[0].transactions, MONDAY + 9 * DAY
    monkeypatch.setattr(clock, "legal_today", lambda: today)
    async with transactions.begin() as connection:
        for office in ("a", "z"):
            tx = Tx(connection, "one", office, today - DAY, itself("one"))
            await register_office(tx, office, office, "live", today - DAY)

    async def sweep(tx: Tx, day: date) -> None:
        assert tx.office not in "az", "a fault of ours"

    clocks = Clocks(transactions, (), sweep)
    running = asyncio.create_task(clocks.run())
    expected = {"a": (today, today - DAY), "live": (today, today), "z": (today, today - DAY)}
    stand: dict[str, tuple[date, date]] = {}
    async with asyncio.timeout(60):
        while stand != expected:
            await asyncio.sleep(0.05)
            for name in expected:
                found = await clocks.office(name)
                assert found is not None
                stand[name] = found.today, found.swept_on
    running.cancel()


@pytest.mark.rule("T4")
async def test_a_parked_message_holds_the_day(two: tuple[Service, Service]) -> None:
    first, second = two
    await first.transactions.pool.execute(
        """insert into parked (office_id, key, source, reason, event_id, type, envelope, copy,
                               copies, error)
           values ('live', 'live/c', 'two', 'failed', gen_random_uuid(), 't', '', 0, 1, 'e')"""
    )
    await second.clocks.pass_days("live", MONDAY + DAY)
    await second.exchange()
    await first.exchange()
    await first.clocks.pass_days("live", MONDAY + DAY)
    assert first.swept == []


@pytest.mark.rule("T4")
async def test_a_manual_office_is_swept_by_hand_every_day_in_order(
    two: tuple[Service, Service],
) -> None:
    first, _ = two
    by = itself("test")
    office = await first.clocks.sweep_manual("manual", MONDAY + 3 * DAY, by)
    assert office.today == office.swept_on == MONDAY + 3 * DAY
    again = await first.clocks.sweep_manual("manual", MONDAY + DAY, by)
    assert again.swept_on == MONDAY + 3 * DAY
    assert first.swept == [MONDAY + n * DAY for n in (1, 2, 3)]
    closed = await first.transactions.pool.fetchval("select count(*) from outbox")
    assert closed == 3
    with pytest.raises(SweptByItself):
        await first.clocks.sweep_manual("live", MONDAY + DAY, by)
    with pytest.raises(TooFarAhead):
        await first.clocks.sweep_manual("manual", MONDAY + 9000 * DAY, by)
