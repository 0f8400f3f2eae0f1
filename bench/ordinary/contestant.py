"""Starts the ordinary stack."""

from dataclasses import dataclass, field

from ports import free_port

from bench.machine import Kafka, Machine, Part, wait_for_port
from bench.ordinary import PARTITIONS, TOPIC
from bench.ordinary.models import Base, engine_of
from bench.window import Contestant, Ledger
from bench.workload import Scope

PROGRESS = """select coalesce(pg_sequence_last_value(
                  pg_get_serial_sequence('deductions', 'id')::regclass), 0)"""
BOOKED = """select finding, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at
            from deductions where finding like $1"""


@dataclass(slots=True)
class Ordinary:
    """One process accepts; any number of consumers share the booking."""

    machine: Machine
    kafka: Kafka
    scope: Scope
    _accepting: Part | None = None
    _port: int = 0
    _ledger: str = ""
    _consumers: list[Part] = field(default_factory=list)

    async def start(self) -> None:
        """Accept; nobody consumes yet. Raises RuntimeError."""
        await self.kafka.create_topic(TOPIC, PARTITIONS)
        self._ledger = await self._database("ordinary_ledger")
        self._port = free_port()
        environment = {
            "DATABASE_URL": await self._database("ordinary_api"),
            "KAFKA": self.kafka.address,
            "PORT": str(self._port),
        }
        self._accepting = self.machine.start("ordinary api", "bench.ordinary.api", environment)
        await wait_for_port(self.machine, self._accepting, self._port)

    async def _database(self, name: str) -> str:
        url = await self.machine.database(name)
        engine = engine_of(url)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await engine.dispose()
        return url

    def with_consumers(self, count: int) -> Contestant:
        """With so many, of which some may run already."""
        assert self._accepting is not None
        while len(self._consumers) < count:
            name = f"ordinary consumer {len(self._consumers) + 1}"
            environment = {"DATABASE_URL": self._ledger, "KAFKA": self.kafka.address}
            self._consumers.append(self.machine.start(name, "bench.ordinary.worker", environment))
        return Contestant(
            name=f"ordinary-{count}",
            port=self._port,
            parts=[self._accepting, *self._consumers, self.kafka.part],
            ledger=Ledger(self._ledger, PROGRESS, BOOKED),
            scope=self.scope,
        )

    def stop(self) -> None:
        assert self._accepting is not None
        for part in (self._accepting, *self._consumers):
            self.machine.stop(part)
