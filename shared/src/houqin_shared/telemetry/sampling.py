"""What a service has in its database and on the bus, looked at now and then.

A scrape reads memory alone; how often somebody scrapes costs the database nothing. What could not
be asked keeps its last value: `failed` counts, and the time of the last good look stands still.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from houqin_shared.bus import Subscription
from houqin_shared.outbox import NOT_SENT
from houqin_shared.pace import rest
from houqin_shared.telemetry.figures import Figure
from houqin_shared.transaction import Pool

log = logging.getLogger(__name__)

PERIOD = 5.0
"""Seconds between two looks."""
SHARE, FIGURES_SHARE = 20, 100
"""A look takes at most a twentieth of the time, one for a figure of the domain a hundredth."""
LONGEST, FIGURES_LONGEST = 60.0, 900.0
"""Seconds between two looks, at most: one that only waited for a lock or for the bus cost nothing,
and nobody may be blind for longer than what was in the way.
"""
PATIENCE = 5.0
"""Seconds that the bus may take to tell."""
MOST_OFFICES = 1000
"""Whose clocks are shown one by one: the live ones furthest behind first."""

FLOW = f"""
    select coalesce((select sent from outbox_cursor), 0) as sent,
           coalesce((select extract(epoch from now() - at) from outbox
                     where {NOT_SENT}
                     order by xid, pos limit 1), 0)::float8 as outbox_age,
           count(*) filter (where reason = 'failed') as dead,
           count(*) filter (where reason <> 'failed') as waiting,
           count(distinct key) as parked_keys,
           coalesce(extract(epoch from now() - min(at)), 0)::float8 as parked_age
    from parked"""
"""Ages in seconds, 0 if there is nothing."""

CLOCKS = """
    select office_id as office, clock, swept_on from offices
    order by clock, swept_on, office_id limit $1"""  # 'live' comes before 'manual'


@dataclass(frozen=True, slots=True)
class Flow:
    """How far a service is with what it tells and hears."""

    sent: int
    outbox_age: float
    dead: int
    waiting: int
    parked_keys: int
    parked_age: float


@dataclass(frozen=True, slots=True)
class OfficeDay:
    """The last day that was swept for an office."""

    office: str
    clock: str
    swept_on: date


Values = Sequence[tuple[tuple[str, ...], float]]
"""Of a figure, by its labels."""


@dataclass(slots=True)
class Samples:
    """What was found, each by the last look that succeeded. Whole values are replaced, never
    changed: another thread reads them.
    """

    flow: Flow | None = None
    lag: int | None = None
    offices: Sequence[OfficeDay] = ()
    offices_by_clock: Mapping[str, int] = field(default_factory=dict)
    figures: Mapping[str, Values] = field(default_factory=dict)
    """By the figure's name."""
    looked_at: Mapping[str, float] = field(default_factory=dict)
    """When (Unix time) each of `LOOKS` last succeeded."""


DATABASE, BUS, FIGURES = LOOKS = ("database", "bus", "figures")


class Sampler:
    """Looks at one service's database and bus."""

    def __init__(
        self, service: str, pool: Pool, subscription: Subscription, figures: Sequence[Figure]
    ) -> None:
        self._service = service
        self._pool = pool
        self._subscription = subscription
        self._figures = figures
        self._due = dict.fromkeys((figure.name for figure in figures), 0.0)
        self._blind: set[str] = set()
        self._unanswered: set[str] = set()
        """Figures that could not be had when they were last asked for."""
        self.samples = Samples()
        self.failed = Counter(dict.fromkeys(LOOKS, 0))

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            took = await self.look()
            await asyncio.sleep(rest(took, SHARE, PERIOD, LONGEST))

    async def look(self) -> float:
        """At all that is due; what fails is counted, and said once until it succeeds again.

        The seconds that it took, without the domain's figures, which keep their own time.
        """
        began = time.monotonic()
        await self._try(DATABASE, self._look_at_database)
        await self._try(BUS, self._look_at_bus)
        took = time.monotonic() - began
        await self._try(FIGURES, self._look_at_figures)
        return took

    async def _try(self, name: str, look: Callable[[], Awaitable[None]]) -> None:
        try:
            await look()
        except Exception as error:
            self.failed[name] += 1
            if name not in self._blind:
                log.warning("%s: its %s can't be looked at: %r", self._service, name, error)
            self._blind.add(name)
            return
        self._blind.discard(name)
        self.samples.looked_at = {**self.samples.looked_at, name: time.time()}

    async def _look_at_database(self) -> None:
        found = await self._pool.fetchrow(FLOW)
        assert found is not None
        clocks = await self._pool.fetch(CLOCKS, MOST_OFFICES)
        kinds = await self._pool.fetch("select clock, count(*) as offices from offices group by 1")
        self.samples.flow = Flow(**found)
        self.samples.offices = [
            OfficeDay(row["office"], row["clock"], row["swept_on"]) for row in clocks
        ]
        self.samples.offices_by_clock = {row["clock"]: row["offices"] for row in kinds}

    async def _look_at_bus(self) -> None:
        async with asyncio.timeout(PATIENCE):
            self.samples.lag = await self._subscription.lag()

    async def _look_at_figures(self) -> None:
        for figure in self._figures:
            if time.monotonic() >= self._due[figure.name]:
                self._unanswered.add(figure.name)
                await self._ask(figure)
                self._unanswered.remove(figure.name)
        if self._unanswered:
            raise LookupError(f"not had yet: {', '.join(sorted(self._unanswered))}")

    async def _ask(self, figure: Figure) -> None:
        """One that takes too long to be had is no sooner due again for that."""
        began = time.monotonic()
        try:
            rows = await self._pool.fetch(figure.sql)
        finally:
            took = time.monotonic() - began
            self._due[figure.name] = began + rest(
                took, FIGURES_SHARE, figure.every, FIGURES_LONGEST
            )
        values = [(tuple(map(str, row[:-1])), float(row[-1])) for row in rows]
        self.samples.figures = {**self.samples.figures, figure.name: values}
