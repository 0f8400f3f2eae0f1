"""How fast billing-svc catches up with what was accepted while it was away."""

import time
from dataclasses import dataclass

import asyncpg

from bench.load import Plan
from bench.machine import Machine
from bench.product import Product
from bench.window import CONNECTIONS, exactly, generator, moments, reach, require_accepted
from bench.workload import Workload


@dataclass(frozen=True, slots=True)
class CatchUp:
    findings: int
    accepted_rate: float
    """Findings a second while the consumer was stopped."""
    first_booked_after: float
    """Seconds from the start of its process, which joins the group and reads its first batch."""
    all_booked_after: float
    booked_rate: float | None
    """Findings a second from its first commit on; None if one transaction was enough for all."""


async def catch_up(
    machine: Machine, product: Product, window: str, findings: int, visits: int
) -> CatchUp:
    """Stop billing-svc, accept, start it. Raises Failed."""
    contestant = product.contestant()
    load = Workload(window, contestant.scope, findings, visits, contestant.tokens)
    await machine.settle()
    connection = await asyncpg.connect(contestant.ledger.url)
    try:
        before = await connection.fetchval(contestant.ledger.progress)
        product.stop_service("billing")
        async with generator(Plan(contestant.port, CONNECTIONS, load, visits)) as sender:
            seen = await sender.run()
        require_accepted(contestant, seen)
        started = time.time()
        await product.start_service("billing")
        await reach(connection, contestant.ledger, before + findings * visits)
        await exactly(connection, contestant.ledger, window, findings * visits)
        booked = sorted(at for _, at in await moments(connection, contestant.ledger, window))
    finally:
        await connection.close()
    accepting = (max(seen.answered) - min(seen.due)) / 1e9
    first, last = booked[0], booked[-1]
    after_the_first = sum(at > first for at in booked)
    return CatchUp(
        findings=len(booked),
        accepted_rate=round(len(booked) / accepting, 1),
        first_booked_after=round(first - started, 2),
        all_booked_after=round(last - started, 2),
        booked_rate=round(after_the_first / (last - first), 1) if after_the_first else None,
    )
