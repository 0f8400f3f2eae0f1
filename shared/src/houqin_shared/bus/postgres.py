"""The bus on PostgreSQL: a log table, and a cursor per group and topic, in a database of its own.

One partition per topic. A group has one active member at a time: the one that holds the group's
session lock; others wait for it to go.
"""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import asyncpg

from houqin_shared.bus import Message, OffsetsLost, Received
from houqin_shared.bus.postgres_schema import LOST, NEWEST, SCHEMA
from houqin_shared.migrate import Limits
from houqin_shared.transaction import BROKEN, SESSION, Connection, Pool, open_pool

log = logging.getLogger(__name__)

GATHER = 0.002
"""Seconds to let a batch grow after the first message of it was announced."""

LAST_WORD = 5.0
"""Seconds that a session may take to end."""

PATIENCE = 30
"""Seconds to wait for members that were killed."""

SCHEMA_LOCK = 4_815_162_342
LEADS = "hashtextextended($1, 2)"
"""The lock of the member that leads a group, whose name is the parameter."""

IN_ORDER = SESSION | {"enable_seqscan": "off"}
"""Whoever looks at the log is near its end, which the planner can't know: it takes a third of the
log for what lies after an unknown position, and would rather read all of it.
"""


class PostgresBus:
    """`Bus` on a PostgreSQL database that holds nothing else."""

    def __init__(self, url: str, pool: Pool) -> None:
        self._url = url
        self._pool = pool

    @classmethod
    async def open(cls, url: str) -> "PostgresBus":
        pool = await open_pool(url, 4, IN_ORDER)
        try:
            async with pool.acquire() as connection:
                await _bring_up_to_date(connection)
        except BaseException:
            pool.terminate()
            raise
        return cls(url, pool)

    async def send(self, messages: Sequence[Message]) -> None:
        await self._pool.execute(
            "select send($1, $2, $3)",
            [message.topic for message in messages],
            [message.key for message in messages],
            [message.value for message in messages],
        )

    async def subscribe(
        self, group: str, topics: Sequence[str], heard: Collection[str] = ()
    ) -> "PostgresSubscription":
        subscription = PostgresSubscription(self._url, self._pool, group, topics, heard)
        await subscription.begin()
        return subscription

    async def begin_again(self, group: str, topics: Sequence[str]) -> None:
        limit = asyncio.get_running_loop().time() + PATIENCE
        async with self._pool.acquire() as connection, connection.transaction():
            # Whoever leads would move the group on by what it has in hand. One that was killed may
            # still be there for a moment.
            while not await connection.fetchval(
                f"select pg_try_advisory_xact_lock({LEADS})", group
            ):
                if asyncio.get_running_loop().time() > limit:
                    raise ConnectionError(
                        f"a member of {group} is at work: end it before the group begins again"
                    )
                await asyncio.sleep(1)
            await connection.execute(
                """insert into cursors (consumers, topic, pos)
                   select $1, topic, coalesce(up_to, 0)
                   from unnest($2::text[]) as wanted(topic) left join pruned using (topic)
                   on conflict (consumers, topic) do update set pos = excluded.pos""",
                group,
                list(topics),
            )

    async def backlog(self, topic: str) -> int:
        waiting = await self._pool.fetchval(
            """select count(*) from log where topic = $1
               and pos > (select min(pos) from cursors where topic = $1)""",
            topic,
        )
        return int(waiting)

    async def oldest(self, topic: str) -> datetime | None:
        at: datetime | None = await self._pool.fetchval(
            """select at from log where topic = $1
               and pos > coalesce((select up_to from pruned where topic = $1), 0)
               order by pos limit 1""",
            topic,
        )
        return at

    async def prune(self, topic: str, age: timedelta, most: int) -> int:
        return int(await self._pool.fetchval("select prune($1, $2, $3)", topic, age, most))

    async def close(self) -> None:
        await self._pool.close()


async def _bring_up_to_date(connection: Connection) -> None:
    """One at a time, giving way like every migration: whoever wants a table that a dump is reading
    makes all senders wait behind it. Raises LockNotAvailableError.
    """
    limits = Limits()
    limit = asyncio.get_running_loop().time() + limits.patience
    while True:
        try:
            async with connection.transaction():
                await connection.execute(f"set local lock_timeout = '{limits.lock}s'")
                await connection.execute(f"select pg_advisory_xact_lock({SCHEMA_LOCK})")
                if await connection.fetchval("select to_regclass($1)", NEWEST) is None:
                    await connection.execute(SCHEMA)
                return
        except asyncpg.LockNotAvailableError:
            if asyncio.get_running_loop().time() > limit:
                raise
            log.warning("the log is in use, by a dump or another migrator: tried again")
        await asyncio.sleep(limits.rest)


class PostgresSubscription:
    """A member of a group; it leads while its session holds the group's lock.

    The session is its own and none of the pool's: the lock ends with it, however it ends.
    """

    def __init__(
        self, url: str, pool: Pool, group: str, topics: Sequence[str], heard: Collection[str] = ()
    ) -> None:
        self._url = url
        self._pool = pool
        self._group = group
        self._topics = list(topics)
        self._heard_from = list(heard)
        self._session: asyncpg.Connection[asyncpg.Record] | None = None
        self._leads = False
        self._wanted = set(topics)
        self._sent = asyncio.Event()
        self._more = True
        self._reached: dict[str, int] = {}
        self._lost: OffsetsLost | None = None

    async def begin(self) -> None:
        """Take a place at the beginning of the topics that are new to the group."""
        try:
            await self._pool.execute(
                """insert into cursors (consumers, topic, pos)
                   select $1, unnest($2::text[]), 0 on conflict do nothing""",
                self._group,
                [topic for topic in self._topics if topic not in self._heard_from],
            )
        except asyncpg.PostgresError as error:
            if error.sqlstate != LOST:
                raise
            self._lost = OffsetsLost(str(error))

    async def receive(self, most: int, wait: float) -> Sequence[Received]:
        if self._lost is not None:
            raise self._lost
        session = await self._lead(wait)
        if session is None:
            return []
        if not self._more and not await self._announced(session, wait):
            # Whatever was sent without being heard, such as while the session was away.
            self._more = True
            return []
        self._sent.clear()
        batch = await self._next(session, most)
        self._more = len(batch) == most
        self._reached = {row["topic"]: row["pos"] for row in batch}
        return [Received(row["topic"], row["key"], row["value"], str(row["pos"])) for row in batch]

    async def acknowledge(self) -> None:
        if self._session is None or not self._leads:
            raise ConnectionError("nothing was received in this session")
        # A cursor lost with the machine costs a repetition, which the inbox ignores.
        await self._session.execute(
            """with c as (select set_config('synchronous_commit', 'off', true))
               update cursors set pos = reached.pos
               from c, unnest($2::text[], $3::bigint[]) as reached(topic, pos)
               where cursors.consumers = $1 and cursors.topic = reached.topic""",
            self._group,
            list(self._reached),
            list(self._reached.values()),
        )

    async def lag(self) -> int:
        behind = await self._pool.fetchval(
            """select coalesce(sum(behind), 0) from unnest($2::text[]) as wanted(topic)
               left join cursors c on c.consumers = $1 and c.topic = wanted.topic
               cross join lateral (
                   select count(*) from log
                   where log.topic = wanted.topic and log.pos > coalesce(c.pos, 0)
               ) as waiting(behind)""",
            self._group,
            self._topics,
        )
        return int(behind)

    async def close(self) -> None:
        if self._session is not None:
            session, self._session, self._leads = self._session, None, False
            with contextlib.suppress(*BROKEN):
                await session.close(timeout=LAST_WORD)

    def _heard(self, *notification: object) -> None:
        if notification[-1] in self._wanted:
            self._sent.set()

    async def _announced(self, session: Connection, wait: float) -> bool:
        """Wait until something is sent to one of our topics. Raises ConnectionError."""
        try:
            async with asyncio.timeout(wait):
                await self._sent.wait()
        except TimeoutError:
            if session.is_closed():
                raise ConnectionError("the bus's session is gone") from None
            return False
        # Those who tell often do so at the same moment: one batch instead of three.
        await asyncio.sleep(GATHER)
        return True

    async def _next(self, session: Connection, most: int) -> list[asyncpg.Record]:
        return await session.fetch(
            """select waiting.pos, topic, key, value from cursors
               cross join lateral (
                   select log.pos, log.key, log.value from log
                   where log.topic = cursors.topic and log.pos > cursors.pos
                   order by log.pos limit $2
               ) as waiting(pos, key, value)
               where consumers = $1
               order by 1 limit $2""",
            self._group,
            most,
        )

    async def _lead(self, wait: float) -> Connection | None:
        """The session, if it holds the group's lock; else wait a little."""
        if self._session is None or self._session.is_closed():
            await self.close()
            self._session = await asyncpg.connect(
                self._url, command_timeout=60, server_settings=IN_ORDER
            )
        if self._leads:
            return self._session
        if not await self._session.fetchval(f"select pg_try_advisory_lock({LEADS})", self._group):
            await asyncio.sleep(wait)
            return None
        await self._session.add_listener("sent", self._heard)
        await self._find_place(self._session)
        self._leads = self._more = True
        return self._session

    async def _find_place(self, session: Connection) -> None:
        """Where the group was must still be there. Raises OffsetsLost."""
        lost = await session.fetchrow(
            """select wanted.topic, cursors.pos, last
               from unnest($2::text[], $3::boolean[]) as wanted(topic, heard)
               cross join (select coalesce(pg_sequence_last_value(
                               pg_get_serial_sequence('log', 'pos')), 0) as last) as sent
               left join cursors on consumers = $1 and cursors.topic = wanted.topic
               where cursors.pos > last or (cursors.pos is null and heard) limit 1""",
            self._group,
            self._topics,
            [topic in self._heard_from for topic in self._topics],
        )
        if lost is not None:
            place = "its place is gone" if lost["pos"] is None else f"it was at {lost['pos']}"
            await self.close()
            self._lost = OffsetsLost(
                f"{self._group} can't go on: in {lost['topic']} {place}, and the log, which ends "
                f"at {lost['last']}, was made anew"
            )
            raise self._lost
        self._heard_from = self._topics
