"""The bus on Apache Kafka: one topic per publishing service, partitioned by key.

Effects are made exactly-once by inboxes, not by Kafka's transactions: sends are idempotent and
acknowledged by all replicas, offsets are committed after the effects.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from houqin_shared.bus import Message
from houqin_shared.bus.kafka_client import mend
from houqin_shared.bus.kafka_places import KafkaPlaces
from houqin_shared.bus.kafka_settings import KafkaSettings
from houqin_shared.bus.kafka_subscription import COPY, KafkaSubscription
from houqin_shared.bus.kafka_topics import ensure_topics
from houqin_shared.bus.kafka_watch import KafkaWatch


class KafkaBus:
    """`Bus` on Apache Kafka."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._admin = AIOKafkaAdminClient(**settings.client)
        self._looker = AIOKafkaConsumer(**settings.client)
        """A member of no group: it knows where partitions begin and end."""
        mend(self._admin._client)
        mend(self._looker._client)
        self._watch = KafkaWatch(self._admin, self._looker)
        self._producer: AIOKafkaProducer | None = None

    @classmethod
    async def open(cls, settings: KafkaSettings, topics: Sequence[str]) -> "KafkaBus":
        """Connect, create the topics that are missing, check the others.

        Raises Misconfigured, KafkaError.
        """
        bus = cls(settings)
        try:
            await bus._admin.start()
            await bus._looker.start()
            await ensure_topics(bus._admin, settings, topics)
        except BaseException:
            await bus.close()
            raise
        return bus

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
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=256 * 1024,
                **self._settings.client,
            )
            mend(producer.client)
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
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

    async def subscribe(
        self, group: str, topics: Sequence[str], heard: Collection[str] = ()
    ) -> KafkaSubscription:
        places = await self._places_of(group, topics)
        subscription = KafkaSubscription(self._settings, places, group, topics)
        await subscription.join(heard)
        return subscription

    async def begin_again(self, group: str, topics: Sequence[str]) -> None:
        places = await self._places_of(group, topics)
        await places.begin_again()

    async def _places_of(self, group: str, topics: Sequence[str]) -> KafkaPlaces:
        """In topics that are there, or are made now."""
        await ensure_topics(self._admin, self._settings, topics)
        return KafkaPlaces(self._settings, self._admin, self._looker, group, topics)

    async def backlog(self, topic: str) -> int:
        return await self._watch.backlog(topic)

    async def oldest(self, topic: str) -> datetime | None:
        return await self._watch.oldest(topic)

    async def prune(self, topic: str, age: timedelta, most: int) -> int:
        """Kafka prunes by the retention of its topics."""
        return 0

    async def close(self) -> None:
        if self._producer is not None:
            await self._producer.stop()
        await self._looker.stop()
        await self._admin.close()


__all__ = ["KafkaBus", "KafkaError", "KafkaSettings", "KafkaSubscription"]
