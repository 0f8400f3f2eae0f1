"""Books a deduction for every finding, a batch in one transaction and one statement."""

import asyncio
import os
import signal
from datetime import date

import asyncpg
import orjson
import uvloop
from aiokafka import AIOKafkaConsumer

from bench.stripped import TOPIC

SCHEMA = """
create table inbox (finding text primary key);
create table bookings (
    id bigint generated always as identity primary key, office text not null,
    contract text not null, finding text not null, happened_on date not null,
    unique (office, contract, finding)
);
create table entries (
    booking bigint not null references bookings, account text not null, fen bigint not null,
    primary key (booking, account)
);
create table balances (
    office text not null, contract text not null, account text not null, fen bigint not null,
    primary key (office, contract, account)
);
"""
BOOK = """
with heard as (
    insert into inbox select unnest($3::text[]) on conflict do nothing returning finding
), told as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::date[])
         as f(office, contract, finding, fen, happened_on)
    join heard using (finding)
), booked as (
    insert into bookings (office, contract, finding, happened_on)
    select office, contract, finding, happened_on from told
    returning id, office, contract, finding
), entered as (
    insert into entries
    select booked.id, side.account, side.sign * told.fen
    from booked join told using (office, contract, finding)
    cross join (values ('payable', 1), ('deductions', -1)) as side(account, sign)
)
insert into balances as b
select office, contract, account, sum(sign * fen)
from told cross join (values ('payable', 1), ('deductions', -1)) as side(account, sign)
group by 1, 2, 3
on conflict (office, contract, account) do update set fen = b.fen + excluded.fen
"""
FEN = {"general": 50_00, "major": 500_00}
BATCH = 2000


async def consume() -> None:
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=os.environ["KAFKA"],
        group_id="stripped",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
    )
    async with consumer:
        while True:
            batches = await consumer.getmany(timeout_ms=500, max_records=BATCH)
            if not batches:
                continue
            facts = [orjson.loads(each.value) for batch in batches.values() for each in batch]
            await connection.execute(
                BOOK,
                [fact["office"] for fact in facts],
                [fact["contract"] for fact in facts],
                [fact["id"] for fact in facts],
                [FEN[fact["severity"]] for fact in facts],
                [date.fromisoformat(fact["happened_on"]) for fact in facts],
            )
            await consumer.commit({place: batch[-1].offset + 1 for place, batch in batches.items()})


async def main() -> None:
    work = asyncio.create_task(consume())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        return


if __name__ == "__main__":
    uvloop.run(main())
