"""The consumer: every message is applied once, or parked where everybody can see it.

A batch is one transaction: inbox keys, effects and what they tell. A message that can't be applied
parks its key: later ones of that contract wait behind it, other contracts flow.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from uuid import UUID, uuid5

from houqin_shared.bus import OffsetsLost, Received, Subscription
from houqin_shared.events import UNREADABLE, DayClosed, Envelope, NotYetKnown, read_fact, type_in
from houqin_shared.failpoints import Point, reach
from houqin_shared.hears import Hears, TogetherListener
from houqin_shared.pace import Pace
from houqin_shared.problem import OUTAGES
from houqin_shared.telemetry.logs import EVENT
from houqin_shared.telemetry.tracing import UNTRACED, Traces
from houqin_shared.transaction import (
    Connection,
    Row,
    Told,
    Transactions,
    Tx,
    Work,
    contract_lock,
    itself,
    office_shared,
    savepoint,
    store_outgoing,
)

log = logging.getLogger(__name__)

BATCH = 500
WAIT = 0.5
"""Seconds that one look at the bus may wait for something to come."""

GATHER = 0.025
"""Seconds from batch to batch of a stream of facts."""
TIMES = 1.2
"""What applying a batch took, until the next one begins."""
LARGE = 4096
"""Bytes of an event, such as one about a hundred findings, that is work enough by itself."""
UNHURRIED = 0.2
"""Seconds from batch to batch of what is of no concern here: it only has to be passed over."""

AGAIN = 1.0
"""Seconds until a batch that could not be applied is asked for again."""

NO_CLOCK = date(1900, 1, 1)
DEAD = ""
"""Stands for every source: a dead letter stops all that comes to its contract."""


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Why a message can't be applied now."""

    reason: Literal["failed", "unknown", "behind"]
    error: str | None = None


@dataclass(slots=True)
class _Batch:
    """A batch as it is being applied."""

    connection: Connection
    todays: dict[str, date]
    waiting: dict[str, set[str]]
    """Per parked key, the sources that wait on it; `DEAD` if a dead letter stops them all."""
    told: list[Told] = field(default_factory=list)
    closed: list[Envelope] = field(default_factory=list)
    """Days that were closed elsewhere (T4): noted last, when all before them is applied."""

    async def finish(self) -> None:
        """Note the closed days and store what was told."""
        if self.closed:
            await self.connection.execute(
                """insert into days_heard as h (office_id, source, copy, copies, day)
                   select office_id, source, copy, max(copies), max(day) from unnest(
                       $1::text[], $2::text[], $3::integer[], $4::integer[], $5::date[]
                   ) as closed(office_id, source, copy, copies, day) group by 1, 2, 3
                   on conflict (office_id, source, copy) do update
                   set day = greatest(h.day, excluded.day), copies = excluded.copies""",
                [each.office for each in self.closed],
                [each.source for each in self.closed],
                [each.copy[0] for each in self.closed],
                [each.copy[1] for each in self.closed],
                [date.fromisoformat(each.data["day"]) for each in self.closed],
            )
        await store_outgoing(self.connection, self.told)

    def waits(self, envelope: Envelope) -> bool:
        """Something earlier of its contract is parked.

        Order is promised within a source; what waits for a contract that isn't known yet must not
        stop the very message that makes it known.
        """
        return not {envelope.source, DEAD}.isdisjoint(self.waiting.get(envelope.key, ()))

    async def park(self, envelope: Envelope, obstacle: _Obstacle) -> None:
        await self.connection.execute(
            """insert into parked (office_id, key, source, reason, event_id, type, envelope,
                                   copy, copies, error)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
            envelope.office,
            envelope.key,
            envelope.source,
            obstacle.reason,
            envelope.id,
            envelope.type,
            envelope.raw,
            *envelope.copy,
            obstacle.error,
        )
        stops = DEAD if obstacle.reason == "failed" else envelope.source
        self.waiting.setdefault(envelope.key, set()).add(stops)


class Inbox:
    """Applies what a service hears."""

    def __init__(self, transactions: Transactions, hears: Hears, traces: Traces = UNTRACED) -> None:
        self._transactions = transactions
        self._hears = hears
        self._traces = traces
        self._pace = Pace(TIMES)
        self.applied = 0
        self.failed_batches = 0
        """They came again, whole."""
        self.halted_because: str | None = None
        """Facts are lost on the bus: nothing is consumed any more until an operator has decided."""

    async def heard_from(self) -> set[str]:
        """The sources that something was heard from, however long ago."""
        rows = await self._transactions.pool.fetch(
            """select source from unnest($1::text[]) as heard(source)
               where exists (select from inbox i where i.source = heard.source)
                  or exists (select from days_heard d where d.source = heard.source)""",
            list(self._hears.sources),
        )
        return {row["source"] for row in rows}

    async def run(self, subscription: Subscription) -> None:
        """Consume until cancelled or halted; errors are logged and the batch comes again."""
        while True:
            try:
                await self.consume(subscription, WAIT)
            except OffsetsLost as lost:
                self.halted_because = str(lost)
                log.critical("%s HEARS NOTHING ANY MORE: %s", self._transactions.service, lost)
                return
            except Exception:
                self.failed_batches += 1
                log.exception("%s: the batch comes again", self._transactions.service)
                await asyncio.sleep(AGAIN)

    async def consume(self, subscription: Subscription, wait: float) -> int:
        """Receive, apply and acknowledge one batch; how many messages came."""
        await self._pace.begin()
        received = await subscription.receive(BATCH, wait)
        if received:
            reach(Point.INBOX_RECEIVED)
            self._pace.came()
            applied = await self.apply(received)
            reach(Point.INBOX_COMMITTED)
            await subscription.acknowledge()
            reach(Point.INBOX_ACKNOWLEDGED)
            self._set_pace(applied, full=len(received) == BATCH)
        else:
            self._pace.pauses()
        return len(received)

    async def apply(self, received: Sequence[Received]) -> list[Envelope]:
        """All of a batch in one transaction; what was of concern here.

        Most batches have no bad message, so the first try is made without savepoints.
        """
        envelopes = [envelope for each in received if (envelope := self._read(each)) is not None]
        if not envelopes:
            return []
        try:
            await self._apply(envelopes, one_by_one=False)
        except OUTAGES:
            raise
        except NotYetKnown as unknown:
            log.debug("%s: something waits: %s", self._transactions.service, unknown)
            await self._apply(envelopes, one_by_one=True)
        except Exception:
            log.warning("%s: a message failed; applying one by one", self._transactions.service)
            await self._apply(envelopes, one_by_one=True)
        return envelopes

    def _read(self, received: Received) -> Envelope | None:
        """None if it is of no concern here: a topic carries more than one service listens to."""
        if not self._concerns(type_in(received.value)):
            return None
        envelope = Envelope.read_or_wrap(
            received.value, received.topic, received.key, received.copy
        )
        return envelope if self._concerns(envelope.type) else None

    def _concerns(self, kind: str | None) -> bool:
        return kind in self._hears.listeners or kind in (DayClosed.TYPE, UNREADABLE, None)

    def _set_pace(self, envelopes: Sequence[Envelope], *, full: bool) -> None:
        if not envelopes:
            self._pace.streams(UNHURRIED)
        elif full or any(envelope.type == DayClosed.TYPE for envelope in envelopes):
            self._pace.pauses()  # more is there already, or somebody may be waiting for the day
        elif sum(len(envelope.raw) for envelope in envelopes) > LARGE * len(envelopes):
            self._pace.pauses()
        else:
            self._pace.streams(GATHER)

    async def _apply(self, envelopes: Sequence[Envelope], *, one_by_one: bool) -> None:
        async with self._transactions.begin(*_locks(envelopes)) as connection:
            batch, new = await self._enter(connection, envelopes)
            if one_by_one:
                await self._apply_one_by_one(batch, new)
            else:
                await self._apply_together(batch, new)
            for key in sorted({envelope.key for envelope in new} & batch.waiting.keys()):
                await self._release(batch, key)
            await batch.finish()
            reach(Point.INBOX_APPLIED)
        self.applied += len(new)
        if batch.told:
            self._transactions.on_told()

    async def _apply_one_by_one(self, batch: _Batch, new: Sequence[Envelope]) -> None:
        for envelope in new:
            if batch.waits(envelope):
                await batch.park(envelope, _Obstacle("behind"))
            elif obstacle := await self._attempt(batch, envelope):
                await batch.park(envelope, obstacle)

    async def _apply_together(self, batch: _Batch, new: Sequence[Envelope]) -> None:
        free = []
        for envelope in new:
            if batch.waits(envelope):
                await batch.park(envelope, _Obstacle("behind"))
            else:
                free.append(envelope)
        for group in self._groups(free):
            await self._handle(batch, group)

    def _groups(self, envelopes: Sequence[Envelope]) -> list[list[Envelope]]:
        """Those that are heard together, without changing the order of any contract."""
        groups: list[list[Envelope]] = []
        open_group: dict[str, int] = {}
        newest_of_key: dict[str, int] = {}
        for envelope in envelopes:
            group = open_group.get(envelope.type, -1)
            if group < newest_of_key.get(envelope.key, 0):
                group = len(groups)
                groups.append([])
                if isinstance(self._hears.listeners.get(envelope.type), TogetherListener):
                    open_group[envelope.type] = group
            groups[group].append(envelope)
            newest_of_key[envelope.key] = group
        return groups

    async def _enter(
        self, connection: Connection, envelopes: Sequence[Envelope]
    ) -> tuple[_Batch, list[Envelope]]:
        """What is parked, the offices' days, and which messages were never heard before."""
        rows = await connection.fetch(
            """with fresh as (
                   insert into inbox (source, event_id)
                   select * from unnest($1::text[], $2::uuid[])
                   on conflict do nothing returning source, event_id)
               select 'fresh' as what, source as one, event_id::text as other from fresh
               union all
               select 'today', office_id, today::text from offices where office_id = any($3)
               union all
               select distinct 'parked', key, case reason when 'failed' then $5 else source end
               from parked where key = any($4)""",
            [envelope.source for envelope in envelopes],
            [_identity(envelope) for envelope in envelopes],
            list({envelope.office for envelope in envelopes}),
            list({envelope.key for envelope in envelopes}),
            DEAD,
        )
        batch = _Batch(connection, {}, {})
        fresh: set[tuple[str, str]] = set()
        for what, one, other in rows:
            if what == "fresh":
                fresh.add((one, other))
            elif what == "today":
                batch.todays[one] = date.fromisoformat(other)
            else:
                batch.waiting.setdefault(one, set()).add(other)
        new = []
        for envelope in envelopes:
            name = (envelope.source, str(_identity(envelope)))
            if name in fresh:
                fresh.remove(name)  # the same message may stand in a batch twice
                new.append(envelope)
        return batch, new

    async def _handle(self, batch: _Batch, group: Sequence[Envelope]) -> None:
        """Apply messages of one type; more than one only if they are heard together."""
        first = group[0]
        if first.type == DayClosed.TYPE:
            batch.closed += group
            return
        if first.type == UNREADABLE:
            raise ValueError("the message is not a CloudEvent of ours")
        listener = self._hears.listeners[first.type]
        with self._traces.hearing(group) as traceparents:
            heard = [
                Work(self._tx(batch, envelope, traceparent), read_fact(envelope, listener.reading))
                for envelope, traceparent in zip(group, traceparents, strict=True)
            ]
            if isinstance(listener, TogetherListener):
                await listener.handle(heard)
            else:
                for each in heard:
                    await listener.handle(each.tx, each.what)
        for each in heard:
            batch.told += each.tx.outgoing

    def _tx(self, batch: _Batch, envelope: Envelope, traceparent: str | None) -> Tx:
        return Tx(
            connection=batch.connection,
            service=self._transactions.service,
            office=envelope.office,
            # What an event brings about is recorded on its own day or later, never on a closed one.
            today=max(batch.todays.get(envelope.office, NO_CLOCK), envelope.recorded_on),
            by=itself(self._transactions.service),
            cause=envelope,
            traceparent=traceparent,
        )

    async def _attempt(self, batch: _Batch, envelope: Envelope) -> "_Obstacle | None":
        """Apply one message behind a savepoint; what stood in its way, if anything."""
        try:
            async with savepoint(batch.connection):
                await self._handle(batch, [envelope])
        except OUTAGES:
            raise
        except NotYetKnown:
            return _Obstacle("unknown")
        except Exception as error:
            log.exception(
                "%s: %s %s failed", envelope.key, envelope.type, envelope.id,
                extra={EVENT: envelope},
            )  # fmt: skip
            said = f"{type(error).__name__}: {error}".replace("\0", "\ufffd")
            return _Obstacle("failed", said[:4000])
        return None

    async def _release(self, batch: _Batch, key: str) -> None:
        """Try what waits on a key again, in order; a dead letter waits for `replay_dead`."""
        rows = await batch.connection.fetch(
            """select seq, source, reason, envelope, copy, copies from parked
               where key = $1 order by seq""",
            key,
        )
        if any(row["reason"] == "failed" for row in rows):
            return
        stuck: set[str] = set()
        for row in rows:
            if row["source"] in stuck:
                continue
            obstacle = await self._attempt(batch, _parked(row, key))
            if obstacle is None:
                await batch.connection.execute("delete from parked where seq = $1", row["seq"])
                continue
            await batch.connection.execute(
                "update parked set reason = $2, error = $3 where seq = $1",
                row["seq"], obstacle.reason, obstacle.error,
            )  # fmt: skip
            if obstacle.reason == "failed":
                return
            stuck.add(row["source"])

    async def replay_dead(self) -> int:
        """Try all that is parked again; how many messages are still parked after it."""
        pool = self._transactions.pool
        for row in await pool.fetch(
            "select office_id, key from parked group by 1, 2 order by 1, 2"
        ):
            locks = office_shared(row["office_id"]), contract_lock(row["key"])
            async with self._transactions.begin(*locks) as connection:
                await connection.execute(
                    "update parked set reason = 'behind', error = null where key = $1", row["key"]
                )
                today = await connection.fetchval(
                    "select today from offices where office_id = $1", row["office_id"]
                )
                batch = _Batch(connection, {row["office_id"]: today} if today else {}, {})
                await self._release(batch, row["key"])
                await batch.finish()
            if batch.told:
                self._transactions.on_told()
        return int(await pool.fetchval("select count(*) from parked"))


def _locks(envelopes: Sequence[Envelope]) -> list[str]:
    """Offices first, then contracts, each in one order for all: nothing can deadlock."""
    offices = sorted({envelope.office for envelope in envelopes})
    keys = sorted({envelope.key for envelope in envelopes if envelope.subject})
    return [*map(office_shared, offices), *map(contract_lock, keys)]


def _identity(envelope: Envelope) -> UUID:
    """The copies of a message that was sent everywhere count one by one."""
    if envelope.copy == (0, 1):
        return envelope.id
    return uuid5(envelope.id, str(envelope.copy[0]))


def _parked(row: Row, key: str) -> Envelope:
    return Envelope.read_or_wrap(row["envelope"], row["source"], key, (row["copy"], row["copies"]))
