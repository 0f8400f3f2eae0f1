"""The real parts that all contestants share, the processes that run, and what they cost."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import broker
import psutil
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from houqin.postgres import embedded_server

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
        await _execute(self.postgres_url, f'create database "{name}"')
        url = urlunsplit(urlsplit(self.postgres_url)._replace(path=f"/{name}"))
        if schema:
            await _execute(url, schema)
        return url

    async def settle(self) -> None:
        """So that no contestant pays for what another has written, as to autovacuum."""
        for name in await _databases(self.postgres_url):
            url = urlunsplit(urlsplit(self.postgres_url)._replace(path=f"/{name}"))
            await _execute(url, "vacuum (analyze)")
        await _execute(self.postgres_url, "checkpoint")

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


async def _databases(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("select datname from pg_database where datallowconn")
    finally:
        await connection.close()
    return [row["datname"] for row in rows if row["datname"] != "template1"]


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
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


def free_port() -> int:
    return broker.free_port()


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
