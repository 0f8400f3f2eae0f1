"""The bus is two verbs: `send` returns when the messages are durable, `receive` yields batches
that come again until they are acknowledged. Order is kept per key. Nothing outside this package
can tell which bus is there. The rest is housekeeping: how much waits, how old it is, what may go.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: `everywhere` puts one copy on every partition of the topic."""

    topic: str
    key: str
    value: bytes
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What arrives: `copy` says which copy of how many, for what was sent everywhere."""

    topic: str
    key: str
    value: bytes
    position: str
    copy: tuple[int, int] = (0, 1)


class OffsetsLost(Exception):
    """The group's place in a topic is gone, or what stood there is: nobody may go on as if nothing
    was missed. An operator decides (see the operations manual).

    Raised by `receive`, from then on every time; the member has left its group.
    """


class Subscription(Protocol):
    """A group's place in its topics."""

    async def receive(self, most: int, wait: float) -> Sequence[Received]:
        """The next messages, at most `most`; none if nothing came within `wait` seconds.

        What was received and not acknowledged comes again, to this member or to another.
        """
        ...

    async def acknowledge(self) -> None:
        """All that `receive` returned last has been applied and need not come again."""
        ...

    async def lag(self) -> int:
        """Messages that the group has not acknowledged yet.

        Raises OSError if the bus can't be asked.
        """
        ...

    async def close(self) -> None: ...


class Bus(Protocol):
    """Carries messages from a topic's one publisher to its groups."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Returns when all are durable. After an error any of them may have arrived: send again."""
        ...

    async def subscribe(
        self, group: str, topics: Sequence[str], heard: Collection[str] = ()
    ) -> Subscription:
        """Join a group; a new group begins at the beginning.

        `heard` are the topics that the group has heard something from, as it remembers itself: it
        must have a place in them, or the bus has lost it. OffsetsLost, also of what a new group
        would have to hear and is not kept any more, comes from `receive`.
        """
        ...

    async def begin_again(self, group: str, topics: Sequence[str]) -> None:
        """Put a group without members back to the beginning of all that is kept, wherever it was,
        and whether it had a place or not. Members that were killed are waited for.

        Raises the bus's own errors if members are at work, who would move it on again.
        """
        ...

    async def backlog(self, topic: str) -> int:
        """Messages of a topic that the group furthest behind has not acknowledged; 0 if no group
        listens to it.

        Raises the bus's own errors if it can't be asked.
        """
        ...

    async def oldest(self, topic: str) -> datetime | None:
        """When the first message that is still kept was sent: nothing older can come again. None
        if nothing is kept.
        """
        ...

    async def prune(self, topic: str, age: timedelta, most: int) -> int:
        """Forget at most `most` messages that are older than `age` and that every group has
        acknowledged, in one short transaction; how many went. A bus that prunes by itself says 0.
        """
        ...

    async def close(self) -> None: ...
