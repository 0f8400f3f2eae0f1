"""Does anybody wait for the pruning? Single visits at a steady rate, with and without it.

    .venv/bin/python bench/pruning.py [--rows 100000] [--rate 60] [--seconds 20] [--times 3]

A whole installation in a folder of its own, with many old rows in its outbox, inbox, answers and
log. Windows without and with pruning take turns; in the latter round follows round without a rest,
where a service rests for a minute. Reported: milliseconds until a visit is accepted, and from there
until billing-svc applies it; the rows that went meanwhile; and how often any session was seen
waiting for a lock of the pruning.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg
import orjson
from houqin_shared.bus.postgres import PostgresBus
from houqin_shared.limits import Keeps
from houqin_shared.pruning import Pruning

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from acceptance.installation import Installation
from founding import FOUNDING, OFFICE
from houqin.postgres import database_of

AGE = "interval '100 days'"
FILLING = {
    "inspection": f"""
        insert into outbox (xid, key, envelope, at)
        select '1'::xid8, 'o/c', decode(repeat('00', 600), 'hex'), now() - {AGE}
        from generate_series(1, $1::integer)""",
    "inspection answers": f"""
        with live as (insert into offices values
            ('bygone', 'bygone', 'live', current_date, current_date, current_date - 1)
            on conflict do nothing)
        insert into answers
        select 'bygone', gen_random_uuid()::text, sha256('x'), 201,
               decode(repeat('00', 400), 'hex'), null, now() - {AGE}
        from generate_series(1, $1::integer)""",
    "billing": f"""
        insert into inbox select 'inspection-svc', gen_random_uuid(), now() - {AGE}
        from generate_series(1, $1::integer)""",
    "bus": f"""
        with heard as (insert into cursors values ('bygone', 'bygone', 1::bigint << 60)
            on conflict do nothing)
        insert into log (topic, key, value, at)
        select 'bygone', 'o/c', decode(repeat('00', 600), 'hex'), now() - {AGE}
        from generate_series(1, $1::integer)""",
}


PRUNER = "pruner"
BLOCKED = f"""
    select count(*) from pg_stat_activity waits
    cross join unnest(pg_blocking_pids(waits.pid)) as by(pid)
    join pg_stat_activity pruner on pruner.pid = by.pid
    where pruner.application_name = '{PRUNER}' and waits.application_name <> '{PRUNER}'"""
"""Sessions that wait for a lock of the pruning right now."""


class Bench:
    def __init__(self, installation: Installation, rate: float) -> None:
        socket = (installation.folder / "postgres" / "postmaster.pid").read_text().split("\n")[4]
        server = f"postgresql://postgres@/postgres?host={socket}"
        self.url = installation.url
        secrets = orjson.loads((installation.folder / "secrets.json").read_bytes())
        self.headers = {"Authorization": f"Bearer {secrets['system']}"}
        self.databases = {
            name: database_of(server, f"houqin_{name}") for name in ("inspection", "billing", "bus")
        }
        self.rate = rate
        self.visits = 0

    async def found(self, session: aiohttp.ClientSession) -> None:
        for method, path, body in FOUNDING:
            async with session.request(method, f"{self.url}/contract{path}", json=body) as answer:
                assert answer.status < 300, await answer.text()
        await asyncio.sleep(2)

    async def visit(self, session: aiohttp.ClientSession, took: list[float]) -> None:
        self.visits += 1
        number = f"v{self.visits}"
        finding = {"id": number, "criterion": number, "place": "3F", "severity": "general"}
        body = {"id": number, "contract": "a1", "tier": "patrol", "findings": [finding]}
        url = f"{self.url}/inspection{OFFICE}/visits"
        began = time.perf_counter()
        async with session.post(url, json=body, headers={"Idempotency-Key": number}) as answer:
            assert answer.status == 201, await answer.text()
            await answer.read()
        took.append((time.perf_counter() - began) * 1000)

    async def window(self, session: aiohttp.ClientSession, seconds: float) -> list[float]:
        """Milliseconds until each visit was accepted, at a rate that waits for no answer."""
        took: list[float] = []
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(int(seconds * self.rate)):
                await asyncio.sleep(max(0, began + number / self.rate - time.perf_counter()))
                group.create_task(self.visit(session, took))
        await asyncio.sleep(1)
        return took

    async def heard_after(self, since: object) -> list[float]:
        """Milliseconds from the transaction that told a finding to the one that booked it."""
        inspection = await asyncpg.connect(self.databases["inspection"])
        billing = await asyncpg.connect(self.databases["billing"])
        told = {
            UUID(orjson.loads(row["envelope"])["id"]): row["at"]
            for row in await inspection.fetch(
                "select envelope, at from outbox where at > $1", since
            )
        }
        heard = await billing.fetch("select event_id, at from inbox where at > $1", since)
        await inspection.close()
        await billing.close()
        return [
            (row["at"] - told[row["event_id"]]).total_seconds() * 1000
            for row in heard
            if row["event_id"] in told
        ]

    async def prune(self, gone: Counter[str]) -> None:
        """Round after round, in inspection-svc and billing-svc, until cancelled."""
        bus = await PostgresBus.open(f"{self.databases['bus']}&application_name={PRUNER}")
        keeps = Keeps()

        async def one(service: str, topic: str) -> None:
            session = await asyncpg.connect(
                self.databases[service],
                server_settings={
                    "synchronous_commit": "off",
                    "lock_timeout": "200ms",
                    "application_name": PRUNER,
                },
            )
            pruning = Pruning(self.databases[service], bus, topic, [], keeps)
            pruning.pruned = gone
            try:
                while True:
                    await pruning.round(session)
            finally:
                await session.close()

        try:
            await asyncio.gather(one("inspection", "bygone"), one("billing", "billing-svc"))
        finally:
            await bus.close()

    async def watch(self, looks: Counter[str]) -> None:
        """Look for sessions that wait for the pruning, until cancelled."""
        connection = await asyncpg.connect(self.databases["inspection"])
        try:
            while True:
                looks["looks"] += 1
                looks["blocked"] += await connection.fetchval(BLOCKED)
                await asyncio.sleep(0.02)
        finally:
            await connection.close()

    async def now(self) -> Any:
        connection = await asyncpg.connect(self.databases["inspection"])
        now = await connection.fetchval("select now()")
        await connection.close()
        return now


async def fill(databases: dict[str, str], rows: int) -> None:
    for name, statement in FILLING.items():
        connection = await asyncpg.connect(databases[name.split()[0]])
        for _ in range(10):
            await connection.execute(statement, rows // 10, timeout=300)
        await connection.execute("checkpoint", timeout=300)
        await connection.close()


def quantiles(took: Sequence[float]) -> str:
    cuts = statistics.quantiles(took, n=100)
    return f"p50 {cuts[49]:7.1f}  p99 {cuts[98]:7.1f}  longest {max(took):7.1f}"


async def measure(bench: Bench, rows: int, seconds: float, times: int) -> None:
    async with aiohttp.ClientSession(headers=bench.headers) as session:
        await bench.found(session)
        await bench.window(session, 5)
        for _ in range(times):
            for pruned in (False, True):
                # The relay's cursor has moved before: what is filled in counts as sent.
                await fill(bench.databases, rows)
                gone: Counter[str] = Counter()
                since = await bench.now()
                looks: Counter[str] = Counter()
                tasks = [asyncio.create_task(bench.watch(looks))]
                if pruned:
                    tasks.append(asyncio.create_task(bench.prune(gone)))
                took = await bench.window(session, seconds)
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
                heard = await bench.heard_after(since)
                print(f"{'with   ' if pruned else 'without'}  accepted {quantiles(took)}")
                print(f"         booked   {quantiles(heard)}")
                if pruned:
                    print(f"         pruned   {dict(gone)}")
                    print(f"         waiting for it: {looks['blocked']} in {looks['looks']} looks")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hq-") as folder:
        installation = Installation(Path(folder) / "var")
        installation.start()
        try:
            bench = Bench(installation, arguments.rate)
            asyncio.run(measure(bench, arguments.rows, arguments.seconds, arguments.times))
        finally:
            installation.stop()


if __name__ == "__main__":
    main()
