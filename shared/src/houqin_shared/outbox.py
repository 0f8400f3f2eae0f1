"""The relay: what was committed is sent, in commit order, exactly once or again, never less.

A row may be sent once every transaction with a lower id has ended; `(xid, pos)` is then the order
of commits that anybody could have observed. One relay leads per service (a session lock); the
epoch in the cursor row stops one that only believes that it leads.
"""

import asyncio
import logging
from collections.abc import Sequence

from houqin_shared.bus import Bus, Message
from houqin_shared.failpoints import Point, reach
from houqin_shared.pace import Pace
from houqin_shared.transaction import Connection, Pool, is_gone

log = logging.getLogger(__name__)

BATCH = 500
QUICKEST, SLOWEST = 0.002, 0.1
"""Seconds between two looks: soon after one that found nothing though somebody woke the relay, for
the elders of those rows have not ended yet; rarely when it is quiet, for rows of another replica.
"""

GATHER = 0.012
"""Seconds from batch to batch while facts come faster than they are sent one by one."""
TIMES = 1.2
"""What sending a batch took, until the next one begins."""

AGAIN = 1.0
"""Seconds until a relay that failed, or that another one leads, tries again."""

REBASING = 3600
"""Seconds that giving new transaction ids to a week of events may take."""

LEADER_LOCK, PREPARING = 4_815_162_343, 4_815_162_346

# A restored or moved database counts its transactions anew; its identity tells.
CLUSTER = """select (select system_identifier from pg_control_system())
                    || '/' || (select oid from pg_database where datname = current_database())"""

NOT_SENT = """(xid, pos) > (coalesce((select xid from outbox_cursor), '0'),
                            coalesce((select pos from outbox_cursor), 0))"""
"""Of a row of the outbox."""
UNSENT = f"select count(*) from outbox where {NOT_SENT}"
"""Events that are committed and not sent."""


class LeadershipLost(Exception):
    """Another relay has taken over; what this one sent will come again and be ignored."""


class Relay:
    """Sends a service's outbox to its topic."""

    def __init__(self, pool: Pool, bus: Bus, topic: str) -> None:
        self._pool = pool
        self._bus = bus
        self._topic = topic
        self._woken = asyncio.Event()
        self.leads = False
        """This relay is the one that sends."""
        self.failures = 0
        """Times that it failed and started again; what it had to send waits in the outbox."""

    def wake(self) -> None:
        """Something was committed: look at once."""
        self._woken.set()

    async def prepare(self, hears: Sequence[str] = ()) -> None:
        """Before the service writes or hears anything: does the database stand where it stood?

        One that was restored elsewhere counts its transactions anew and may be older than its place
        on the bus; the other databases may be older still, and so may the bus. So all that the
        outbox keeps is sent again, and all that the bus keeps is heard again; inboxes ignore what
        they know.
        """
        async with self._pool.acquire() as session, session.transaction():
            await session.execute(f"select pg_advisory_xact_lock({PREPARING})")
            cluster = await session.fetchval(CLUSTER)
            await session.execute(
                """insert into outbox_cursor (one, xid, pos, sent, epoch, cluster)
                   values (true, '0', 0, 0, 0, $1) on conflict do nothing""",
                cluster,
            )
            known = await session.fetchval("select cluster from outbox_cursor")
            if known == cluster:
                return
            again = await session.execute(
                "update outbox set xid = pg_current_xact_id()", timeout=REBASING
            )
            await session.execute(
                "update outbox_cursor set xid = '0', pos = 0, cluster = $1", cluster
            )
            await self._bus.begin_again(self._topic, hears)
            log.warning(
                "%s: THE DATABASE WAS RESTORED: %s events are sent again, and all that the bus "
                "keeps is heard again", self._topic, again.removeprefix("UPDATE "),
            )  # fmt: skip

    async def run(self) -> None:
        """Relay until cancelled; errors are logged and tried again."""
        while True:
            try:
                await self._lead()
            except LeadershipLost:
                log.warning("%s: another relay leads", self._topic)
            except Exception:
                self.failures += 1
                log.exception("%s: the relay starts again", self._topic)
            await asyncio.sleep(AGAIN)

    async def _lead(self) -> None:
        async with self._pool.acquire() as session:
            while not await session.fetchval(f"select pg_try_advisory_lock({LEADER_LOCK})"):
                await asyncio.sleep(AGAIN)
            try:
                epoch = await self._take_over(session)
                self.leads = True
                pause = SLOWEST
                pace = Pace(TIMES)
                while True:
                    await pace.begin()
                    self._woken.clear()
                    sent = await self.send_batch(session, epoch)
                    if sent:
                        pause = SLOWEST
                    if 1 < sent < BATCH:
                        pace.streams(GATHER)
                    else:
                        pace.pauses()
                    if sent < BATCH:
                        woken = await self._woken_within(pause)
                        pause = QUICKEST if woken else min(pause * 2, SLOWEST)
            finally:
                self.leads = False
                if not is_gone(session):
                    await session.execute(f"select pg_advisory_unlock({LEADER_LOCK})")

    async def _woken_within(self, seconds: float) -> bool:
        try:
            # Not wait_for: before Python 3.12 it loses a cancellation that comes as it ends.
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        return True

    async def _take_over(self, session: Connection) -> int:
        """A new epoch."""
        return int(
            await session.fetchval("update outbox_cursor set epoch = epoch + 1 returning epoch")
        )

    async def send_batch(self, session: Connection, epoch: int) -> int:
        """Send the next rows and move the cursor; how many. Raises LeadershipLost."""
        rows = await session.fetch(
            """select o.xid::text as xid, o.pos, o.key, o.everywhere, o.envelope
               from outbox o
               where (o.xid, o.pos) > (select c.xid, c.pos from outbox_cursor c)
                 and o.xid < pg_snapshot_xmin(pg_current_snapshot())
               order by o.xid, o.pos limit $1""",
            BATCH,
        )
        if not rows:
            return 0
        reach(Point.RELAY_READ)
        await self._bus.send(
            [Message(self._topic, row["key"], row["envelope"], row["everywhere"]) for row in rows]
        )
        reach(Point.RELAY_SENT)
        # A cursor lost with the machine costs a repetition, which inboxes ignore.
        moved = await session.execute(
            """with c as (select set_config('synchronous_commit', 'off', true))
               update outbox_cursor set xid = $1::text::xid8, pos = $2, sent = sent + $3
               from c where epoch = $4""",
            rows[-1]["xid"],
            rows[-1]["pos"],
            len(rows),
            epoch,
        )
        if moved != "UPDATE 1":
            raise LeadershipLost
        reach(Point.RELAY_MOVED)
        return len(rows)
