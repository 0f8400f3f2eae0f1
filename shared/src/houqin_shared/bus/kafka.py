"""The bus on Apache Kafka: one topic per publishing service, partitioned by key.

Effects are made exactly-once by inboxes, not by Kafka's transactions: sends are idempotent and
acknowledged by all replicas, offsets are committed after the effects. Offsets that are lost halt
the consumer loudly; nothing is skipped.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    TopicAlreadyExistsError,
)

from houqin_shared.bus import Message, OffsetsLost, Received
from houqin_shared.bus.kafka_watch import KafkaWatch

log = logging.getLogger(__name__)

# aiokafka says at start-up that a coordinator is not there yet, and tries again: no news.
logging.getLogger("aiokafka.consumer.group_coordinator").setLevel(logging.CRITICAL)

RETENTION = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}
"""Facts are kept until an operator decides otherwise: any service may be rebuilt from them."""
COPY = "copy"


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """Where the brokers are, and how topics are made."""

    servers: str
    partitions: int = 6
    replication: int = 1
    security: dict[str, Any] = field(default_factory=dict)
    """`security_protocol`, `ssl_context`, `sasl_mechanism` and so on, as aiokafka names them."""


class KafkaBus:
    """`Bus` on Apache Kafka."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._watch: KafkaWatch | None = None
        self._asking = asyncio.Lock()
        self._partitions: dict[str, int] = {}

    @classmethod
    async def open(cls, settings: KafkaSettings, topics: Sequence[str]) -> "KafkaBus":
        """Connect, and create the topics that are missing. Raises KafkaError."""
        bus = cls(settings)
        await bus._ensure(topics)
        return bus

    async def _ensure(self, topics: Sequence[str]) -> None:
        settings = self._settings
        admin = AIOKafkaAdminClient(bootstrap_servers=settings.servers, **settings.security)
        await admin.start()
        try:
            known = set(await admin.list_topics())
            for topic in topics:
                if topic not in known:
                    new = NewTopic(
                        topic, settings.partitions, settings.replication, topic_configs=RETENTION
                    )
                    try:
                        await admin.create_topics([new])
                    except TopicAlreadyExistsError:
                        log.debug("%s was created by another process", topic)
        finally:
            await admin.close()

    async def send(self, messages: Sequence[Message]) -> None:
        producer = await self._ready()
        try:
            sent = []
            for message in messages:
                sent += [
                    await producer.send(
                        message.topic,
                        key=message.key.encode(),
                        value=message.value,
                        partition=partition,
                        headers=headers,
                    )
                    for partition, headers in await self._places(producer, message)
                ]
            await asyncio.gather(*sent)
        except BaseException:
            # An idempotent producer that lost its sequence never recovers: the next send gets a
            # new one, and the relay sends again from its cursor.
            self._producer = None
            await producer.stop()
            raise

    async def _ready(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.servers,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=256 * 1024,
                **self._settings.security,
            )
            await producer.start()
            self._producer = producer
        return self._producer

    async def _places(
        self, producer: AIOKafkaProducer, message: Message
    ) -> Sequence[tuple[int | None, list[tuple[str, bytes]]]]:
        """The partition that the key decides, or all of them."""
        if not message.everywhere:
            return [(None, [])]
        partitions = sorted(await producer.partitions_for(message.topic))
        return [
            (partition, [(COPY, f"{number}/{len(partitions)}".encode())])
            for number, partition in enumerate(partitions)
        ]

    async def subscribe(self, group: str, topics: Sequence[str]) -> "KafkaSubscription":
        await self._ensure(topics)
        subscription = KafkaSubscription(self._settings, group, topics)
        await subscription.join()
        return subscription

    async def backlog(self, topic: str) -> int:
        async with self._watching() as watch:
            return await watch.backlog(topic)

    async def oldest(self, topic: str) -> datetime | None:
        async with self._watching() as watch:
            return await watch.oldest(topic)

    async def prune(self, topic: str, age: timedelta, most: int) -> int:
        """Kafka prunes by the retention of its topics."""
        return 0

    @asynccontextmanager
    async def _watching(self) -> AsyncIterator[KafkaWatch]:
        """One question at a time; after an error the next one is asked through new clients."""
        async with self._asking:
            if self._watch is None:
                settings = self._settings
                watch = KafkaWatch({"bootstrap_servers": settings.servers, **settings.security})
                await watch.start()
                self._watch = watch
            try:
                yield self._watch
            except BaseException:
                watch, self._watch = self._watch, None
                await watch.close()
                raise

    async def close(self) -> None:
        if self._watch is not None:
            await self._watch.close()
        if self._producer is not None:
            await self._producer.stop()


class KafkaSubscription:
    """A member of a consumer group; Kafka shares the partitions out among its members."""

    def __init__(self, settings: KafkaSettings, group: str, topics: Sequence[str]) -> None:
        self._settings = settings
        self._group = group
        self._topics = list(topics)
        self._consumer = AIOKafkaConsumer(
            *topics,
            bootstrap_servers=settings.servers,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            # Exactly one assignor: two in a group that restarts one by one deadlock.
            partition_assignment_strategy=(RoundRobinPartitionAssignor,),
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            max_poll_interval_ms=300_000,
            fetch_max_wait_ms=100,
            **settings.security,
        )
        self._received: dict[TopicPartition, tuple[int, int]] = {}
        """First offset and the one after the last of what is not acknowledged yet."""

    async def join(self) -> None:
        await self._seed()
        await self._consumer.start()

    async def _seed(self) -> None:
        """A new group begins at the beginning; a group without a place in a topic that was already
        pruned has lost facts. Raises OffsetsLost.
        """
        seeder = AIOKafkaConsumer(
            bootstrap_servers=self._settings.servers,
            group_id=self._group,
            enable_auto_commit=False,
            **self._settings.security,
        )
        await seeder.start()
        try:
            places = await self._all_partitions(seeder)
            seeder.assign(places)
            beginnings = await seeder.beginning_offsets(places)
            missing = [place for place in places if await seeder.committed(place) is None]
            for place in missing:
                if beginnings[place] > 0:
                    raise OffsetsLost(
                        f"{self._group} has no place in {place.topic}[{place.partition}], whose "
                        f"first {beginnings[place]} messages are gone"
                    )
            if missing:
                await seeder.commit(dict.fromkeys(missing, 0))
        except CommitFailedError:
            # Another member is at work in the group: it has seeded, or will.
            log.debug("%s is seeded by another member", self._group)
        finally:
            await seeder.stop()

    async def _all_partitions(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        found = []
        for topic in self._topics:
            partitions = consumer.partitions_for_topic(topic)
            while not partitions:
                await consumer._client.force_metadata_update()
                await consumer.topics()
                partitions = consumer.partitions_for_topic(topic)
            found += [TopicPartition(topic, number) for number in sorted(partitions)]
        return found

    async def receive(self, most: int, wait: float) -> Sequence[Received]:
        for place, (first, _) in self._received.items():
            if place in self._consumer.assignment():
                self._consumer.seek(place, first)
        self._received = {}
        try:
            batches = await self._consumer.getmany(timeout_ms=int(wait * 1000), max_records=most)
        except (OffsetOutOfRangeError, NoOffsetForPartitionError) as error:
            raise OffsetsLost(f"{self._group}: {error!r}") from error
        received = []
        for place, records in batches.items():
            self._received[place] = records[0].offset, records[-1].offset + 1
            received += [
                Received(
                    place.topic,
                    (record.key or b"").decode("utf-8", "replace"),
                    record.value or b"",
                    f"{place.partition}:{record.offset}",
                    _copy(record.headers),
                )
                for record in records
            ]
        return received

    async def acknowledge(self) -> None:
        received, self._received = self._received, {}
        try:
            await self._consumer.commit({place: after for place, (_, after) in received.items()})
        except (CommitFailedError, IllegalStateError) as error:
            # The partitions went to another member meanwhile: the batch comes again there.
            log.info("%s: not acknowledged, it comes again: %r", self._group, error)
        except BaseException:
            self._received = received
            raise

    async def lag(self) -> int:
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self._settings.servers, **self._settings.security
        )
        await admin.start()
        try:
            places = await self._all_partitions(self._consumer)
            committed = await admin.list_consumer_group_offsets(self._group)
            ends = await self._consumer.end_offsets(places)
        finally:
            await admin.close()
        return sum(
            ends[place] - max(committed[place].offset if place in committed else 0, 0)
            for place in places
        )

    async def close(self) -> None:
        await self._consumer.stop()


def _copy(headers: Sequence[tuple[str, bytes]]) -> tuple[int, int]:
    for name, value in headers:
        if name == COPY:
            number, _, copies = value.decode().partition("/")
            return int(number), int(copies)
    return 0, 1


__all__ = ["KafkaBus", "KafkaError", "KafkaSettings", "KafkaSubscription"]
