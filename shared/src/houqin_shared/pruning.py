"""What is old goes, in bites so small that nobody waits for them.

No command, listener or relay pays for it: there is no index by age to keep. The tables of a service
are walked in their physical order, a few pages at a time, so that a row is looked at about once an
hour and a table of any size takes a small share of the time. The bus's log goes in the order of
its positions.

A bite is one statement that commits by itself. It must be short: the relay may send no row of a
later transaction while it lasts, for it can't tell what a transaction in progress will still tell.

Ages that are safe:

- a row of the outbox was sent, and lies behind the cursor of this very database;
- a message of the log was applied by every group;
- a row of the inbox is older than anything that the bus can still bring again, whatever its age;
- an answer belongs to a live office: a manual one is replayed, at any time, from its beginning.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import asyncpg

from houqin_shared.bus import Bus
from houqin_shared.limits import Keeps
from houqin_shared.outbox import CLUSTER
from houqin_shared.transaction import SESSION, Connection

log = logging.getLogger(__name__)

LEADER_LOCK = 4_815_162_345

PERIOD = 60.0
"""Seconds between two rounds."""
ROUNDS = 60
"""In which a whole table is walked."""
FEWEST_PAGES = 1024
"""Of a table in one round: a small one is walked whole."""
BITE_PAGES = 16
"""Some 1500 rows of the narrowest table: a few milliseconds even if all of them go."""
BITE_ROWS = 1000
"""Of the log."""
PAUSE, SHARE = 0.02, 10
"""Seconds between two bites, for everybody else; and a bite takes at most a tenth of the time."""
SKEW = timedelta(days=1)
"""By which the clocks of producers, brokers and databases may differ."""

OUTBOX = f"""
    delete from outbox o using outbox_cursor c
    where o.ctid >= $1 and o.ctid < $2 and o.at < now() - $3::interval
      and (o.xid, o.pos) <= (c.xid, c.pos) and c.cluster = ({CLUSTER})"""

INBOX = """
    delete from inbox
    where ctid >= $1 and ctid < $2
      and at < least(now() - $3::interval, $4::timestamptz)"""

ANSWERS = """
    delete from answers a
    where ctid >= $1 and ctid < $2 and at < now() - $3::interval
      and (select clock from offices o where o.office_id = a.office_id) = 'live'"""


class Pruning:
    """Prunes a service's database, and its topic on the bus; one replica of a service does."""

    def __init__(
        self, database_url: str, bus: Bus, topic: str, hears: Sequence[str], keeps: Keeps
    ) -> None:
        self._database_url = database_url
        self._bus = bus
        self._topic = topic
        self._hears = hears
        self._keeps = keeps
        self._next_page: Counter[str] = Counter()
        self.pruned: Counter[str] = Counter()
        """Rows that went, by table, since this process started."""

    async def run(self) -> None:
        """Prune until cancelled; what fails is logged and done in a later round."""
        while True:
            try:
                await self._lead()
            except Exception:
                log.exception("%s: pruning goes on later", self._topic)
            await asyncio.sleep(PERIOD)

    async def _lead(self) -> None:
        """Do rounds for as long as this session holds the lock; return if another does."""
        session = await asyncpg.connect(
            self._database_url,
            command_timeout=60,
            # A bite lost with the machine is taken again; and nobody is waited for for long.
            server_settings=SESSION | {"synchronous_commit": "off", "lock_timeout": "200ms"},
        )
        try:
            while await session.fetchval(f"select pg_try_advisory_lock({LEADER_LOCK})"):
                await self.round(session)
                await asyncio.sleep(PERIOD)
        finally:
            await session.close()

    async def round(self, session: Connection) -> None:
        """Prune for a while."""
        before = self.pruned.copy()
        keeps = self._keeps
        await self._prune_log(timedelta(days=keeps.log))
        await self._walk(session, "outbox", OUTBOX, timedelta(days=keeps.outbox))
        gone_from_bus = await self._none_older()
        await self._walk(session, "inbox", INBOX, timedelta(days=keeps.inbox), gone_from_bus)
        await self._walk(session, "answers", ANSWERS, timedelta(days=keeps.answers))
        if gone := self.pruned - before:
            log.info("%s: pruned %s", self._topic, dict(gone))

    async def _prune_log(self, age: timedelta) -> None:
        gone = BITE_ROWS
        while gone == BITE_ROWS:
            began = time.monotonic()
            gone = await self._bus.prune(self._topic, age, BITE_ROWS)
            self.pruned["log"] += gone
            await _rest_after(began)

    async def _none_older(self) -> datetime | None:
        """Nothing that was heard before this moment can come again; None if nothing can at all."""
        firsts = [await self._bus.oldest(source) for source in self._hears]
        kept = [first for first in firsts if first is not None]
        return min(kept) - SKEW if kept else None

    async def _walk(
        self, session: Connection, table: str, statement: str, *arguments: object
    ) -> None:
        """Go on through `table` where the last round ended, and start again behind its end."""
        pages = await session.fetchval(
            "select pg_relation_size($1::text::regclass) / current_setting('block_size')::int",
            table,
        )
        for _ in range(0, max(FEWEST_PAGES, pages // ROUNDS), BITE_PAGES):
            page = self._next_page[table]
            if page >= pages:
                self._next_page[table] = 0
                return
            began = time.monotonic()
            # "DELETE 1234"
            status = await session.execute(statement, (page, 0), (page + BITE_PAGES, 0), *arguments)
            self.pruned[table] += int(status.removeprefix("DELETE "))
            self._next_page[table] = page + BITE_PAGES
            await _rest_after(began)


async def _rest_after(began: float) -> None:
    """The busier the machine, the longer a bite takes, and the longer this waits."""
    await asyncio.sleep(max(PAUSE, (time.monotonic() - began) * (SHARE - 1)))
