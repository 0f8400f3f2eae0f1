"""The day of an office (T4): opened, swept and closed once, in order, on any number of replicas.

A live office's day is the legal date; each service sweeps it by itself, every missed day in order,
when the services that it listens to have closed the day before and all of that has been applied.
A manual office's day moves when somebody sweeps it through the API: replay, what-if, training.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from houqin_shared.auth import Actor
from houqin_shared.calendar import DAY, days, legal_today
from houqin_shared.events import DayClosed
from houqin_shared.failpoints import Point, reach
from houqin_shared.problem import OUTAGES, Refusal, UnknownOffice
from houqin_shared.telemetry.tracing import UNTRACED, Traces
from houqin_shared.transaction import (
    Office,
    Transactions,
    Tx,
    office_alone,
    read_office,
    store_outgoing,
)

log = logging.getLogger(__name__)

Sweep = Callable[[Tx, date], Awaitable[None]]
"""Does all that time alone brings about as of a day; it sees only what was recorded before it."""

TICK = 2.0
FARTHEST = 4000


class SweptByItself(Refusal):
    code = "swept-by-itself"
    en = "Office {office} has a live clock; its days pass by themselves."
    zh = "机关 {office} 使用实时时钟,日期自动推进。"


class TooFarAhead(Refusal):
    code, status = "sweep-too-far", 422
    en = "{as_of} is more than {days} days after the last sweep; sweep in smaller steps."
    zh = "{as_of} 距上次清扫超过 {days} 天;请分步进行。"


async def register_office(tx: Tx, office: str, name: str, clock: str, opens_on: date) -> bool:
    """Start an office's clock in this service; False if it was running already."""
    added = await tx.run(
        """insert into offices (office_id, name, clock, today, swept_on, closed_on)
           values ($1, $2, $3, $4::date, $4::date, $4::date - 1) on conflict do nothing""",
        office,
        name,
        clock,
        opens_on,
    )
    return added == 1


class Clocks:
    """Sweeps the offices of one service."""

    def __init__(
        self,
        transactions: Transactions,
        listens_to: Sequence[str],
        sweep: Sweep,
        traces: Traces = UNTRACED,
    ) -> None:
        self._transactions = transactions
        self._traces = traces
        self._listens_to = list(listens_to)
        self._sweep = sweep

    async def office(self, office: str) -> Office | None:
        async with self._transactions.pool.acquire() as connection:
            return await read_office(connection, office)

    async def sweep_manual(self, office: str, as_of: date, by: Actor) -> Office:
        """Sweep every day up to `as_of`; an earlier day than the last one changes nothing.

        Raises UnknownOffice, SweptByItself, TooFarAhead.
        """
        if swept := await self._pass_manual_day(office, as_of, by):
            return swept  # mostly it is the next day
        known = await self.office(office)
        if known is None:
            raise UnknownOffice(office=office)
        if known.clock != "manual":
            raise SweptByItself(office=office)
        if (as_of - known.swept_on).days > FARTHEST:
            raise TooFarAhead(as_of=as_of, days=FARTHEST)
        for day in days(known.swept_on + DAY, as_of + DAY):
            known = await self._pass_manual_day(office, day, by) or known
        return known

    async def _pass_manual_day(self, office: str, day: date, by: Actor) -> Office | None:
        """Close the day before, open `day` and sweep it; None if it is not the next day."""
        transactions = self._transactions
        async with transactions.begin(office_alone(office)) as connection:
            tx = Tx(connection, transactions.service, office, day, by)
            opened = await tx.row(
                """update offices set today = $2, swept_on = $2, closed_on = $2::date - 1
                   where office_id = $1 and clock = 'manual' and swept_on = $2::date - 1
                   returning office_id, name, clock, today, swept_on""",
                office,
                day,
            )
            if opened is None:
                return None
            yesterday = day - DAY
            tx.tell(DayClosed(day=yesterday, happened_on=yesterday, recorded_on=yesterday))
            await self._sweep(tx, day)
            await store_outgoing(connection, tx.outgoing)
            reach(Point.SWEEP_DONE)
        reach(Point.SWEEP_COMMITTED)
        transactions.on_told()
        return Office(*opened.values())

    async def run(self) -> None:
        """Let the live offices' days pass, until cancelled. None waits for another that can't."""
        while True:
            try:
                offices = await self._transactions.pool.fetch(
                    """select office_id from offices where clock = 'live'
                       and (today < $1 or swept_on < today)
                       order by random()""",
                    legal_today(),
                )
                for row in offices:
                    await self._try_to_pass_days(row["office_id"])
            except Exception:
                log.exception("%s: the clocks go on", self._transactions.service)
            await asyncio.sleep(TICK)

    async def _try_to_pass_days(self, office: str) -> None:
        """Raises only what may be of concern to all offices."""
        try:
            await self.pass_days(office, legal_today())
        except OUTAGES:
            raise
        except Exception:
            log.exception("%s: the clock of %s stands", self._transactions.service, office)

    async def pass_days(self, office: str, today: date) -> None:
        """Open the legal day `today` of a live office and sweep as far as others have closed."""
        async with self._transactions.on_office(office, alone=True) as tx:
            await tx.run(
                "update offices set today = greatest(today, $2) where office_id = $1",
                office,
                today,
            )
        while await self._sweep_next(office):
            reach(Point.SWEEP_COMMITTED)

    async def _sweep_next(self, office: str) -> bool:
        """Close the last swept day if it is over, and sweep the next if the others let us."""
        async with self._transactions.on_office(office, alone=True) as tx:
            row = await tx.row(
                "select today, swept_on, closed_on from offices where office_id = $1", office
            )
            assert row is not None
            last = row["swept_on"]
            if row["today"] <= last:
                return False
            if row["closed_on"] < last:
                await self._close(tx, last)
        async with self._transactions.on_office(office, alone=True) as tx:
            swept = await tx.value("select swept_on from offices where office_id = $1", office)
            if swept != last:
                return True  # another replica was faster
            if not await self._others_have_closed(tx, last):
                return False
            await self._sweep_day(tx, last + DAY)
            reach(Point.SWEEP_DONE)
            return True

    async def _others_have_closed(self, tx: Tx, day: date) -> bool:
        """All that was recorded up to `day` elsewhere has been applied here."""
        heard = await tx.value(
            """select count(*) from unnest($2::text[]) as listened(source)
               where (select count(*) = max(copies) from days_heard h
                      where h.office_id = $1 and h.source = listened.source and h.day >= $3)""",
            tx.office,
            self._listens_to,
            day,
        )
        parked = await tx.value(
            "select exists (select from parked where office_id = $1)", tx.office
        )
        return heard == len(self._listens_to) and not parked

    async def _close(self, tx: Tx, day: date) -> None:
        await tx.run("update offices set closed_on = $2 where office_id = $1", tx.office, day)
        tx.tell(DayClosed(day=day, happened_on=day, recorded_on=day))

    async def _sweep_day(self, tx: Tx, day: date) -> None:
        await tx.run("update offices set swept_on = $2 where office_id = $1", tx.office, day)
        tx.today = day  # what a sweep brings about is recorded on its day
        with self._traces.sweeping(tx.office) as tx.traceparent:
            await self._sweep(tx, day)
