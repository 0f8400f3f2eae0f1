"""What is particular to a real Apache Kafka: who is let in, and how topics are made and checked."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import broker
import pytest
import secure_broker
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError
from buses import drain, messages
from houqin_shared.bus import Received, kafka_subscription
from houqin_shared.bus.kafka import KafkaBus, KafkaSettings
from houqin_shared.misconfigured import Misconfigured
from ports import free_port
from secure_broker import SecureBroker

MOVED = 180
"""Seconds in which all of a bus has found its broker again."""


@pytest.fixture(scope="module")
def secure(kafka: str) -> Iterator[SecureBroker]:
    running = SecureBroker()
    running.start()
    yield running
    running.remove()


@pytest.fixture
def topic() -> str:
    return f"t-{uuid.uuid4().hex[:12]}"


@asynccontextmanager
async def opened(settings: KafkaSettings) -> AsyncIterator[KafkaBus]:
    bus = await KafkaBus.open(settings, [])
    try:
        yield bus
    finally:
        await bus.close()


async def carries(settings: KafkaSettings, topic: str) -> bool:
    """Does a message get through, from the producer to a group's member?"""
    async with opened(settings) as bus:
        subscription = await bus.subscribe("g", [topic])
        await bus.send(messages(topic, "k", 1))
        found = await drain(subscription)
        await subscription.close()
    return [each.value for each in found] == [b"k:0"]


async def test_over_tls_with_certificates_of_both_sides(secure: SecureBroker, topic: str) -> None:
    trusting = {
        "KAFKA_SECURITY_PROTOCOL": "SSL",
        "KAFKA_SSL_CAFILE": str(secure.broker_pem),
        "KAFKA_SSL_CERTFILE": str(secure.client_pem),
        "KAFKA_SSL_KEYFILE": str(secure.client_key),
    }
    assert await carries(KafkaSettings.from_environment(secure.tls_address, trusting), topic)
    stranger = trusting | {"KAFKA_SSL_CAFILE": str(secure.client_pem)}
    with pytest.raises(KafkaError):
        await KafkaBus.open(KafkaSettings.from_environment(secure.tls_address, stranger), [])


async def test_with_a_password_by_scram(secure: SecureBroker, topic: str) -> None:
    known = {
        "KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "KAFKA_SASL_MECHANISM": "SCRAM-SHA-512",
        "KAFKA_SASL_USERNAME": secure_broker.USER,
        "KAFKA_SASL_PASSWORD": secure_broker.PASSWORD,
    }
    assert await carries(KafkaSettings.from_environment(secure.sasl_address, known), topic)
    wrong = known | {"KAFKA_SASL_PASSWORD": "another"}
    with pytest.raises(KafkaError):
        await KafkaBus.open(KafkaSettings.from_environment(secure.sasl_address, wrong), [])


async def _create(address: str, topic: str, partitions: int, configs: dict[str, str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)])
    while topic not in await admin.list_topics():  # it is told a moment after it was made
        await asyncio.sleep(0.05)
    await admin.close()


@pytest.mark.parametrize(
    ("setting", "value"),
    [("retention.ms", "604800000"), ("retention.bytes", "1000000"), ("cleanup.policy", "compact")],
)
async def test_a_topic_that_forgets_is_refused(
    kafka: str, topic: str, setting: str, value: str
) -> None:
    keeps = {"retention.ms": "-1"} | {setting: value}
    await _create(kafka, topic, 3, keeps)
    with pytest.raises(Misconfigured, match=f"{topic} has {setting}={value}"):
        await KafkaBus.open(KafkaSettings(kafka), [topic])


async def test_a_topic_keeps_its_partitions_and_it_is_said(
    kafka: str, topic: str, caplog: pytest.LogCaptureFixture
) -> None:
    await _create(kafka, topic, 2, {"retention.ms": "-1"})
    async with opened(KafkaSettings(kafka, partitions=5)) as bus:
        subscription = await bus.subscribe("g", [topic])
        await bus.send(messages(topic, "k", 1))
        assert len(await drain(subscription)) == 1
        await subscription.close()
    assert f"{topic} has 2 partitions and keeps them, though 5 are configured" in caplog.text


async def test_more_copies_than_brokers_are_refused(kafka: str, topic: str) -> None:
    with pytest.raises(KafkaError, match=f"{topic} could not be created: Unable to replicate"):
        await KafkaBus.open(KafkaSettings(kafka, replication=3), [topic])


async def test_several_processes_make_the_same_topics_at_once(kafka: str, topic: str) -> None:
    topics = [f"{topic}-{number}" for number in range(3)]
    buses = await asyncio.gather(*(KafkaBus.open(KafkaSettings(kafka), topics) for _ in range(4)))
    for bus in buses:
        await bus.close()


@pytest.mark.usefixtures("kafka")  # where one can run, another can
async def test_a_broker_that_was_away_is_spoken_to_again(topic: str) -> None:
    own = broker.Broker().start()
    try:
        async with opened(KafkaSettings(own.address, partitions=2)) as bus:
            subscription = await bus.subscribe("g", [topic])
            await bus.send(messages(topic, "k", 2))
            assert len(await drain(subscription)) == 2
            own.kill()
            own.start()
            await _sent_again(bus, topic)
            while not await subscription.receive(100, 0.5):
                pass
            await subscription.acknowledge()
            assert await subscription.lag() == 0
            await subscription.close()
    finally:
        own.remove()


@pytest.mark.usefixtures("kafka")  # where one can run, another can
async def test_a_broker_that_moved_is_found_where_else_it_may_be(topic: str) -> None:
    own, elsewhere = broker.Broker().start(), free_port()
    try:
        settings = KafkaSettings(f"{own.address},127.0.0.1:{elsewhere}", partitions=2)
        async with opened(settings) as bus:
            subscription = await bus.subscribe("g", [topic])
            await bus.send(messages(topic, "k", 2))
            assert len(await drain(subscription)) == 2
            own.move_to(elsewhere)
            own.start()
            async with asyncio.timeout(MOVED):
                await _sent_again(bus, topic)
                assert await drain(subscription)
                assert await bus.backlog(topic) == 0
            await subscription.close()
    finally:
        own.remove()


async def test_what_is_sent_never_goes_to_a_connection_that_was_reset(
    kafka: str, topic: str
) -> None:
    async with opened(KafkaSettings(kafka, partitions=2)) as bus:
        member = await bus.subscribe("g", [topic])
        client = member._consumer._client
        (broker_id,) = [each.nodeId for each in client.cluster.brokers()]
        reset = await client._get_conn(broker_id)
        reset._writer.transport.abort()
        assert reset.connected(), "aiokafka has not noticed yet"
        assert await client._get_conn(broker_id) is not reset
        await bus.send(messages(topic, "k", 2))
        assert len(await drain(member)) == 2
        await member.close()


async def test_a_share_that_changes_while_it_is_read_is_taken_up_anew(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Members come and go: that nothing was lost is looked for where it was, not where it is."""
    async with opened(KafkaSettings(kafka, partitions=1)) as bus:
        before = await bus.subscribe("g", [topic])
        await bus.send(messages(topic, "k", 3))
        assert len(await drain(before)) == 3
        await before.close()
        await bus.send(messages(topic, "new", 1))
        member = await bus.subscribe("g", [topic])
        look = member._consumer.getmany

        async def members_come_and_go(**how: int) -> Any:
            """As aiokafka does it in the background: to the place that is kept, and it says so."""
            monkeypatch.undo()
            (place,) = member._consumer.assignment()
            member._consumer.seek(place, 3)
            await member.on_partitions_assigned([place])
            return await look(**how)

        monkeypatch.setattr(member._consumer, "getmany", members_come_and_go)
        assert [each.value for each in await drain(member)] == [b"new:0"]
        await member.close()


@pytest.mark.usefixtures("kafka")  # where one can run, another can
async def test_a_member_may_leave_while_its_broker_is_away(topic: str) -> None:
    own = broker.Broker().start()
    try:
        async with opened(KafkaSettings(own.address, partitions=1)) as bus:
            member = await bus.subscribe("g", [topic])
            assert await member.receive(10, 0.5) == []
            own.kill()
            assert await member.receive(10, 0.5) == []
            with pytest.raises(ConnectionError, match="the bus can't be asked"):
                await member.lag()
            await member.close()
    finally:
        own.remove()


async def test_what_was_fetched_is_not_dropped_when_topics_cant_be_asked_for(
    kafka: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would not be fetched again, and be acknowledged with what comes after it."""
    monkeypatch.setattr(kafka_subscription, "GONE", 0)
    gone = f"{topic}-gone"
    async with opened(KafkaSettings(kafka, partitions=1)) as bus:
        member = await bus.subscribe("g", [topic, gone])
        await bus.send(messages(topic, "k", 3))
        known = member._consumer.partitions_for_topic

        async def away() -> list[str]:
            raise ConnectionError("the bus can't be asked")

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(member._places, "topics_gone", away)
            meanwhile.setattr(
                member._consumer, "partitions_for_topic", lambda t: None if t == gone else known(t)
            )
            found: list[Received] = []

            async def hear() -> None:
                while True:
                    if come := await member.receive(1, 0.5):
                        found.extend(come)
                        await member.acknowledge()

            with pytest.raises(ConnectionError):
                await hear()
        found += await drain(member)
        assert [each.value for each in found] == [b"k:0", b"k:1", b"k:2"]
        await member.close()


async def test_a_place_that_was_taken_up_is_new_no_more(kafka: str, topic: str) -> None:
    later = f"{topic}-later"
    async with opened(KafkaSettings(kafka, partitions=2)) as bus:
        first = await bus.subscribe("g", [topic])
        assert await first.receive(10, 0.5) == []
        second = await bus.subscribe("g", [topic, later])
        assert {place.topic for place in second._unseeded} == {later}
        await bus.send(messages(later, "k", 1))
        assert len(await drain(second)) == 1
        assert second._unseeded == set()
        await first.close()
        await second.close()


async def test_a_topic_that_is_not_there_keeps_all(kafka: str, topic: str) -> None:
    """Whoever took it for an empty one would forget what may still come again."""
    async with opened(KafkaSettings(kafka)) as bus:
        with pytest.raises(UnknownTopicOrPartitionError):
            await bus.oldest(topic)


@pytest.mark.parametrize("value", [b"x", b"1", None, b"3/2", b"0/1099511627776", b"\xff/2"])
def test_a_header_of_somebody_else_is_no_copy_of_ours(value: bytes | None) -> None:
    assert kafka_subscription._copy([(kafka_subscription.COPY, value)]) == (0, 1)


async def _sent_again(bus: KafkaBus, topic: str) -> None:
    while True:
        try:
            await bus.send(messages(topic, "again", 1))
        except KafkaError:
            await asyncio.sleep(0.2)
        else:
            return
