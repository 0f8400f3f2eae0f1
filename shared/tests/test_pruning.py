"""What is old goes, and nothing that could still be needed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from houqin_shared import pruning
from houqin_shared.bus import Message, OffsetsLost, Subscription
from houqin_shared.bus.postgres import PostgresBus
from houqin_shared.limits import Keeps
from houqin_shared.misconfigured import Misconfigured
from houqin_shared.outbox import CLUSTER, Relay
from houqin_shared.pruning import ANSWERS, INBOX, LEADER_LOCK, OUTBOX, Pruning
from houqin_shared.settings import Settings
from houqin_shared.testing import create_mechanism
from houqin_shared.transaction import Connection, open_pool
from relaying import relay_all

NewDatabase = Callable[[], Awaitable[str]]
OLD = timedelta(days=1000)
A_DAY = timedelta(days=1)


class Place:
    """A service's database, and a bus; what is in them is as old as a test says."""

    def __init__(self, url: str, session: Connection, bus: PostgresBus) -> None:
        self.url = url
        self.session = session
        self.bus = bus
        self.pruning = Pruning(url, bus, "teller", ["told"], Keeps())

    async def count(self, table: str) -> int:
        return int(await self.session.fetchval(f"select count(*) from {table}"))

    async def tell(self, count: int) -> None:
        await self.session.execute(
            "insert into outbox (key, envelope) select 'o/c', 'x' from generate_series(1, $1)",
            count,
        )

    async def hear(self, count: int, age: timedelta) -> None:
        await self.session.executemany(
            "insert into inbox (source, event_id, at) values ('told', $1, now() - $2::interval)",
            [(uuid4(), age) for _ in range(count)],
        )

    async def relay(self) -> None:
        pool = await open_pool(self.url)
        async with pool.acquire() as session:
            await relay_all(Relay(pool, self.bus, "teller"), session)
        await pool.close()

    async def age(self, table: str) -> None:
        connection = self.bus._pool if table == "log" else self.session
        await connection.execute(f"update {table} set at = at - $1::interval", OLD)

    async def round(self) -> dict[str, int]:
        """What one round pruned."""
        before = self.pruning.pruned.copy()
        await self.pruning.round(self.session)
        return dict(self.pruning.pruned - before)


@pytest.fixture
async def place(new_database: NewDatabase) -> AsyncIterator[Place]:
    url = await new_database()
    await create_mechanism(url)
    session = await asyncpg.connect(url)
    bus = await PostgresBus.open(await new_database())
    yield Place(url, session, bus)
    await session.close()
    await bus.close()


async def take(subscription: Subscription, count: int) -> list[bytes]:
    """Apply so many messages and acknowledge them."""
    found: list[bytes] = []
    while len(found) < count:
        found += [each.value for each in await subscription.receive(count - len(found), 1)]
        await subscription.acknowledge()
    return found


async def test_of_the_outbox_goes_what_was_sent_and_is_old(place: Place) -> None:
    await place.tell(3)
    await place.relay()
    await place.tell(2)
    assert await place.round() == {}
    await place.age("outbox")
    assert await place.round() == {"outbox": 3}
    await place.relay()
    assert await place.round() == {"outbox": 2}


async def test_a_moved_outbox_is_left_alone_until_its_relay_has_rebased_it(place: Place) -> None:
    await place.tell(1)
    await place.relay()
    # as after a restore into another cluster, whose transaction ids mean nothing to the cursor
    await place.session.execute("update outbox_cursor set cluster = 'other'")
    await place.age("outbox")
    assert await place.round() == {}
    await place.session.execute("update outbox_cursor set cluster = (" + CLUSTER + ")")
    assert await place.round() == {"outbox": 1}


async def test_the_inbox_keeps_whatever_can_come_again(place: Place) -> None:
    await place.hear(2, OLD)
    await place.hear(1, A_DAY)
    await place.bus.send([Message("told", "k", b"as old as those that were heard")])
    await place.age("log")
    assert await place.round() == {}
    await place.bus._pool.execute("update log set at = now() - interval '46 days'")
    assert await place.round() == {"inbox": 2}
    assert await place.count("inbox") == 1


async def test_an_inbox_goes_by_age_alone_when_nothing_is_kept_on_the_bus(place: Place) -> None:
    await place.hear(2, timedelta(days=46))
    await place.hear(1, timedelta(days=44))
    assert await place.round() == {"inbox": 2}


async def test_manual_offices_keep_their_answers_for_good(place: Place) -> None:
    for office, clock in (("one", "live"), ("two", "manual")):
        await place.session.execute(
            "insert into offices values ($1, $1, $2, '2017-05-01', '2017-05-01', '2017-04-30')",
            office,
            clock,
        )
        for key in ("first", "second"):
            await place.session.execute(
                """insert into answers (office_id, idempotency_key, request_digest, status, body)
                   values ($1, $2, '', 201, '')""",
                office,
                key,
            )
    assert await place.round() == {}
    await place.session.execute(
        "update answers set at = at - $1::interval where idempotency_key = 'first'", OLD
    )
    assert await place.round() == {"answers": 1}
    left = await place.session.fetch("select office_id, idempotency_key from answers order by 1, 2")
    assert [tuple(row) for row in left] == [("one", "second"), ("two", "first"), ("two", "second")]


async def test_of_the_log_goes_what_every_group_has_heard(place: Place) -> None:
    near = await place.bus.subscribe("near", ["teller"])
    far = await place.bus.subscribe("far", ["teller"])
    await place.bus.send([Message("teller", "k", str(n).encode()) for n in range(10)])
    await place.age("log")
    await place.bus.send([Message("teller", "k", b"young")])
    await take(near, 11)
    assert await place.round() == {}
    await take(far, 4)
    assert await place.round() == {"log": 4}
    assert await take(far, 7) == [b"4", b"5", b"6", b"7", b"8", b"9", b"young"]
    assert await place.round() == {"log": 6}
    assert await place.bus.oldest("teller") is not None
    await near.close()
    await far.close()


async def test_a_log_without_groups_is_kept(place: Place) -> None:
    await place.bus.send([Message("teller", "k", b"1")])
    await place.age("log")
    assert await place.round() == {}


async def test_many_old_messages_go_in_bites(place: Place) -> None:
    subscription = await place.bus.subscribe("g", ["teller"])
    await place.bus.send([Message("teller", "k", b"x")] * 2500)
    await take(subscription, 2500)
    await place.age("log")
    assert await place.bus.prune("teller", A_DAY, 1000) == 1000
    assert await place.round() == {"log": 1500}
    await subscription.close()


async def test_nobody_can_begin_before_what_is_kept(place: Place) -> None:
    subscription = await place.bus.subscribe("g", ["teller", "other"])
    await place.bus.send([Message("teller", "k", str(n).encode()) for n in range(3)])
    await take(subscription, 3)
    await place.age("log")
    await place.bus.send([Message("teller", "k", b"3")])
    assert await place.round() == {"log": 3}
    late = await place.bus.subscribe("late", ["teller", "other"])
    with pytest.raises(OffsetsLost, match="late would stand at position 0 of teller"):
        await late.receive(1, 0.1)
    assert await place.bus._pool.fetch("select from cursors where consumers = 'late'") == []
    with pytest.raises(asyncpg.PostgresError, match="g would stand at position 2 of teller"):
        await place.bus._pool.execute("update cursors set pos = 2 where topic = 'teller'")
    await subscription.close()
    again = await place.bus.subscribe("g", ["teller", "other"])
    assert await take(again, 1) == [b"3"]
    await again.close()
    elsewhere = await place.bus.subscribe("late", ["other"])
    await elsewhere.close()


async def test_a_group_that_begins_just_now_is_waited_for(place: Place) -> None:
    subscription = await place.bus.subscribe("g", ["teller"])
    await place.bus.send([Message("teller", "k", b"1")])
    await take(subscription, 1)
    await place.age("log")
    async with place.bus._pool.acquire() as other, other.transaction():
        await other.execute("insert into cursors values ('late', 'teller', 0)")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await place.bus.prune("teller", A_DAY, 10)
    assert await place.bus.prune("teller", A_DAY, 10) == 0
    await subscription.close()


async def test_a_bus_from_before_pruning_is_brought_up_to_date(new_database: NewDatabase) -> None:
    url = await new_database()
    first = await PostgresBus.open(url)
    subscription = await first.subscribe("g", ["teller"])
    await first.send([Message("teller", "k", b"1")])
    await subscription.close()
    await first._pool.execute(
        """drop table pruned; drop function prune;
           drop function nothing_is_missed cascade;
           drop index log_in_order; alter table log add primary key (pos);
           alter table log reset (vacuum_truncate)"""
    )
    await first.close()
    second = await PostgresBus.open(url)
    later = await second.subscribe("g", ["teller"])
    assert await take(later, 1) == [b"1"]
    assert await second.prune("teller", timedelta(0), 10) == 1
    with pytest.raises(OffsetsLost):
        await (await second.subscribe("late", ["teller"])).receive(1, 0.1)
    await later.close()
    await second.close()


async def test_a_large_table_is_walked_over_several_rounds(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "FEWEST_PAGES", 16)
    monkeypatch.setattr(pruning, "BITE_PAGES", 8)
    await place.hear(4000, OLD)
    await place.hear(10, A_DAY)
    gone = []
    while await place.count("inbox") > 10:
        gone.append((await place.round())["inbox"])
    assert sum(gone) == 4000
    assert len(gone) > 1
    await place.hear(5, OLD)
    while await place.count("inbox") > 10:  # walked again, from its beginning
        await place.round()


async def test_of_several_replicas_one_prunes(place: Place) -> None:
    await place.hear(1, OLD)
    other = await asyncpg.connect(place.url)
    await other.execute(f"select pg_advisory_lock({LEADER_LOCK})")
    await place.pruning._lead()
    assert await place.count("inbox") == 1
    await other.close()


@pytest.mark.parametrize(
    ("table", "statement"), [("outbox", OUTBOX), ("inbox", INBOX), ("answers", ANSWERS)]
)
async def test_a_bite_reads_its_own_pages_alone(place: Place, table: str, statement: str) -> None:
    await place.tell(20_000)
    await place.relay()
    await place.hear(20_000, A_DAY)
    await place.session.execute(
        """insert into answers (office_id, idempotency_key, request_digest, status, body)
           select 'o', number, '', 201, decode(repeat('00', 200), 'hex')
           from generate_series(1, 20000) as number"""
    )
    arguments: list[object] = [(0, 0), (16, 0), A_DAY]
    if statement is INBOX:
        arguments.append(None)
    for known in (False, True):
        if known:
            await place.session.execute("vacuum analyze")
        plan = await place.session.fetch(f"explain {statement}", *arguments)
        assert any(f"Tid Range Scan on {table}" in row[0] for row in plan), plan


def test_an_inbox_must_outlive_what_can_come_again() -> None:
    with pytest.raises(
        Misconfigured, match=r"(?s)HOUQIN_KEEP_INBOX_DAYS is 30 .*收件记录须保留更久"
    ):
        Keeps.from_environment({"HOUQIN_KEEP_INBOX_DAYS": "30"})
    with pytest.raises(Misconfigured, match="HOUQIN_KEEP_OUTBOX_DAYS is 45"):
        Keeps(outbox=45)
    kept = Keeps.from_environment({"HOUQIN_KEEP_LOG_DAYS": "90", "HOUQIN_KEEP_INBOX_DAYS": "120"})
    assert kept == Keeps(outbox=7, log=90, inbox=120, answers=45)


@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "many", "1_000", "1000000001"])
def test_a_bound_that_is_no_whole_number_is_refused(wrong: str) -> None:
    environment = {"DATABASE_URL": "d", "BUS_URL": "postgresql://b", "HOUQIN_TOKEN_KEY": "k"}
    assert Settings.from_environment(environment).most_backlog == 20_000
    with pytest.raises(Misconfigured, match="HOUQIN_MOST_BACKLOG"):
        Settings.from_environment(environment | {"HOUQIN_MOST_BACKLOG": wrong})
