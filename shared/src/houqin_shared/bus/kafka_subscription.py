"""A group's member on Apache Kafka.

A place that is lost halts it for good: nothing is skipped because a library found it convenient.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Collection, Sequence

from aiokafka import (
    AIOKafkaConsumer,
    ConsumerRebalanceListener,
    ConsumerRecord,
    OffsetAndMetadata,
    TopicPartition,
)
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)

from houqin_shared.bus import OffsetsLost, Received
from houqin_shared.bus.kafka_client import mend
from houqin_shared.bus.kafka_places import KafkaPlaces, place_gone
from houqin_shared.bus.kafka_settings import KafkaSettings

log = logging.getLogger(__name__)

# aiokafka says at start-up that a coordinator is not there yet, and tries again: no news.
logging.getLogger("aiokafka.consumer.group_coordinator").setLevel(logging.CRITICAL)

COPY = "copy"
NUMBERED = re.compile(rb"(\d{1,6})/(\d{1,6})")
GONE = 30
"""Seconds after which a topic that the brokers don't know is gone: one that has just started learns
of all topics sooner.
"""


class KafkaSubscription(ConsumerRebalanceListener):  # type: ignore[misc]
    """A member of a consumer group; Kafka shares the partitions out among its members."""

    def __init__(
        self, settings: KafkaSettings, places: KafkaPlaces, group: str, topics: Sequence[str]
    ) -> None:
        self._group = group
        self._topics = topics
        self._places = places
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
        mend(self._consumer._client)
        self._unseeded: set[TopicPartition] = set()
        """Where the group has never been, and could not be given a place before joining it."""
        self._new: set[TopicPartition] = set()
        """Assigned, and not taken up yet."""
        self._last_heard: dict[TopicPartition, str] = {}
        """The fingerprint of what must stand right before a place that was taken up."""
        self._received: dict[TopicPartition, list[ConsumerRecord]] = {}
        """What is not acknowledged yet."""
        self._unknown_since: float | None = None
        """When a topic was first seen to be unknown to the brokers."""
        self._lost: OffsetsLost | None = None

    async def join(self, heard: Collection[str]) -> None:
        """Become a member; returns when the group has given it its first share."""
        try:
            self._unseeded = await self._places.seed(heard)
            self._consumer.subscribe(self._topics, listener=self)
            await self._consumer.start()
        except OffsetsLost as lost:
            await self._halt(lost)
        except BaseException:
            await self._consumer.stop()
            raise

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
            # Before anything is fetched: what is fetched and dropped would not come again.
            self._require_that_it_fetches()
            await self._require_its_topics()
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

    def _require_that_it_fetches(self) -> None:
        """aiokafka does not say so when its fetching has ended. Raises RuntimeError."""
        fetching = self._consumer._fetcher.error_future
        if fetching.done():
            raise RuntimeError(f"{self._group} fetches nothing any more") from fetching.exception()

    async def _require_its_topics(self) -> None:
        """Without a topic there is nothing to fetch and nothing that fails. Raises OffsetsLost."""
        if all(self._consumer.partitions_for_topic(topic) for topic in self._topics):
            self._unknown_since = None
            return
        now = asyncio.get_running_loop().time()
        if self._unknown_since is None:
            self._unknown_since = now
        elif now - self._unknown_since > GONE:
            self._unknown_since = None
            if gone := await self._places.topics_gone():
                raise OffsetsLost(f"deleted, with what was not heard: topic {', '.join(gone)}")

    async def _halt(self, lost: OffsetsLost) -> OffsetsLost:
        """Leave the group for good, so that those who stay find out as well."""
        self._lost = OffsetsLost(f"{self._group} can't go on: {lost}")
        await self.close()
        return self._lost

    async def _take_up(self, places: set[TopicPartition]) -> None:
        """Go to where the group was in its new share: its last message must still be there.

        Raises OffsetsLost, KafkaError.
        """
        committed = await self._places.committed(places)
        for place in places:
            if committed[place].offset < 0:
                if place not in self._unseeded:
                    raise place_gone(place)
                await self._consumer.commit({place: 0})
                committed[place] = OffsetAndMetadata(0, "")
        self._unseeded -= places  # from now on, none means lost
        beginnings = await self._places.beginnings(
            {place: committed[place].offset for place in places}
        )
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
        if self._lost is None:
            return await self._places.lag()
        return await self._places.lag(without=await self._places.topics_gone())

    async def close(self) -> None:
        # While its broker is away, aiokafka lets through how it cancels a task of its own: waited
        # for, and not awaited, that does not look as if somebody had cancelled us.
        stopping = asyncio.ensure_future(self._consumer.stop())
        await asyncio.wait([stopping])
        if not stopping.cancelled():
            stopping.result()


def _fingerprint(record: ConsumerRecord) -> str:
    """Committed with the place after the record: an offset alone can't tell one topic from
    another that was made anew under its name.
    """
    content = b"%d/%b/%b" % (record.timestamp, record.key or b"", record.value or b"")
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _received(place: TopicPartition, record: ConsumerRecord) -> Received:
    return Received(
        place.topic,
        (record.key or b"").decode("utf-8", "replace").replace("\0", "\ufffd"),
        record.value or b"",
        f"{place.partition}:{record.offset}",
        _copy(record.headers),
    )


def _copy(headers: Sequence[tuple[str, bytes | None]]) -> tuple[int, int]:
    for name, value in headers:
        if name == COPY and (said := NUMBERED.fullmatch(value or b"")):
            number, copies = int(said[1]), int(said[2])
            if number < copies:
                return number, copies
    return 0, 1  # somebody else's header is no copy of ours
