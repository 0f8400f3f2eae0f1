"""What is known about topics without reading them: how much waits, and how old it is."""

from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import UnknownTopicOrPartitionError, for_code


class KafkaWatch:
    """Asks through two clients of the bus: an admin the groups' coordinators, a consumer without a
    group the partitions, for aiokafka's admin can't ask for offsets by time.
    """

    def __init__(self, admin: AIOKafkaAdminClient, partitions: AIOKafkaConsumer) -> None:
        self._admin = admin
        self._partitions = partitions

    async def backlog(self, topic: str) -> int:
        """Messages that the group furthest behind has not committed, of the groups that have ever
        committed in this topic. Raises KafkaError.
        """
        try:
            places = await self._places(topic)
        except UnknownTopicOrPartitionError:
            return 0
        groups = [group for group, *_ in await self._admin.list_consumer_groups()]
        committed = [
            await self._admin.list_consumer_group_offsets(group, partitions=places)
            for group in groups
        ]
        ends = await self._partitions.end_offsets(places)
        return max(
            (
                sum(ends[place] - max(offsets[place].offset, 0) for place in places)
                for offsets in committed
                if any(offsets[place].offset >= 0 for place in places)
            ),
            default=0,
        )

    async def oldest(self, topic: str) -> datetime | None:
        """When the first message kept was sent, by its producer's clock. Raises KafkaError."""
        places = await self._places(topic)
        firsts = await self._partitions.offsets_for_times(dict.fromkeys(places, 0))
        times = [first.timestamp for first in firsts.values() if first is not None]
        return datetime.fromtimestamp(min(times) / 1000, UTC) if times else None

    async def _places(self, topic: str) -> list[TopicPartition]:
        """Raises KafkaError: what can't be described is not empty."""
        (described,) = await self._admin.describe_topics([topic])
        if described["error_code"]:
            raise for_code(described["error_code"])(topic)
        return [TopicPartition(topic, each["partition"]) for each in described["partitions"]]
