"""A bus that has lost something says so, and nobody goes on as if nothing was missed."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

import pytest
from aiokafka.errors import CommitFailedError
from buses import OnMock, OnPostgres, Place, drain, messages
from houqin_shared.bus import (
    Bus,
    OffsetsLost,
    Subscription,
    kafka_places,
    kafka_subscription,
    postgres,
)

Open = Callable[[], Awaitable[Bus]]
PATIENCE = 180
"""Seconds; a topic made anew is noticed in thirty."""


@pytest.fixture
async def place(place: Place) -> Place:
    if isinstance(place, OnMock):
        pytest.skip("librdkafka's mock broker can delete neither topics nor records")
    return place


async def heard(bus: Bus, group: str, topic: str, count: int) -> None:
    """The group has heard `count` messages of a topic, and is away."""
    subscription = await bus.subscribe(group, [topic])
    await bus.send(messages(topic, "k", count))
    assert len(await drain(subscription)) == count
    await subscription.close()


async def is_halted(subscription: Subscription) -> bool:
    """OffsetsLost again and again, whatever comes; its figures can be asked for all the same."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        try:
            assert await subscription.receive(100, 0.1) == []
        except OffsetsLost as lost:
            with pytest.raises(OffsetsLost, match=re.escape(str(lost))):
                await subscription.receive(100, 0.1)
            await subscription.lag()
            return True
    return False


async def test_deleted_before_they_were_heard_they_halt_the_group(
    place: Place, open_bus: Open, topic: str, group: str
) -> None:
    bus = await open_bus()
    await heard(bus, group, topic, 3)
    await bus.send(messages(topic, "k", 4))
    await place.forget(topic)
    late = await bus.subscribe(group, [topic])
    assert await is_halted(late)
    await late.close()


async def test_deleted_before_a_new_group_began_they_halt_it(
    place: Place, open_bus: Open, topic: str, group: str
) -> None:
    bus = await open_bus()
    await heard(bus, group, topic, 3)
    await place.forget(topic)
    new = await bus.subscribe(f"new-{group}", [topic])
    assert await is_halted(new)
    await new.close()
    old = await bus.subscribe(group, [topic])  # it has missed nothing
    await bus.send(messages(topic, "k", 1))
    assert [each.value for each in await drain(old)] == [b"k:0"]
    await old.close()


async def test_a_group_whose_place_is_gone_halts_if_it_remembers_that_it_was_there(
    place: Place, open_bus: Open, topic: str, group: str
) -> None:
    await heard(await open_bus(), group, topic, 3)
    await place.lose_the_place(group, topic)
    bus = await open_bus()
    await bus.send(messages(topic, "k", 5))
    old = await bus.subscribe(group, [topic], heard=[topic])
    assert await is_halted(old)
    await old.close()


async def test_a_log_made_anew_halts_those_who_come_back(
    place: Place, open_bus: Open, topic: str, group: str
) -> None:
    await heard(await open_bus(), group, topic, 3)
    await place.make_anew(topic)
    old = await (await open_bus()).subscribe(group, [topic], heard=[topic])
    assert await is_halted(old)
    await old.close()


async def test_a_topic_made_anew_halts_those_who_are_listening(
    place: Place, open_bus: Open, topic: str, group: str
) -> None:
    if isinstance(place, OnPostgres):
        pytest.skip("in PostgreSQL one looks at one's place when one begins to lead")
    await heard(await open_bus(), group, topic, 3)
    one = await (await open_bus()).subscribe(group, [topic])
    two = await (await open_bus()).subscribe(group, [topic])
    await asyncio.gather(drain(one), drain(two))
    await place.make_anew(topic)
    assert all(await asyncio.gather(is_halted(one), is_halted(two)))
    await one.close()
    await two.close()


async def test_a_topic_that_is_deleted_halts_those_who_are_listening(
    place: Place, open_bus: Open, topic: str, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two; of the other, what was not heard is still counted."""
    if isinstance(place, OnPostgres):
        pytest.skip("in PostgreSQL all topics are one table")
    monkeypatch.setattr(kafka_subscription, "GONE", 2)
    bus, other = await open_bus(), f"other-{topic}"
    subscription = await bus.subscribe(group, [topic, other])
    await bus.send(messages(topic, "k", 3))
    assert len(await drain(subscription)) == 3
    await place.delete(topic)
    assert await is_halted(subscription)
    await bus.send(messages(other, "k", 2))
    assert await subscription.lag() == 2
    with pytest.raises(OffsetsLost, match=f"topic {topic}$"):
        await subscription.receive(100, 0.1)
    await subscription.close()


async def test_another_history_below_its_place_halts_a_group(
    place: Place, open_bus: Open, topic: str, group: str
) -> None:
    await heard(await open_bus(), group, topic, 3)
    await place.rewrite(group, topic, 5)
    old = await (await open_bus()).subscribe(group, [topic])
    assert await is_halted(old)
    await old.close()


async def test_a_group_that_begins_again_hears_all_that_is_kept_wherever_it_was(
    place: Place, open_bus: Open, topic: str, group: str
) -> None:
    """Also one that would halt, for its place is gone."""
    bus = await open_bus()
    await heard(bus, group, topic, 3)
    await bus.begin_again(group, [topic])
    ahead = await bus.subscribe(group, [topic], heard=[topic])
    assert [each.value for each in await drain(ahead)] == [b"k:0", b"k:1", b"k:2"]
    await ahead.close()
    await place.lose_the_place(group, topic)
    bus = await open_bus()
    await bus.send(messages(topic, "k", 2))
    await bus.begin_again(group, [topic])
    lost = await bus.subscribe(group, [topic], heard=[topic])
    assert [each.value for each in await drain(lost)][-2:] == [b"k:0", b"k:1"]
    await lost.close()


async def test_a_group_with_members_at_work_does_not_begin_again(
    open_bus: Open, topic: str, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would move it on by what they have in hand, over all that came before."""
    for bus_module in (kafka_places, postgres):
        monkeypatch.setattr(bus_module, "PATIENCE", 5)
    bus = await open_bus()
    member = await bus.subscribe(group, [topic])
    await bus.send(messages(topic, "k", 3))
    assert len(await drain(member)) == 3
    with pytest.raises((ConnectionError, CommitFailedError)):
        await bus.begin_again(group, [topic])
    await bus.send(messages(topic, "new", 1))
    assert [each.value for each in await drain(member)] == [b"new:0"]
    await member.close()
