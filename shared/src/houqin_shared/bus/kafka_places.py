"""Where a group is in its topics, as Kafka keeps it."""

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    CommitFailedError,
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
    UnknownTopicOrPartitionError,
)

from houqin_shared.bus import OffsetsLost
from houqin_shared.bus.kafka_settings import KafkaSettings

PATIENCE = 30
"""Seconds in which a broker that has just started finds its coordinators."""
NO_COORDINATOR = (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)


class KafkaPlaces:
    """A group's places in all partitions of its topics, whoever of its members works on them."""

    def __init__(
        self,
        settings: KafkaSettings,
        admin: AIOKafkaAdminClient,
        looker: AIOKafkaConsumer,
        group: str,
        topics: Sequence[str],
    ) -> None:
        self._settings = settings
        self._admin = admin
        self._looker = looker
        self._group = group
        self._topics = topics
        self._all: list[TopicPartition] = []
        self._coordinator: int | None = None
        """The broker that keeps the places."""

    async def seed(self, heard: Collection[str]) -> set[TopicPartition]:
        """Give a new group its place at the beginning: from then on, none means lost. Those that
        could not be given, for members are at work in the group: they have done so, or whoever
        gets such a place will.

        Raises OffsetsLost if it has `heard` something of a topic that it has no place in.
        """
        self._all = await self._partitions()
        committed = await self.committed(self._all)
        missing = [place for place in self._all if committed[place].offset < 0]
        if not missing:
            return set()
        for place in missing:
            if place.topic in heard:
                raise place_gone(place)
        await self.beginnings(dict.fromkeys(missing, 0))
        try:
            await self._put(dict.fromkeys(missing, 0))
        except CommitFailedError:
            return set(missing)
        return set()

    async def begin_again(self) -> None:
        """Put the group to the beginning of what is kept. Members that were killed are waited for.

        Raises CommitFailedError if members are at work.
        """
        beginnings = await self._looker.beginning_offsets(await self._partitions())
        limit = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                return await self._put(beginnings)
            except CommitFailedError:
                if asyncio.get_running_loop().time() > limit:
                    raise
                await asyncio.sleep(1)

    async def committed(
        self, places: Collection[TopicPartition]
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        """Offset -1 stands for none. Waits for a coordinator: a fresh broker has none at first."""
        asked = list(places)
        async with asyncio.timeout(PATIENCE):
            while True:
                known, self._coordinator = self._coordinator, None  # until it has answered again
                with contextlib.suppress(*NO_COORDINATOR):
                    if known is None:
                        known = await self._admin.find_coordinator(self._group)
                    found = await self._admin.list_consumer_group_offsets(self._group, known, asked)
                    # While a coordinator is loading, aiokafka takes its refusal for no answer.
                    if len(found) == len(asked):
                        self._coordinator = known
                        return dict(found)
                await asyncio.sleep(0.1)

    async def beginnings(self, offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """The first offset that is kept of each partition in which the group is at an offset.

        Raises OffsetsLost if that is after it.
        """
        beginnings: dict[TopicPartition, int] = await self._looker.beginning_offsets(list(offsets))
        for place, offset in offsets.items():
            if beginnings[place] > offset:
                raise OffsetsLost(
                    f"in {place.topic}[{place.partition}] it has heard the first {offset} "
                    f"messages, and the first {beginnings[place]} are deleted"
                )
        return beginnings

    async def lag(self, without: Collection[str] = ()) -> int:
        """Messages that the group has not acknowledged, without those of some topics.

        Raises ConnectionError.
        """
        places = [place for place in self._all if place.topic not in without]
        try:
            committed = await self.committed(places)
            ends = await self._looker.end_offsets(places)
        except KafkaError as error:
            raise ConnectionError(f"the bus can't be asked: {error!r}") from error
        return sum(ends[place] - max(committed[place].offset, 0) for place in places)

    async def topics_gone(self) -> list[str]:
        """Those of its topics that the brokers don't know. Raises ConnectionError."""
        try:
            found = await self._admin.describe_topics(list(self._topics))
        except KafkaError as error:
            raise ConnectionError(f"the bus can't be asked: {error!r}") from error
        unknown = UnknownTopicOrPartitionError.errno
        return [topic["topic"] for topic in found if topic["error_code"] == unknown]

    async def _partitions(self) -> list[TopicPartition]:
        """All partitions of the topics; waits for those that were made just now."""
        while True:
            found = await self._admin.describe_topics(list(self._topics))
            if all(topic["partitions"] and not topic["error_code"] for topic in found):
                return [
                    TopicPartition(topic["topic"], partition["partition"])
                    for topic in found
                    for partition in topic["partitions"]
                ]
            await asyncio.sleep(0.05)

    async def _put(self, places: Mapping[TopicPartition, int]) -> None:
        """As somebody from outside. Raises CommitFailedError if the group has members."""
        outsider = AIOKafkaConsumer(
            group_id=self._group, enable_auto_commit=False, **self._settings.client
        )
        try:
            await outsider.start()
            outsider.assign(list(places))
            await outsider.commit(dict(places))
        finally:
            await outsider.stop()


def place_gone(place: TopicPartition) -> OffsetsLost:
    """None is kept of the group where it has been."""
    return OffsetsLost(
        f"its place in {place.topic}[{place.partition}] is gone, with a topic that was deleted or "
        f"after a long absence"
    )
