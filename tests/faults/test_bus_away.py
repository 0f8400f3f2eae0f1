"""4: the broker is away, or elsewhere. 6: members join and leave. 7: everything again. 16: a topic
made anew.
"""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import broker
import pytest
from acceptance.installation import until
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from houqin_ops.client import SERVICE_NAMES
from houqin_shared.bus.kafka_topics import KEEP
from ports import free_port

from faults.load import Inspectors
from faults.system import Office, Replaying, System

AWAY = 10
"""Seconds."""
NOTICED = 90
"""Seconds in which a member has learned that a topic is another one: metadata live for 30."""


@pytest.mark.faults
def test_04_a_broker_killed_and_restarted_in_mid_replay(
    on_kafka: System, own_broker: broker.Broker, tmp_path: Path, luck: random.Random
) -> None:
    on_kafka.up(billing=2)
    inspectors = Inspectors(on_kafka)
    inspectors.found_office()
    replaying = Replaying(on_kafka, Office.drawn(luck, 120, tmp_path))
    for share, away in ((0.2, 0), (0.5, AWAY)):
        replaying.wait_until(share)
        own_broker.kill()
        with inspectors.at_work(2):
            inspectors.report(20)  # accepting does not need the bus
            time.sleep(away)
        own_broker.start()
    replaying.ends_as_expected()
    on_kafka.all_is_well()
    inspectors.all_is_booked_once()
    assert on_kafka.stop() == 0


@pytest.mark.faults
def test_04_a_broker_moved_under_load(
    make_system: Callable[..., System], own_broker: broker.Broker, tmp_path: Path,
    luck: random.Random,
) -> None:  # fmt: skip
    """It starts again at another address only, the second of those that the services know."""
    elsewhere = free_port()
    addresses = f"{own_broker.address},127.0.0.1:{elsewhere}"
    system = make_system("--bus", "kafka", "--kafka", addresses)
    system.up(billing=2)
    inspectors = Inspectors(system)
    inspectors.found_office()
    replaying = Replaying(system, Office.drawn(luck, 80, tmp_path))
    replaying.wait_until(0.3)
    own_broker.move_to(elsewhere)
    with inspectors.at_work(2):
        inspectors.report(20)
    own_broker.start()
    replaying.ends_as_expected()
    system.all_is_well()
    inspectors.all_is_booked_once()
    assert system.stop() == 0


@contextmanager
def coming_and_going(system: System, luck: random.Random) -> Iterator[None]:
    """All the time somebody joins the group of billing-svc, and leaves it again, or is killed."""
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            with system.joined_by("billing") as joined:
                over.wait(luck.uniform(0, 2))
                if luck.random() < 0.3:
                    joined.kill()
                else:
                    joined.terminate()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.faults
def test_06_members_joining_and_leaving_all_the_time(
    system: System, tmp_path: Path, luck: random.Random
) -> None:
    system.up()
    with coming_and_going(system, luck):
        replaying = Replaying(system, Office.drawn(luck, 120, tmp_path))
        replaying.ends_as_expected()
    system.ends_well()


@pytest.mark.faults
def test_07_everything_from_the_beginning_gives_the_same_books_byte_for_byte(
    system: System, request: pytest.FixtureRequest, tmp_path: Path, luck: random.Random
) -> None:
    """With the inboxes that remember what was heard, and without."""
    offices = [Office.drawn(luck, 90, tmp_path) for _ in range(2)]
    system.up(billing=2)
    for replaying in [Replaying(system, office) for office in offices]:
        replaying.ends_as_expected()
    system.all_is_well()
    before = system.books()
    assert len(before["billing.bookings"]) > 20
    for remembers in (True, False):
        if not remembers:
            for service in SERVICE_NAMES:
                system.ask(service, "delete from inbox")
        if system.on_kafka:
            assert system.stop() == 0
            asyncio.run(_to_the_beginning(request.getfixturevalue("own_broker").address))
            system.up(billing=2)
        else:
            system.ask("bus", "update cursors set pos = 0")
        system.all_is_well()
        assert system.books() == before
    assert system.stop() == 0


async def _to_the_beginning(address: str) -> None:
    """Every group, in every topic."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    for service in SERVICE_NAMES:
        places = await admin.list_consumer_group_offsets(f"{service}-svc")
        assert places
        keeper = AIOKafkaConsumer(
            bootstrap_servers=address, group_id=f"{service}-svc", enable_auto_commit=False
        )
        await keeper.start()
        keeper.assign(list(places))
        await keeper.commit(dict.fromkeys(places, 0))
        await keeper.stop()
    await admin.close()


@pytest.mark.faults
def test_16_a_topic_made_anew_under_its_listeners_halts_them_loudly(
    on_kafka: System, own_broker: broker.Broker
) -> None:
    on_kafka.up(billing=2)
    inspectors = Inspectors(on_kafka)
    inspectors.found_office()
    with inspectors.at_work(2):
        inspectors.report(20)
    on_kafka.all_is_well()
    asyncio.run(_make_anew(own_broker.address, "inspection-svc"))
    until(
        lambda: bool(inspectors.get("/billing/v1/ops/flow")["halted"]), "billing-svc halts", NOTICED
    )
    with inspectors.at_work(2):
        inspectors.report(5)  # nothing is lost by accepting on
    done = on_kafka.run("ops", "status")
    assert done.returncode == 1
    assert "billing: halted: billing-svc can't go on" in done.stdout
    assert on_kafka.run("ops", "verify").returncode == 1
    assert "billing-svc HEARS NOTHING ANY MORE" in on_kafka.log()
    assert on_kafka.stop() == 0


async def _make_anew(address: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    (described,) = await admin.describe_topics([topic])
    partitions = [TopicPartition(topic, each["partition"]) for each in described["partitions"]]
    await admin.delete_topics([topic])
    while topic in await admin.list_topics():
        await asyncio.sleep(0.05)
    await admin.create_topics([NewTopic(topic, len(partitions), 1, topic_configs=KEEP)])
    await admin.close()
