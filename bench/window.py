"""One measured window: a load is sent, and everything accepted is waited for until it is booked.

When a finding was booked is read afterwards: PostgreSQL keeps the moment of every commit
(`track_commit_timestamp`), so nothing watches the rows while they are made. That moment lies just
before the flush of the commit record: others see the row later by one flush at most.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncpg

from bench import ROOT
from bench.figures import Figures, Spread
from bench.load import TOO_MANY, Plan, Seen
from bench.machine import Machine, Part
from bench.meter import Cost, Meter
from bench.workload import Scope, Workload

CONNECTIONS = 32
LOOK = 0.05
"""Seconds between two looks at how far the ledger is, once everything was sent."""
LONGEST = 180.0
"""Seconds after which a window that is not booked has failed."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Where a contestant's deductions stand."""

    url: str
    progress: str
    """SQL: a number that rises by one or more with every deduction, and is cheap to ask for."""
    booked: str
    """SQL: `finding, at` (seconds since the epoch) of deductions whose finding is like $1."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A system under load."""

    name: str
    port: int
    parts: Sequence[Part]
    ledger: Ledger
    scope: Scope
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """So many visits with so many findings each."""

    findings: int
    visits: int
    rate: float | None = None
    """Visits a second, due at fixed times; None: as fast as they are answered."""
    connections: int = CONNECTIONS

    @property
    def all_findings(self) -> int:
        return self.findings * self.visits


class Failed(Exception):
    """A contestant refused something, or what it accepted did not arrive in its ledger."""


class Generator:
    """The load generator's process, ready to go."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def run(self) -> Seen:
        """Send everything. Raises Failed."""
        out, errors = await asyncio.wait_for(self._process.communicate(b"go\n"), LONGEST)
        if not out:
            raise Failed(f"the load generator ended: {errors.decode()[-500:]}")
        return Seen.read(out)


@asynccontextmanager
async def generator(plan: Plan) -> AsyncIterator[Generator]:
    """A generator that has connected and prepared what it will send. Raises Failed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load",
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True, limit=1 << 28,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        process.stdin.write(plan.write())
        if await process.stdout.readline() != b"ready\n":
            raise Failed(f"no load generator: {(await process.stderr.read()).decode()[-500:]}")
        yield Generator(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def measure(machine: Machine, contestant: Contestant, window: str, load: Load) -> Figures:
    """Send the load; what it took until all of it was booked. Raises Failed."""
    workload = Workload(window, contestant.scope, load.findings, load.visits, contestant.tokens)
    plan = Plan(contestant.port, load.connections, workload, load.visits, load.rate)
    parts = [*contestant.parts, machine.postgres]
    await machine.settle()
    connection = await asyncpg.connect(contestant.ledger.url)
    try:
        before = await connection.fetchval(contestant.ledger.progress)
        async with generator(plan) as sender:
            meter = Meter(parts)
            seen = await sender.run()
            require_accepted(contestant, seen)
            await reach(connection, contestant.ledger, before + load.all_findings)
            cost = meter.read(seen.cpu)
            await exactly(connection, contestant.ledger, window, load.all_findings)
        bookings = await moments(connection, contestant.ledger, window)
    finally:
        await connection.close()
    memory = {part.name: round(part.memory() / 2**20, 1) for part in parts}
    return _figures(load, seen, bookings, cost, memory)


def require_accepted(contestant: Contestant, seen: Seen) -> None:
    refused = {code: count for code, count in seen.statuses.items() if code >= 400}
    refused.pop(TOO_MANY, None)
    if refused:
        raise Failed(f"{contestant.name} answered {refused}: {seen.first_error}")


async def reach(
    connection: "asyncpg.Connection[asyncpg.Record]", ledger: Ledger, progress: int
) -> None:
    """Wait until so much is booked, by a figure that costs nothing to ask for. Raises Failed."""
    began = time.monotonic()
    while await connection.fetchval(ledger.progress) < progress:
        if time.monotonic() - began > LONGEST:
            raise Failed(f"the ledger has not reached {progress}")
        await asyncio.sleep(LOOK)


async def exactly(
    connection: "asyncpg.Connection[asyncpg.Record]", ledger: Ledger, window: str, findings: int
) -> None:
    """Wait until each finding is booked once, which reads the whole ledger: to be asked only when
    it may be so. Raises Failed.
    """
    count = f"select count(*) from ({ledger.booked}) as booked"
    began = time.monotonic()
    booked = 0
    while time.monotonic() - began < LONGEST:
        booked = await connection.fetchval(count, f"{window}-%")
        if booked == findings:
            return
        if booked > findings:
            break
        await asyncio.sleep(LOOK)
    raise Failed(f"of {findings} findings that were accepted, {booked} are booked")


async def moments(
    connection: "asyncpg.Connection[asyncpg.Record]", ledger: Ledger, window: str
) -> list[tuple[int, float]]:
    """Of each booking of a window: the number of its visit, and when it was committed."""
    rows = await connection.fetch(ledger.booked, f"{window}-%")
    return [(int(row["finding"].split("-")[1]), float(row["at"])) for row in rows]


def _figures(
    load: Load,
    seen: Seen,
    bookings: Sequence[tuple[int, float]],
    cost: Cost,
    memory: dict[str, float],
) -> Figures:
    due = [moment / 1e9 for moment in seen.due]
    answered = [moment / 1e9 for moment in seen.answered]
    began = min(due)
    ended = max(at for _, at in bookings)
    findings = load.all_findings
    cpu = {name: round(spent / findings * 1e6, 1) for name, spent in cost.cpu.items()}
    return Figures(
        findings=findings,
        seconds=round(ended - began, 3),
        accepted_rate=round(findings / (max(answered) - began), 1),
        booked_rate=round(findings / (ended - began), 1),
        accept=Spread.of([end - start for start, end in zip(due, answered, strict=True)]),
        booked=Spread.of([at - due[visit] for visit, at in bookings]),
        cpu=cpu,
        cpu_total=round(sum(cpu.values()), 1),
        generator_cpu=round(seen.cpu / findings * 1e6, 1),
        memory_mb=memory,
        foreign_cores=round(cost.foreign_cores, 2),
        asked_to_wait=seen.statuses.get(TOO_MANY, 0),
    )
