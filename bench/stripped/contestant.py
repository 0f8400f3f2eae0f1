"""Starts the stripped path."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.machine import Machine, Part, free_port, wait_for_port
from bench.stripped import PARTITIONS, TOPIC, consumer, ingest
from bench.window import Contestant, Ledger
from bench.workload import Scope

PROGRESS = """select coalesce(pg_sequence_last_value(
                  pg_get_serial_sequence('bookings', 'id')::regclass), 0)"""
BOOKED = """select finding, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at
            from bookings where finding like $1"""


async def start(machine: Machine, kafka: tuple[Part, str], scope: Scope) -> Contestant:
    """One process accepts and relays, another one books."""
    part, address = kafka
    await create_topic(address, TOPIC, PARTITIONS)
    accepted = await machine.database("stripped_ingest", ingest.SCHEMA)
    ledger = await machine.database("stripped_ledger", consumer.SCHEMA)
    port = free_port()
    accepts = machine.start(
        "stripped ingest",
        "bench.stripped.ingest",
        {"DATABASE_URL": accepted, "KAFKA": address, "PORT": str(port)},
    )
    books = machine.start(
        "stripped consumer", "bench.stripped.consumer", {"DATABASE_URL": ledger, "KAFKA": address}
    )
    await wait_for_port(machine, accepts, port)
    return Contestant(
        "stripped", port, [accepts, books, part], Ledger(ledger, PROGRESS, BOOKED), scope
    )


async def create_topic(address: str, topic: str, partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, partitions, 1)])
    finally:
        await admin.close()
