"""Accepts findings, keeps them with their outbox rows, and relays these to Kafka."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import asyncpg
import orjson
import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel

from bench.stripped import TOPIC

SCHEMA = """
create table findings (
    office text not null, finding text not null, visit text not null, contract text not null,
    criterion text not null, place text not null, severity text not null,
    happened_on date not null, primary key (office, finding)
);
create table outbox (
    pos bigint generated always as identity, xid xid8 not null default pg_current_xact_id(),
    key text not null, value bytea not null
);
create index on outbox (xid, pos);
create table relayed (xid xid8 not null, pos bigint not null);
insert into relayed values ('0', 0);
"""
ACCEPT = """
with kept as (
    insert into findings
    select $1, finding, $2, $3, criterion, place, severity, $4
    from unnest($5::text[], $6::text[], $7::text[], $8::text[])
         as f(finding, criterion, place, severity)
)
insert into outbox (key, value) select $9, value from unnest($10::bytea[]) as v(value)
"""
NEXT = """
select xid::text as xid, pos, key, value from outbox
where (xid, pos) > (select xid, pos from relayed)
  and xid < pg_snapshot_xmin(pg_current_snapshot())
order by outbox.xid, outbox.pos limit 2000
"""
MOVE = """
with c as (select set_config('synchronous_commit', 'off', true))
update relayed set xid = $1::text::xid8, pos = $2 from c
"""
GATHER, IDLE = 0.01, 0.1
"""Seconds between two looks: while there is something to send, and when it is quiet."""


class Finding(BaseModel):
    id: str
    criterion: str
    place: str
    severity: str


class Visit(BaseModel):
    id: str
    contract: str
    tier: str
    happened_on: date
    findings: list[Finding]


class Relay:
    """Sends what was committed, in the order of commits."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", producer: AIOKafkaProducer) -> None:
        self._pool = pool
        self._producer = producer
        self._told = asyncio.Event()

    def wake(self) -> None:
        self._told.set()

    async def run(self) -> None:
        async with self._pool.acquire() as connection:
            while True:
                if not await self._send(connection):
                    await self._told_within(IDLE)
                self._told.clear()
                await asyncio.sleep(GATHER)

    async def _send(self, connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]") -> int:
        rows = await connection.fetch(NEXT)
        if rows:
            await asyncio.gather(
                *[
                    await self._producer.send(TOPIC, row["value"], row["key"].encode())
                    for row in rows
                ]
            )
            await connection.execute(MOVE, rows[-1]["xid"], rows[-1]["pos"])
        return len(rows)

    async def _told_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._told.wait()


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=16, max_size=16) as pool:
        producer = AIOKafkaProducer(
            bootstrap_servers=os.environ["KAFKA"],
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=256 * 1024,
        )
        async with producer:
            relay = Relay(pool, producer)
            app.state.pool, app.state.relay = pool, relay
            work = asyncio.create_task(relay.run())
            yield
            work.cancel()


app = FastAPI(lifespan=lifespan)


@app.post("/v1/offices/{office}/visits", status_code=201)
async def accept(office: str, visit: Visit, request: Request) -> Response:
    findings = visit.findings
    await request.app.state.pool.execute(
        ACCEPT,
        office,
        visit.id,
        visit.contract,
        visit.happened_on,
        [finding.id for finding in findings],
        [finding.criterion for finding in findings],
        [finding.place for finding in findings],
        [finding.severity for finding in findings],
        f"{office}/{visit.contract}",
        [
            orjson.dumps(
                {
                    "id": finding.id,
                    "office": office,
                    "contract": visit.contract,
                    "criterion": finding.criterion,
                    "place": finding.place,
                    "severity": finding.severity,
                    "happened_on": visit.happened_on,
                }
            )
            for finding in findings
        ],
    )
    request.app.state.relay.wake()
    return Response(orjson.dumps({"id": visit.id}), 201, media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(
        app, port=int(os.environ["PORT"]), loop="uvloop", http="httptools",
        log_level="warning", access_log=False,
    )  # fmt: skip
