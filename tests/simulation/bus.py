"""The real bus, with several partitions a topic, and every fault that its contract allows.

`send` may fail before or after any of the messages was durable; what was not acknowledged comes
again, in other batches and to another member; anything may come twice; order is kept within a
partition, and so within a key, and nowhere else.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zlib import crc32

from houqin_shared.bus import Bus, Message, Received, Subscription
from houqin_shared.bus.postgres import PostgresBus

from simulation.chance import Chance, Injected

PARTITIONS = 3
COPY = " copy "
"""What parts the key of a message that was sent everywhere from the number of its copy."""

SENDING = {
    "send fails before": 0.02,
    "send fails in the middle": 0.02,
    "send fails after": 0.02,
    "sent twice": 0.03,
}
RECEIVING = {
    "member replaced": 0.01,
    "batch delayed": 0.05,
    "batch halved": 0.15,
    "messages doubled": 0.05,
}
ACKNOWLEDGING = {"acknowledge fails before": 0.02, "acknowledge fails after": 0.02}
FAULTS = (*SENDING, *RECEIVING, *ACKNOWLEDGING)
LONGEST_DELAY = 0.03
"""Seconds: longer than a day's facts need, shorter than anybody's patience."""


class FaultyBus:
    """`Bus` of one service."""

    def __init__(self, inner: Bus, service: str, seed: int, struck: Counter[str]) -> None:
        self._inner = inner
        self._service = service
        self._seed = seed
        self._struck = struck
        self._sending = Chance(seed, f"{service} sends", SENDING, struck)

    @classmethod
    async def open(cls, url: str, service: str, seed: int, struck: Counter[str]) -> "FaultyBus":
        return cls(await PostgresBus.open(url), service, seed, struck)

    async def send(self, messages: Sequence[Message]) -> None:
        copies = [copy for message in messages for copy in _copies(message)]
        fault = self._sending.next()
        if fault == "send fails before":
            raise Injected(fault)
        if fault == "send fails in the middle":
            await self._inner.send(self._beginnings(copies))
            raise Injected(fault)
        await self._inner.send(copies)
        if fault == "sent twice":
            await self._inner.send(copies)
        if fault == "send fails after":
            raise Injected(fault)

    def _beginnings(self, copies: Sequence[Message]) -> list[Message]:
        """What some partitions had already stored: of each the first few."""
        parted: dict[int, list[Message]] = defaultdict(list)
        for copy in copies:
            parted[_partition(copy.key)].append(copy)
        luck = self._sending.luck
        return [copy for some in parted.values() for copy in some[: luck.randint(0, len(some))]]

    async def subscribe(
        self, group: str, topics: Sequence[str], heard: Collection[str] = ()
    ) -> "FaultySubscription":
        chances = (
            Chance(self._seed, f"{group} receives", RECEIVING, self._struck),
            Chance(self._seed, f"{group} acknowledges", ACKNOWLEDGING, self._struck),
        )
        return FaultySubscription(partial(self._inner.subscribe, group, topics, heard), *chances)

    async def begin_again(self, group: str, topics: Sequence[str]) -> None:
        await self._inner.begin_again(group, topics)

    async def backlog(self, topic: str) -> int:
        return await self._inner.backlog(topic)

    async def oldest(self, topic: str) -> datetime | None:
        return await self._inner.oldest(topic)

    async def prune(self, topic: str, age: timedelta, most: int) -> int:
        return await self._inner.prune(topic, age, most)

    async def close(self) -> None:
        await self._inner.close()


class FaultySubscription:
    """A member's place: batches of the real bus, handed on in other pieces and another order."""

    def __init__(
        self,
        subscribe: Callable[[], Awaitable[Subscription]],
        receiving: Chance,
        acknowledging: Chance,
    ) -> None:
        self._subscribe = subscribe
        self._receiving = receiving
        self._acknowledging = acknowledging
        self._joining = asyncio.Lock()
        self._inner: Subscription | None = None
        self._held: list[Received] = []
        """Of the real bus's batch, what was not acknowledged yet; it begins with what was given."""
        self._given = 0

    async def _member(self) -> Subscription:
        # Whoever asks for the lag meanwhile must not become a second member that nobody closes.
        async with self._joining:
            if self._inner is None:
                self._inner = await self._subscribe()
            return self._inner

    async def receive(self, most: int, wait: float) -> Sequence[Received]:
        inner = await self._member()
        if self._given or not self._held:
            self._held, self._given = [], 0
            self._held = self._shuffled(await inner.receive(most, wait))
        if not self._held:
            return []
        much = len(self._held)
        match self._receiving.next():
            case "member replaced":
                self._held, self._inner = [], None
                await inner.close()
                return []
            case "batch delayed":
                await asyncio.sleep(self._receiving.luck.uniform(0, LONGEST_DELAY))
            case "batch halved":
                much = self._receiving.luck.randint(1, much)
            case "messages doubled":
                self._double()
        self._given = min(much, most)
        return self._held[: self._given]

    async def acknowledge(self) -> None:
        inner = await self._member()
        fault = self._acknowledging.next()
        if fault == "acknowledge fails before":
            raise Injected(fault)
        self._held, self._given = self._held[self._given :], 0
        if not self._held:
            await inner.acknowledge()
        if fault == "acknowledge fails after":
            raise Injected(fault)

    async def lag(self) -> int:
        return await (await self._member()).lag()

    async def close(self) -> None:
        if self._inner is not None:
            await self._inner.close()

    def _shuffled(self, batch: Sequence[Received]) -> list[Received]:
        """Another order that the partitions could have arrived in."""
        parted: dict[tuple[str, int], deque[Received]] = defaultdict(deque)
        turns = []
        for each in batch:
            place = each.topic, _partition(each.key)
            parted[place].append(each)
            turns.append(place)
        self._receiving.luck.shuffle(turns)
        return [_read(parted[turn].popleft()) for turn in turns]

    def _double(self) -> None:
        """Some come a second time, anywhere after the first."""
        luck = self._receiving.luck
        for again in luck.sample(self._held, k=min(3, len(self._held))):
            self._held.insert(luck.randint(self._held.index(again) + 1, len(self._held)), again)


def _copies(message: Message) -> list[Message]:
    """One, or one a partition; the real bus is told of each as a message of its own."""
    if not message.everywhere:
        return [message]
    return [
        replace(message, key=f"{message.key}{COPY}{number}", everywhere=False)
        for number in range(PARTITIONS)
    ]


def _partition(key: str) -> int:
    _, copy, number = key.partition(COPY)
    return int(number) if copy else crc32(key.encode()) % PARTITIONS


def _read(received: Received) -> Received:
    """As the service would get it from a bus with partitions."""
    key, copy, number = received.key.partition(COPY)
    return replace(received, key=key, copy=(int(number), PARTITIONS)) if copy else received
