"""How a fact travels: outbox, relay, bus, inbox, parked keys."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from secrets import token_hex
from typing import ClassVar

import asyncpg
import orjson
import pytest
import relaying
import sqlalchemy as sa
from houqin_shared.bus import Message, Received
from houqin_shared.bus.postgres import PostgresBus
from houqin_shared.clock import register_office
from houqin_shared.events import (
    DayClosed,
    Envelope,
    Event,
    Fact,
    NotYetKnown,
    type_in,
    write_envelope,
)
from houqin_shared.hears import Hears
from houqin_shared.inbox import Inbox
from houqin_shared.outbox import Relay
from houqin_shared.problem import OUTAGES
from houqin_shared.testing import create_mechanism
from houqin_shared.transaction import Transactions, Tx, Work, open_pool

NewDatabase = Callable[[], Awaitable[str]]
DAY = date(2017, 5, 3)


class Happened(Event):
    TYPE: ClassVar[str] = "test.happened.v1"
    contract: str
    number: int


class Known(Event):
    TYPE: ClassVar[str] = "test.known.v1"
    contract: str


class HappenedFact(Fact):
    contract: str
    number: int


class KnownFact(Fact):
    contract: str


class House:
    """One service's mechanism on a database of its own, with a log of what it applied."""

    def __init__(self, transactions: Transactions, hears: Hears) -> None:
        self.transactions = transactions
        self.inbox = Inbox(transactions, hears)

    @classmethod
    async def build(cls, url: str, name: str, hears: Hears) -> "House":
        own = sa.MetaData()
        await create_mechanism(
            url,
            sa.Table("known", own, sa.Column("contract", sa.Text, primary_key=True)),
            sa.Table(
                "seen",
                own,
                sa.Column("seq", sa.BigInteger, sa.Identity(), primary_key=True),
                sa.Column("contract", sa.Text),
                sa.Column("number", sa.Integer),
            ),
        )
        transactions = Transactions(await open_pool(url), name)
        async with transactions.begin() as connection:
            tx = Tx(connection, name, "o", DAY, None)  # type: ignore[arg-type]
            await register_office(tx, "o", "Office", "manual", DAY)
        return cls(transactions, hears)

    async def seen(self) -> list[tuple[str, int]]:
        rows = await self.transactions.pool.fetch("select contract, number from seen order by seq")
        return [(row[0], row[1]) for row in rows]


def listening() -> Hears:
    hears = Hears("teller")

    @hears(Happened.TYPE)
    async def it_happened(tx: Tx, fact: HappenedFact) -> None:
        if not await tx.value(
            "select exists (select from known where contract = $1)", fact.contract
        ):
            raise NotYetKnown
        if fact.number < 0 and not await tx.value(
            "select exists (select from known where contract = 'mended')"
        ):
            raise ValueError("negative")
        await tx.run(
            "insert into seen (contract, number) values ($1, $2)", fact.contract, fact.number
        )

    @hears(Known.TYPE)
    async def it_is_known(tx: Tx, fact: KnownFact) -> None:
        await tx.run("insert into known values ($1) on conflict do nothing", fact.contract)

    return hears


def happened(contract: str, number: int) -> Happened:
    return Happened(contract=contract, number=number, happened_on=DAY, recorded_on=DAY)


@pytest.fixture
async def pair(new_database: NewDatabase) -> "AsyncIterator[tuple[House, House, PostgresBus]]":
    teller = await House.build(await new_database(), "teller", Hears())
    hearer = await House.build(await new_database(), "hearer", listening())
    bus = await PostgresBus.open(await new_database())
    yield teller, hearer, bus
    for pool in (teller.transactions.pool, hearer.transactions.pool):
        await pool.close()
    await bus.close()


async def tell(house: House, *events: Event) -> None:
    async with house.transactions.on_office("o") as tx:
        tx.tell(*events)


def at(position: int, event: Event) -> Received:
    _, envelope = write_envelope(
        event, source="teller", office="o", correlation=None, causation=None
    )
    return Received("teller", f"o/{event.subject}", envelope, str(position))


async def relay_all(house: House, bus: PostgresBus) -> int:
    async with house.transactions.pool.acquire() as session:
        return await relaying.relay_all(Relay(house.transactions.pool, bus, "teller"), session)


async def relay_what_may_go(house: House, bus: PostgresBus) -> int:
    async with house.transactions.pool.acquire() as session:
        return await relaying.look_once(Relay(house.transactions.pool, bus, "teller"), session)


async def hear_all(house: House, bus: PostgresBus) -> None:
    subscription = await bus.subscribe("hearer", ["teller"])
    try:
        while await house.inbox.consume(subscription, 0.05):
            pass
    finally:
        await subscription.close()


async def test_facts_arrive_in_order_and_once(pair: "tuple[House, House, PostgresBus]") -> None:
    teller, hearer, bus = pair
    await tell(teller, Known(contract="c", happened_on=DAY, recorded_on=DAY))
    await tell(teller, *(happened("c", n) for n in range(1200)))
    assert await relay_all(teller, bus) == 1201
    await hear_all(hearer, bus)
    assert await hearer.seen() == [("c", n) for n in range(1200)]
    # everything again, from the very beginning
    await bus._pool.execute("update cursors set pos = 0")
    await hear_all(hearer, bus)
    assert len(await hearer.seen()) == 1200


async def test_an_open_transaction_delays_and_loses_nothing(
    pair: "tuple[House, House, PostgresBus]",
) -> None:
    teller, _, bus = pair
    begun = asyncio.Event()
    go_on = asyncio.Event()

    async def slow() -> None:
        async with teller.transactions.on_office("o") as tx:
            await tx.value("select pg_current_xact_id()::text")
            begun.set()
            await go_on.wait()
            tx.tell(happened("slow", 1))

    task = asyncio.create_task(slow())
    await begun.wait()
    await tell(teller, happened("quick", 2))
    assert await relay_what_may_go(teller, bus) == 0
    go_on.set()
    await task
    assert await relay_all(teller, bus) == 2
    assert await relay_what_may_go(teller, bus) == 0


async def test_a_fact_waits_for_its_contract_and_then_flows_in_order(
    pair: "tuple[House, House, PostgresBus]",
) -> None:
    teller, hearer, bus = pair
    await tell(teller, happened("c", 1), happened("c", 2))
    await tell(teller, Known(contract="d", happened_on=DAY, recorded_on=DAY), happened("d", 7))
    await relay_all(teller, bus)
    await hear_all(hearer, bus)
    assert await hearer.seen() == [("d", 7)]
    # what makes it known comes from another source here, as between services
    async with hearer.transactions.begin() as connection:
        await connection.execute("insert into known values ('c')")
    await tell(teller, happened("c", 3))
    await relay_all(teller, bus)
    await hear_all(hearer, bus)
    assert await hearer.seen() == [("d", 7), ("c", 1), ("c", 2), ("c", 3)]


async def test_a_poisoned_message_stops_its_contract_only(
    pair: "tuple[House, House, PostgresBus]",
) -> None:
    teller, hearer, bus = pair
    for contract in "cd":
        await tell(teller, Known(contract=contract, happened_on=DAY, recorded_on=DAY))
    await tell(teller, happened("c", 1), happened("c", -2), happened("c", 3), happened("d", 4))
    await relay_all(teller, bus)
    await hear_all(hearer, bus)
    assert await hearer.seen() == [("c", 1), ("d", 4)]
    assert await hearer.inbox.replay_dead() == 2
    error = await hearer.transactions.pool.fetchval(
        "select error from parked where reason = 'failed'"
    )
    assert error == "ValueError: negative"
    async with hearer.transactions.begin() as connection:
        await connection.execute("insert into known values ('mended')")
    assert await hearer.inbox.replay_dead() == 0
    assert await hearer.seen() == [("c", 1), ("d", 4), ("c", -2), ("c", 3)]


async def test_a_database_that_cant_now_is_no_fault_of_a_message(
    pair: "tuple[House, House, PostgresBus]",
) -> None:
    teller, hearer, bus = pair
    pool = hearer.transactions.pool
    await pool.execute(
        """create function full_disk() returns trigger language plpgsql
               as $$ begin raise exception 'no space left' using errcode = '53100'; end $$;
           create trigger full_disk before insert on seen execute function full_disk()"""
    )
    await tell(teller, Known(contract="c", happened_on=DAY, recorded_on=DAY), happened("c", 1))
    await relay_all(teller, bus)
    with pytest.raises(asyncpg.DiskFullError):
        await hear_all(hearer, bus)
    await pool.execute("drop trigger full_disk on seen")
    await hear_all(hearer, bus)
    assert await hearer.seen() == [("c", 1)]


LONG = token_hex(4000)
"""More than an index can hold, and not to be made shorter."""


def odd(**parts: object) -> bytes:
    """A CloudEvent of ours, but for some of its parts."""
    _, envelope = write_envelope(
        happened("c", 1), source="teller", office="o", correlation=None, causation=None
    )
    return orjson.dumps(orjson.loads(envelope) | parts)


@pytest.mark.parametrize(
    "message",
    [
        b"\x00 nonsense",
        odd(officeid=7),
        odd(officeid="\0"),
        odd(subject=None),
        odd(type=[]),
        odd(type=DayClosed.TYPE),
        odd(officeid=LONG),
        odd(source=LONG),
        odd(subject=LONG, type=DayClosed.TYPE),
        b'{"specversion":"1.0","id":"x","source":"y","type":"\xff"}',
        odd(type=DayClosed.TYPE, data={"recorded_on": "2017-05-03", "day": "soon"}),
    ],
)
async def test_what_is_not_a_cloudevent_is_a_dead_letter_of_its_key(
    pair: "tuple[House, House, PostgresBus]", message: bytes
) -> None:
    _, hearer, bus = pair
    await bus.send([Message("teller", "o/c", message)])
    await hear_all(hearer, bus)
    rows = await hearer.transactions.pool.fetch("select key, reason, type from parked")
    assert [tuple(row) for row in rows] == [("o/c", "failed", "unreadable")]


async def test_a_key_that_no_index_can_hold_is_cut(
    pair: "tuple[House, House, PostgresBus]",
) -> None:
    _, hearer, bus = pair
    await bus.send([Message("teller", f"o/{LONG}", b"nonsense")])
    await hear_all(hearer, bus)
    (row,) = await hearer.transactions.pool.fetch("select key, reason from parked")
    assert (f"o/{LONG}".startswith(row["key"]), row["reason"]) == (True, "failed")


async def restored(house: House, bus: PostgresBus, *hears: str) -> None:
    """As after a restore into another cluster, where transaction ids start anew."""
    pool = house.transactions.pool
    await Relay(pool, bus, house.transactions.service).prepare()
    await pool.execute("update outbox set xid = (xid::text::bigint + 1000000)::text::xid8")
    await pool.execute(
        """update outbox_cursor
           set cluster = 'other', xid = (xid::text::bigint + 1000000)::text::xid8"""
    )
    await Relay(pool, bus, house.transactions.service).prepare(hears)  # as every service starts


async def test_a_restored_database_sends_all_that_it_keeps_again(
    pair: "tuple[House, House, PostgresBus]",
) -> None:
    teller, hearer, bus = pair
    await tell(teller, Known(contract="c", happened_on=DAY, recorded_on=DAY), happened("c", 1))
    assert await relay_all(teller, bus) == 2
    await hear_all(hearer, bus)
    await tell(teller, happened("c", 2))
    await restored(teller, bus)
    await tell(teller, happened("c", 3))
    assert await relay_all(teller, bus) == 4
    await tell(teller, happened("c", 4))
    assert await relay_all(teller, bus) == 1
    await hear_all(hearer, bus)
    assert await hearer.seen() == [("c", 1), ("c", 2), ("c", 3), ("c", 4)]


async def test_a_restored_database_hears_again_what_came_after_it_was_dumped(
    pair: "tuple[House, House, PostgresBus]",
) -> None:
    teller, hearer, bus = pair
    pool = hearer.transactions.pool
    await tell(teller, Known(contract="c", happened_on=DAY, recorded_on=DAY), happened("c", 1))
    await relay_all(teller, bus)
    await hear_all(hearer, bus)
    await pool.execute("create table dump as select event_id from inbox")
    await tell(teller, happened("c", 2), happened("c", 3))
    await relay_all(teller, bus)
    await hear_all(hearer, bus)
    await pool.execute("delete from inbox where event_id not in (select event_id from dump)")
    await pool.execute("delete from seen where number > 1")
    await hear_all(hearer, bus)
    assert await hearer.seen() == [("c", 1)], "its place on the bus is ahead of it"
    await restored(hearer, bus, "teller")
    await hear_all(hearer, bus)
    assert await hearer.seen() == [("c", 1), ("c", 2), ("c", 3)]


def test_a_glance_tells_the_type_or_nothing() -> None:
    _, ours = write_envelope(
        happened("c", 1), source="teller", office="o", correlation=None, causation=None
    )
    assert type_in(ours) == Envelope.read(ours).type == Happened.TYPE
    reordered = orjson.dumps(dict(reversed(orjson.loads(ours).items())))
    assert type_in(reordered) is None, "so all of it is read"
    assert type_in(b'{"data":{"type":"x"},' + ours[1:]) is None
    assert type_in(b"not JSON") is None


async def test_what_is_heard_together_keeps_the_order_of_every_contract(
    new_database: NewDatabase,
) -> None:
    """Facts join earlier ones of their type, but never overtake another of their contract."""
    hears = Hears("teller")
    batches: list[list[tuple[str, int]]] = []
    order: list[tuple[str, int | None]] = []

    @hears.together(Happened.TYPE)
    async def they_happened(heard: Sequence[Work[HappenedFact]]) -> None:
        batches.append([(each.what.contract, each.what.number) for each in heard])
        order.extend(batches[-1])
        for each in heard:
            assert each.tx.cause is not None
            assert each.tx.cause.subject == each.what.contract

    @hears(Known.TYPE)
    async def it_is_known(tx: Tx, fact: KnownFact) -> None:
        order.append((fact.contract, None))

    hearer = await House.build(await new_database(), "hearer", hears)
    known = Known(contract="a", happened_on=DAY, recorded_on=DAY)
    told = [happened("a", 1), happened("b", 1), known, happened("b", 2), happened("a", 2),
            happened("c", 1)]  # fmt: skip
    await hearer.inbox.apply([at(position, event) for position, event in enumerate(told)])
    assert batches == [[("a", 1), ("b", 1), ("b", 2)], [("a", 2), ("c", 1)]]
    assert [number for contract, number in order if contract == "a"] == [1, None, 2]
    await hearer.transactions.pool.close()


async def test_one_that_fails_among_those_heard_together_is_parked_alone(
    new_database: NewDatabase,
) -> None:
    hears = Hears("teller")
    seen: list[int] = []

    @hears.together(Happened.TYPE)
    async def they_happened(heard: Sequence[Work[HappenedFact]]) -> None:
        if any(each.what.number < 0 for each in heard):
            raise ValueError("negative")
        seen.extend(each.what.number for each in heard)

    hearer = await House.build(await new_database(), "hearer", hears)
    told = [happened("a", 1), happened("b", -1), happened("b", 2), happened("c", 3)]
    await hearer.inbox.apply([at(position, event) for position, event in enumerate(told)])
    assert seen == [1, 3]
    parked = await hearer.transactions.pool.fetch("select key, reason from parked order by seq")
    assert [tuple(row) for row in parked] == [("o/b", "failed"), ("o/b", "behind")]
    await hearer.transactions.pool.close()


async def test_tables_that_change_under_a_running_service_park_nothing(
    new_database: NewDatabase,
) -> None:
    """A newer version adds a column: a statement that was prepared before is prepared anew."""
    hears = Hears("teller")
    known: list[str] = []

    @hears(Known.TYPE)
    async def it_is_known(tx: Tx, fact: KnownFact) -> None:
        await tx.run("insert into known values ($1) on conflict do nothing", fact.contract)
        known.extend(row["contract"] for row in await tx.rows("select * from known"))

    hearer = await House.build(await new_database(), "hearer", hears)
    event = Known(contract="a", happened_on=DAY, recorded_on=DAY)
    await hearer.inbox.apply([at(1, event)])
    await hearer.transactions.pool.execute("alter table known add column newer text")
    again = [at(2, event)]
    with pytest.raises(OUTAGES):
        await hearer.inbox.apply(again)
    await hearer.inbox.apply(again)
    assert known == ["a", "a"]
    assert await hearer.transactions.pool.fetchval("select count(*) from parked") == 0
    await hearer.transactions.pool.close()


async def test_facts_that_were_lost_halt_the_hearer_for_good(
    pair: "tuple[House, House, PostgresBus]", new_database: NewDatabase
) -> None:
    teller, hearer, bus = pair
    assert await hearer.inbox.heard_from() == set()
    await tell(teller, Known(contract="a", happened_on=DAY, recorded_on=DAY))
    await relay_all(teller, bus)
    subscription = await bus.subscribe("hearer", ["teller"])
    assert await hearer.inbox.consume(subscription, 1) == 1
    await subscription.close()

    another = await PostgresBus.open(await new_database())
    remembered = await hearer.inbox.heard_from()
    assert remembered == {"teller"}
    lost = await another.subscribe("hearer", ["teller"], heard=remembered)
    await asyncio.wait_for(hearer.inbox.run(lost), 60)
    assert hearer.inbox.halted_because is not None
    assert "hearer can't go on: in teller its place is gone" in hearer.inbox.halted_because
    await another.close()
