"""Starts the stripped path."""

from dataclasses import dataclass, field

from ports import free_port

from bench.machine import Kafka, Machine, Part, wait_for_port
from bench.stripped import PARTITIONS, TOPIC, consumer, ingest
from bench.window import Contestant, Ledger
from bench.workload import Scope

PROGRESS = """select coalesce(pg_sequence_last_value(
                  pg_get_serial_sequence('bookings', 'id')::regclass), 0)"""
BOOKED = """select finding, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at
            from bookings where finding like $1"""


@dataclass(slots=True)
class Stripped:
    """One process accepts and relays, another one books."""

    machine: Machine
    kafka: Kafka
    _parts: list[Part] = field(default_factory=list)

    async def start(self, scope: Scope) -> Contestant:
        """Raises RuntimeError."""
        machine, address = self.machine, self.kafka.address
        await self.kafka.create_topic(TOPIC, PARTITIONS)
        accepted = await machine.database("stripped_ingest", ingest.SCHEMA)
        ledger = await machine.database("stripped_ledger", consumer.SCHEMA)
        port = free_port()
        environment = {"DATABASE_URL": accepted, "KAFKA": address, "PORT": str(port)}
        accepting = machine.start("stripped ingest", "bench.stripped.ingest", environment)
        environment = {"DATABASE_URL": ledger, "KAFKA": address}
        booking = machine.start("stripped consumer", "bench.stripped.consumer", environment)
        self._parts = [accepting, booking]
        await wait_for_port(machine, accepting, port)
        return Contestant(
            name="stripped",
            port=port,
            parts=[*self._parts, self.kafka.part],
            ledger=Ledger(ledger, PROGRESS, BOOKED),
            scope=scope,
        )

    def stop(self) -> None:
        for part in self._parts:
            self.machine.stop(part)
