"""The real parts that all contestants share, the processes that run, and what they cost."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import broker
import psutil
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from houqin.postgres import database_of, embedded_server

from bench import ROOT

PATIENCE = 60.0
"""Seconds in which a process must be ready."""
GRACE = 25.0
"""Seconds in which a process must end when it is told to."""

POSTGRES_SETTINGS = {
    "synchronous_commit": "on",
    "fsync": "on",
    "shared_buffers": "512MB",
    "max_connections": "300",
    # Vacuum and checkpoints come between the measured windows, the same for everybody.
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    # The moment at which each row was committed is read afterwards, at no cost meanwhile.
    "track_commit_timestamp": "on",
}


DATABASES = """
    select datname as name from pg_database where datallowconn and datname <> 'template1'"""


@dataclass(frozen=True, slots=True)
class Part:
    """A process, with its children, whose costs are counted under a name."""

    name: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """Of the process and its children, also those that have ended."""
        total = 0.0
        for each in (self.process, *self.process.children(recursive=True)):
            try:
                total += sum(each.cpu_times()[:4])  # user, system, and of ended children both
            except psutil.NoSuchProcess:
                continue  # its parent has its times now
        return total

    def memory(self) -> int:
        """Resident bytes; pages that a server shares with its children count once."""
        children = self.process.children(recursive=True)
        if not children:
            return int(self.process.memory_info().rss)
        total = 0
        for each in (self.process, *children):
            try:
                total += each.memory_full_info().pss
            except psutil.NoSuchProcess:
                continue
        return total


@dataclass(frozen=True, slots=True)
class Kafka:
    """A broker that runs."""

    part: Part
    address: str

    async def create_topic(self, topic: str, partitions: int) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(topic, partitions, 1)])
        finally:
            await admin.close()


@dataclass(slots=True)
class Machine:
    """Everything that runs here; all of it ends with the machine."""

    folder: Path
    postgres_url: str
    postgres: Part
    _stack: ExitStack

    async def database(self, name: str, schema: str = "") -> str:
        """A new database; its URL."""
        async with _connected(self.postgres_url) as connection:
            await connection.execute(f'create database "{name}"')
        url = database_of(self.postgres_url, name)
        if schema:
            async with _connected(url) as connection:
                await connection.execute(schema)
        return url

    async def settle(self) -> None:
        """So that no contestant pays for what another has written, as to autovacuum."""
        async with _connected(self.postgres_url) as connection:
            for row in await connection.fetch(DATABASES):
                async with _connected(database_of(self.postgres_url, row["name"])) as each:
                    await each.execute("vacuum (analyze)")
            await connection.execute("checkpoint")

    def kafka(self) -> Kafka:
        """A new broker. Raises RuntimeError if there is none to be had."""
        if missing := broker.why_not():
            raise RuntimeError(f"no Kafka: {missing}")
        running = broker.Broker()
        self._stack.callback(running.remove)
        before = {child.pid for child in psutil.Process().children()}
        running.start()
        (born,) = [child for child in psutil.Process().children() if child.pid not in before]
        return Kafka(Part("kafka", born), running.address)

    def start(
        self, name: str, module: str, environment: Mapping[str, str], *arguments: str
    ) -> Part:
        """Run a module of Python's as a process of its own, until the machine ends."""
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the one that measures, which ends the others
        )
        log.close()
        part = Part(name, psutil.Process(process.pid))
        self._stack.callback(self._end, process)
        return part

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def stop(self, part: Part) -> None:
        """SIGTERM, and wait until it is gone."""
        part.process.terminate()
        part.process.wait(GRACE)

    def log_of(self, part: Part) -> str:
        return (self.folder / f"{part.name}.log").read_text(errors="replace")[-3000:]


@asynccontextmanager
async def _connected(url: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def wait_for_port(machine: Machine, part: Part, port: int) -> None:
    """Until `part` listens. Raises RuntimeError with its log."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE and part.process.is_running():
        if part.process.status() == psutil.STATUS_ZOMBIE:
            break
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    raise RuntimeError(f"{part.name} did not start: {machine.log_of(part)}")


@contextmanager
def machine() -> Iterator[Machine]:
    """One PostgreSQL for all; it and every process started on it end with this."""
    folder = Path(tempfile.mkdtemp(prefix="hq-bench-"))
    try:
        with ExitStack() as stack:
            _configure(folder / "pg")
            url = stack.enter_context(embedded_server(folder / "pg"))
            pid = int((folder / "pg" / "postmaster.pid").read_text().split()[0])
            yield Machine(folder, url, Part("postgres", psutil.Process(pid)), stack)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configure(data: Path) -> None:
    """Make the cluster, with settings that count from its next start.

    In a process of its own: the wheel won't start a server again that it has stopped.
    """
    make = f"from bench import machine; machine.make_cluster({str(data)!r})"
    subprocess.run([sys.executable, "-c", make], cwd=ROOT, check=True)
    with (data / "postgresql.auto.conf").open("a") as settings:
        for name, value in POSTGRES_SETTINGS.items():
            settings.write(f"{name} = '{value}'\n")


def make_cluster(data: str) -> None:
    """Start a server once, which makes its files."""
    with embedded_server(Path(data)):
        return
