"""A group's member on Apache Kafka.

A place that is lost halts it for good: nothing is skipped because a library found it convenient.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence

from aiokafka import (
    AIOKafkaConsumer,
    ConsumerRebalanceListener,
    ConsumerRecord,
    OffsetAndMetadata,
    TopicPartition,
)
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import (
    CommitFailedError,
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    NotCoordinatorForGroupError,
    OffsetOutOfRangeError,
)

from houqin_shared.bus import OffsetsLost, Received
from houqin_shared.bus.kafka_moved import find_again
from houqin_shared.bus.kafka_settings import KafkaSettings

log = logging.getLogger(__name__)

# aiokafka says at start-up that a coordinator is not there yet, and tries again: no news.
logging.getLogger("aiokafka.consumer.group_coordinator").setLevel(logging.CRITICAL)

COPY = "copy"
PATIENCE = 30
"""Seconds in which a broker that has just started finds its coordinators."""
NO_COORDINATOR = (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)


class KafkaSubscription(ConsumerRebalanceListener):  # type: ignore[misc]
    """A member of a consumer group; Kafka shares the partitions out among its members."""

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
        self._places: list[TopicPartition] = []
        self._coordinator: int | None = None
        """The broker that keeps the group's places."""
        self._consumer = AIOKafkaConsumer(
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            # Exactly one assignor: two in a group that restarts one by one deadlock.
            partition_assignment_strategy=(RoundRobinPartitionAssignor,),
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            max_poll_interval_ms=300_000,
            # By then a topic made anew under its name is noticed; by default in five minutes.
            metadata_max_age_ms=30_000,
            **settings.client,
        )
        find_again(self._consumer._client)
        self._unseeded: set[TopicPartition] = set()
        """Where the group has never been, and could not be given a place before joining it."""
        self._new: set[TopicPartition] = set()
        """Assigned, and not taken up yet."""
        self._last_heard: dict[TopicPartition, str] = {}
        """The fingerprint of what must stand right before a place that was taken up."""
        self._received: dict[TopicPartition, list[ConsumerRecord]] = {}
        """What is not acknowledged yet."""
        self._lost: OffsetsLost | None = None

    async def join(self, heard: Collection[str]) -> None:
        """Become a member; returns when the group has given it its first share."""
        try:
            self._places = await _partitions(self._admin, self._topics)
            await self._seed(heard)
            self._consumer.subscribe(self._topics, listener=self)
            await self._consumer.start()
        except OffsetsLost as lost:
            await self._halt(lost)
        except BaseException:
            await self._consumer.stop()
            raise

    async def _seed(self, heard: Collection[str]) -> None:
        """Give a new group its place at the beginning: from then on, none means lost."""
        committed = await self._committed(self._places)
        missing = [place for place in self._places if committed[place].offset < 0]
        if not missing:
            return
        for place in missing:
            if place.topic in heard:
                raise OffsetsLost(_place_gone(place))
        _nothing_deleted(await self._looker.beginning_offsets(missing), dict.fromkeys(missing, 0))
        try:
            await _put(self._settings, self._group, dict.fromkeys(missing, 0))
        except CommitFailedError:
            # Members are at work in the group: they have seeded, or whoever gets the place will.
            self._unseeded = set(missing)

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """What was not acknowledged comes again, here or there; nothing is to be done."""

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        self._new = set(assigned)

    async def receive(self, most: int, wait: float) -> Sequence[Received]:
        if self._lost is not None:
            raise self._lost
        try:
            if self._new:
                await self._take_up(self._new)
            self._go_back()
            self._consumer.resume(*self._consumer.assignment())
            batches = await self._consumer.getmany(timeout_ms=int(wait * 1000), max_records=most)
            if self._new:
                return []  # it may be of a new share, from a place that was not taken up yet
            # What comes while a batch is worked on comes together: one fetch instead of many.
            self._consumer.pause(*self._consumer.assignment())
            return self._accept(batches)
        except (OffsetOutOfRangeError, NoOffsetForPartitionError) as error:
            if self._new:
                return []  # the shares changed meanwhile: the next look begins with taking up
            raise await self._halt(OffsetsLost(f"its place is gone: {error!r}")) from error
        except OffsetsLost as lost:
            raise await self._halt(lost) from None

    async def _halt(self, lost: OffsetsLost) -> OffsetsLost:
        """Leave the group for good, so that those who stay find out as well."""
        self._lost = OffsetsLost(f"{self._group} can't go on: {lost}")
        await self.close()
        return self._lost

    async def _take_up(self, places: set[TopicPartition]) -> None:
        """Go to where the group was in its new share: its last message must still be there.

        Raises OffsetsLost, KafkaError.
        """
        committed = await self._committed(places)
        for place in places:
            if committed[place].offset < 0:
                if place not in self._unseeded:
                    raise OffsetsLost(_place_gone(place))
                await self._consumer.commit({place: 0})
                committed[place] = OffsetAndMetadata(0, "")
        beginnings = await self._looker.beginning_offsets(list(places))
        _nothing_deleted(beginnings, {place: committed[place].offset for place in places})
        for place in places & self._consumer.assignment():
            offset, fingerprint = committed[place]
            self._received.pop(place, None)
            self._last_heard.pop(place, None)
            if fingerprint and offset > beginnings[place]:
                self._last_heard[place] = fingerprint
                offset -= 1
            self._consumer.seek(place, offset)
        if self._new == places:
            self._new = set()

    def _go_back(self) -> None:
        """To the first message that was received and not acknowledged."""
        for place, records in self._received.items():
            if place in self._consumer.assignment():
                self._consumer.seek(place, records[0].offset)
        self._received = {}

    def _accept(self, batches: dict[TopicPartition, list[ConsumerRecord]]) -> Sequence[Received]:
        received = []
        for place, records in batches.items():
            expected = self._last_heard.pop(place, None)
            if expected is not None:
                last = records.pop(0)
                if _fingerprint(last) != expected:
                    raise OffsetsLost(
                        f"what stands in {place.topic}[{place.partition}] at {last.offset} is not "
                        f"what it heard there: the topic was made anew"
                    )
            if records:
                self._received[place] = records
            received += [_received(place, record) for record in records]
        return received

    async def acknowledge(self) -> None:
        received, self._received = self._received, {}
        try:
            await self._consumer.commit(
                {
                    place: (records[-1].offset + 1, _fingerprint(records[-1]))
                    for place, records in received.items()
                }
            )
        except (CommitFailedError, IllegalStateError) as error:
            # The partitions went to another member meanwhile: the batch comes again there.
            log.info("%s: not acknowledged, it comes again: %r", self._group, error)
        except BaseException:
            self._received = received
            raise

    async def lag(self) -> int:
        try:
            committed = await self._committed(self._places)
            ends = await self._looker.end_offsets(self._places)
        except KafkaError as error:
            raise ConnectionError(f"the bus can't be asked: {error!r}") from error
        return sum(ends[place] - max(committed[place].offset, 0) for place in self._places)

    async def _committed(
        self, places: Sequence[TopicPartition] | set[TopicPartition]
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

    async def close(self) -> None:
        # While its broker is away, aiokafka lets through how it cancels a task of its own: waited
        # for, and not awaited, that does not look as if somebody had cancelled us.
        stopping = asyncio.ensure_future(self._consumer.stop())
        await asyncio.wait([stopping])
        if not stopping.cancelled():
            stopping.result()


async def begin_again(
    settings: KafkaSettings,
    admin: AIOKafkaAdminClient,
    looker: AIOKafkaConsumer,
    group: str,
    topics: Sequence[str],
) -> None:
    """Put the group to the beginning of what is kept. Members that were killed are waited for.

    Raises CommitFailedError if members are at work.
    """
    beginnings = await looker.beginning_offsets(await _partitions(admin, topics))
    limit = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await _put(settings, group, beginnings)
        except CommitFailedError:
            if asyncio.get_running_loop().time() > limit:
                raise
            await asyncio.sleep(1)


async def _put(settings: KafkaSettings, group: str, places: Mapping[TopicPartition, int]) -> None:
    """As somebody from outside. Raises CommitFailedError if the group has members."""
    outsider = AIOKafkaConsumer(group_id=group, enable_auto_commit=False, **settings.client)
    try:
        await outsider.start()
        outsider.assign(list(places))
        await outsider.commit(dict(places))
    finally:
        await outsider.stop()


async def _partitions(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """All partitions of the topics; waits for those that were made just now."""
    while True:
        found = await admin.describe_topics(list(topics))
        if all(topic["partitions"] and not topic["error_code"] for topic in found):
            return [
                TopicPartition(topic["topic"], partition["partition"])
                for topic in found
                for partition in topic["partitions"]
            ]
        await asyncio.sleep(0.05)


def _place_gone(place: TopicPartition) -> str:
    return (
        f"its place in {place.topic}[{place.partition}] is gone, with a topic that was deleted or "
        f"after a long absence"
    )


def _nothing_deleted(
    beginnings: Mapping[TopicPartition, int], places: Mapping[TopicPartition, int]
) -> None:
    """Raises OffsetsLost if a partition begins after the place in it."""
    for place, offset in places.items():
        if beginnings[place] > offset:
            raise OffsetsLost(
                f"in {place.topic}[{place.partition}] it has heard the first {offset} messages, "
                f"and the first {beginnings[place]} are deleted"
            )


def _fingerprint(record: ConsumerRecord) -> str:
    """Committed with the place after the record: an offset alone can't tell one topic from
    another that was made anew under its name.
    """
    content = b"%d/%b/%b" % (record.timestamp, record.key or b"", record.value or b"")
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _received(place: TopicPartition, record: ConsumerRecord) -> Received:
    return Received(
        place.topic,
        (record.key or b"").decode("utf-8", "replace"),
        record.value or b"",
        f"{place.partition}:{record.offset}",
        _copy(record.headers),
    )


def _copy(headers: Sequence[tuple[str, bytes]]) -> tuple[int, int]:
    for name, value in headers:
        if name == COPY:
            number, _, copies = value.decode().partition("/")
            return int(number), int(copies)
    return 0, 1
