"""What every bus promises, proven on each of them."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from buses import OnMock, Place, drain, messages
from houqin_shared.bus import Bus, Message, Received
from houqin_shared.bus.postgres import PostgresBus

Open = Callable[[], Awaitable[Bus]]


async def test_order_is_kept_per_key(open_bus: Open, topic: str, group: str) -> None:
    bus = await open_bus()
    subscription = await bus.subscribe(group, [topic])
    for part in range(5):
        for key in "abc":
            await bus.send([Message(topic, key, f"{part}-{n}".encode()) for n in range(40)])
    by_key: dict[str, list[bytes]] = defaultdict(list)
    for received in await drain(subscription):
        by_key[received.key].append(received.value)
    expected = [f"{part}-{n}".encode() for part in range(5) for n in range(40)]
    assert by_key == {"a": expected, "b": expected, "c": expected}
    assert await subscription.lag() == 0
    await subscription.close()


async def test_a_new_group_begins_at_the_beginning(open_bus: Open, topic: str, group: str) -> None:
    bus = await open_bus()
    first = await bus.subscribe(group, [topic])
    await bus.send(messages(topic, "k", 3))
    assert len(await drain(first)) == 3
    second = await bus.subscribe(f"second-{group}", [topic])
    assert [each.value for each in await drain(second)] == [b"k:0", b"k:1", b"k:2"]
    await first.close()
    await second.close()


async def test_what_is_not_acknowledged_comes_again(open_bus: Open, topic: str, group: str) -> None:
    bus = await open_bus()
    subscription = await bus.subscribe(group, [topic])
    await bus.send(messages(topic, "k", 5))
    batch: list[Received] = []
    while not batch:
        batch = list(await subscription.receive(2, 0.5))
    again: list[Received] = []
    while not again:
        again = list(await subscription.receive(2, 0.5))
    assert again[0].value == batch[0].value == b"k:0"
    await subscription.close()
    later = await (await open_bus()).subscribe(group, [topic])
    assert [each.value for each in await drain(later)] == [f"k:{n}".encode() for n in range(5)]
    await later.close()


async def test_acknowledged_is_never_seen_again(open_bus: Open, topic: str, group: str) -> None:
    bus = await open_bus()
    subscription = await bus.subscribe(group, [topic])
    await bus.send(messages(topic, "k", 4))
    await drain(subscription)
    await subscription.close()
    later = await (await open_bus()).subscribe(group, [topic])
    assert await drain(later) == []
    await bus.send(messages(topic, "k", 1))
    assert [each.value for each in await drain(later)] == [b"k:0"]
    await later.close()


async def test_lag_counts_what_is_not_acknowledged(open_bus: Open, topic: str, group: str) -> None:
    bus = await open_bus()
    subscription = await bus.subscribe(group, [topic])
    await bus.send(messages(topic, "k", 7))
    assert await subscription.lag() == 7
    await drain(subscription)
    assert await subscription.lag() == 0
    await subscription.close()


async def test_everywhere_comes_after_all_that_was_sent_before(
    open_bus: Open, topic: str, group: str
) -> None:
    bus = await open_bus()
    subscription = await bus.subscribe(group, [topic])
    await bus.send([Message(topic, f"k{n}", b"before") for n in range(30)])
    await bus.send([Message(topic, "office", b"closed", everywhere=True)])
    seen_before, copies = 0, set()
    for received in await drain(subscription):
        if received.value == b"before":
            seen_before += 1
        else:
            copies.add(received.copy)
            total = received.copy[1]
    assert seen_before == 30
    assert copies == {(number, total) for number in range(total)}
    await subscription.close()


async def test_two_members_share_the_work_and_lose_nothing(
    place: Place, open_bus: Open, topic: str, group: str
) -> None:
    if isinstance(place, OnMock):
        pytest.skip("several members of a group race in the SyncGroup of librdkafka's mock broker")
    bus = await open_bus()
    one = await bus.subscribe(group, [topic])
    await bus.send([Message(topic, f"k{n % 9}", str(n).encode()) for n in range(90)])
    seen = {each.value for each in await one.receive(10, 2)}
    two = await (await open_bus()).subscribe(group, [topic])  # joins while one is not done
    await one.close()
    seen |= {each.value for each in await drain(two)}
    assert seen == {str(n).encode() for n in range(90)}
    await two.close()


async def test_a_member_whose_session_was_cut_goes_on_with_another(
    new_database: Callable[[], Awaitable[str]], topic: str
) -> None:
    """PostgreSQL was restarted, or an operator ended the session."""
    url = await new_database()
    bus = await PostgresBus.open(url)
    subscription = await bus.subscribe("g", [topic])
    await bus.send(messages(topic, "k", 2))
    assert len(await drain(subscription)) == 2
    operator = await asyncpg.connect(url)
    await operator.execute(
        """select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid()"""
    )
    await operator.execute("select send($1, $2, $3)", [topic], ["k"], [b"after"])
    await operator.close()
    heard: list[Received] = []
    async with asyncio.timeout(60):
        while not heard:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                heard += await subscription.receive(10, 0.25)
    assert [each.value for each in heard] == [b"after"]
    await subscription.acknowledge()
    await subscription.close()
    await bus.close()


def not_on_the_mock(place: Place) -> None:
    """It neither lists groups nor knows when something was sent."""
    if isinstance(place, OnMock):
        pytest.skip("librdkafka's mock broker can't be asked for groups and times")


async def test_backlog_is_that_of_the_group_furthest_behind(
    place: Place, open_bus: Open, topic: str
) -> None:
    not_on_the_mock(place)
    bus = await open_bus()
    near, far = await bus.subscribe("near", [topic]), await bus.subscribe("far", [topic])
    assert await bus.backlog(topic) == 0
    await bus.send(messages(topic, "k", 7))
    await drain(near)
    assert await bus.backlog(topic) == 7
    assert await (await open_bus()).backlog(topic) == 7
    await drain(far)
    assert await bus.backlog(topic) == 0
    await near.close()
    await far.close()


async def test_a_topic_without_groups_has_no_backlog(
    place: Place, open_bus: Open, topic: str
) -> None:
    not_on_the_mock(place)
    bus = await open_bus()
    other = await bus.subscribe("g", [f"other-than-{topic}", topic])
    assert await bus.backlog(f"nobody-hears-{topic}") == 0
    await other.close()


async def test_oldest_is_when_the_first_message_kept_was_sent(
    place: Place, open_bus: Open, topic: str
) -> None:
    not_on_the_mock(place)
    bus = await open_bus()
    subscription = await bus.subscribe("g", [topic])
    assert await bus.oldest(topic) is None
    before = datetime.now(UTC) - timedelta(seconds=1)
    await bus.send(messages(topic, "k", 2))
    first = await bus.oldest(topic)
    assert first is not None
    assert before <= first <= datetime.now(UTC) + timedelta(seconds=1)
    await bus.send(messages(topic, "other", 2))
    assert await bus.oldest(topic) == first
    await subscription.close()


async def test_a_quiet_topic_costs_the_same_beside_a_long_log(
    new_database: Callable[[], Awaitable[str]],
) -> None:
    """In PostgreSQL, whose planner knows nothing of the log but that it was short."""
    url = await new_database()
    bus = await PostgresBus.open(url)
    subscription = await bus.subscribe("g", ["quiet", "busy"])
    await bus.send(messages("quiet", "k", 3))
    await bus._pool.execute("analyze log")
    for _ in range(20):
        await bus.send(messages("busy", "k", 1000))
    heard = 0
    while heard < 20_003:
        heard += len(await subscription.receive(1000, 1))
        await subscription.acknowledge()
    await subscription.close()
    await bus.close()
    all_of_it = await _rows_read(url)
    assert 20_003 <= all_of_it < 2 * 20_003

    bus = await PostgresBus.open(url)
    await bus.send(messages("quiet", "k", 2))
    subscription = await bus.subscribe("g", ["quiet", "busy"])
    assert await subscription.lag() == 2
    assert await bus.backlog("quiet") == 2
    assert await bus.oldest("busy")
    assert len(await drain(subscription)) == 2
    await subscription.close()
    await bus.close()
    assert await _rows_read(url) - all_of_it < 100


async def test_a_log_with_an_index_on_its_positions_alone_loses_that_and_nothing_else(
    new_database: Callable[[], Awaitable[str]], caplog: pytest.LogCaptureFixture
) -> None:
    """As earlier versions made it; with what stands in it, and a place, while it is dumped."""
    url = await new_database()
    bus = await PostgresBus.open(url)
    subscription = await bus.subscribe("g", ["t"])
    await bus.send(messages("t", "k", 3))
    assert len(await drain(subscription)) == 3
    await bus.send(messages("t", "k", 2))
    await bus._pool.execute(
        """alter table log add primary key (pos); alter index log_in_order rename to log_of_topic"""
    )
    dump = await asyncpg.connect(url)
    reading = dump.transaction()
    await reading.start()
    await dump.execute("lock table log in access share mode")
    opening = asyncio.create_task(PostgresBus.open(url))
    while "the log is in use" not in caplog.text:
        await bus.send(messages("other", "k", 1))  # nobody waits behind it for good
    await reading.rollback()
    await dump.close()
    newer = await opening
    indexes = await newer._pool.fetch("select indexname from pg_indexes where tablename = 'log'")
    assert [row["indexname"] for row in indexes] == ["log_in_order"]
    await newer.send(messages("t", "new", 1))
    assert [each.value for each in await drain(subscription)] == [b"k:0", b"k:1", b"new:0"]
    await subscription.close()
    await newer.close()
    await bus.close()


async def _rows_read(url: str) -> int:
    """From the log, by all sessions: they tell it when they end, which is waited for."""
    connection = await asyncpg.connect(url)
    while await connection.fetchval(
        """select exists (select from pg_stat_activity
                          where datname = current_database() and pid <> pg_backend_pid())"""
    ):
        await asyncio.sleep(0.05)
    read = await connection.fetchval(
        """select t.seq_tup_read + sum(i.idx_tup_read) from pg_stat_user_tables t
           join pg_stat_user_indexes i using (relid) where t.relname = 'log' group by t.relid,
           t.seq_tup_read"""
    )
    await connection.close()
    return int(read)
