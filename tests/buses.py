"""The buses under test: where each runs, and what may befall it there."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from aiokafka.structs import TopicPartition
from houqin_shared.bus import Bus, Message, Received, Subscription
from houqin_shared.bus.kafka import KafkaBus, KafkaSettings
from houqin_shared.bus.kafka_topics import KEEP
from houqin_shared.bus.postgres import PostgresBus
from mock_broker import MockBroker


class Place(ABC):
    """Where a bus runs, and what may befall it there."""

    @abstractmethod
    async def open(self) -> Bus: ...

    @abstractmethod
    async def make(self, topic: str) -> None:
        """What the bus can't make by itself."""

    @abstractmethod
    async def forget(self, topic: str) -> None:
        """Delete all that was sent to a topic, heard or not."""

    @abstractmethod
    async def make_anew(self, topic: str) -> None:
        """Delete the topic and make it again, empty."""

    @abstractmethod
    async def delete(self, topic: str) -> None:
        """For good; not where all topics are one table."""

    @abstractmethod
    async def lose_the_place(self, group: str, topic: str) -> None:
        """Forget that a group was ever there."""

    @abstractmethod
    async def rewrite(self, group: str, topic: str, count: int) -> None:
        """Another history of `count` messages below the places that the group keeps."""


class OnPostgres(Place):
    def __init__(self, url: str) -> None:
        self._url = url

    async def open(self) -> Bus:
        return await PostgresBus.open(self._url)

    async def make(self, topic: str) -> None:
        """Needs nothing."""

    async def forget(self, topic: str) -> None:
        pytest.skip("the log in PostgreSQL forgets nothing that was not heard")

    async def make_anew(self, topic: str) -> None:
        await self._run("truncate log restart identity")

    async def delete(self, topic: str) -> None:
        raise NotImplementedError

    async def lose_the_place(self, group: str, topic: str) -> None:
        await self._run(f"delete from cursors where consumers = '{group}' and topic = '{topic}'")

    async def rewrite(self, group: str, topic: str, count: int) -> None:
        pytest.skip("in PostgreSQL nobody elects a leader who has missed something")

    async def _run(self, sql: str) -> None:
        connection = await asyncpg.connect(self._url)
        await connection.execute(sql)
        await connection.close()


class OnKafka(Place):
    partitions = 3

    def __init__(self, address: str) -> None:
        self._address = address

    async def open(self) -> Bus:
        return await KafkaBus.open(KafkaSettings(self._address, partitions=self.partitions), [])

    async def make(self, topic: str) -> None:
        """Needs nothing."""

    async def forget(self, topic: str) -> None:
        everything = RecordsToDelete(-1)
        places = [TopicPartition(topic, number) for number in range(self.partitions)]
        async with self._administrator() as admin:
            await admin.delete_records(dict.fromkeys(places, everything))

    async def make_anew(self, topic: str) -> None:
        await self.delete(topic)
        async with self._administrator() as admin:
            await admin.create_topics([NewTopic(topic, self.partitions, 1, topic_configs=KEEP)])

    async def delete(self, topic: str) -> None:
        async with self._administrator() as admin:
            await admin.delete_topics([topic])
            while topic in await admin.list_topics():
                await asyncio.sleep(0.05)

    async def lose_the_place(self, group: str, topic: str) -> None:
        await self.make_anew(topic)  # Kafka deletes the places of every group with the topic

    async def rewrite(self, group: str, topic: str, count: int) -> None:
        async with self._administrator() as admin:
            places = await admin.list_consumer_group_offsets(group)
        await self.make_anew(topic)
        bus = await self.open()
        await bus.send(messages(topic, "k", count))
        await bus.close()
        keeper = AIOKafkaConsumer(
            bootstrap_servers=self._address, group_id=group, enable_auto_commit=False
        )
        await keeper.start()
        keeper.assign(list(places))
        await keeper.commit({place: tuple(each) for place, each in places.items()})
        await keeper.stop()

    @asynccontextmanager
    async def _administrator(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._address)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()


class OnMock(OnKafka):
    def __init__(self, broker: MockBroker) -> None:
        super().__init__(broker.address)
        self._broker = broker

    async def make(self, topic: str) -> None:
        self._broker.make(topic, self.partitions)


def messages(topic: str, key: str, count: int) -> list[Message]:
    return [Message(topic, key, f"{key}:{number}".encode()) for number in range(count)]


async def drain(subscription: Subscription) -> list[Received]:
    """All that comes until the group has caught up, and what comes shortly after."""
    found: list[Received] = []
    silent = 0
    while silent < 2 or await subscription.lag():
        batch = await subscription.receive(100, 0.25)
        found += batch
        silent = 0 if batch else silent + 1
        if batch:
            await subscription.acknowledge()
    return found
