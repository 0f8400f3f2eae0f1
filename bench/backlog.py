"""How fast billing-svc catches up with what was accepted while it was away."""

import time
from dataclasses import dataclass

import asyncpg

from bench.load import Plan
from bench.machine import Machine
from bench.product import Product
from bench.window import CONNECTIONS, all_booked, generator, moments, require_accepted
from bench.workload import Workload


@dataclass(frozen=True, slots=True)
class CatchUp:
    findings: int
    accepted_rate: float
    """Findings a second while the consumer was stopped."""
    first_booked_after: float
    """Seconds from the start of its process, which joins the group and reads its first batch."""
    booked_rate: float
    """Findings a second from then on."""


async def catch_up(machine: Machine, product: Product, findings: int, visits: int) -> CatchUp:
    """Stop billing-svc, accept, start it. Raises Failed."""
    window = "backlog"
    contestant = product.contestant()
    load = Workload(window, contestant.scope, findings, visits, contestant.tokens)
    await machine.checkpoint()
    connection = await asyncpg.connect(contestant.ledger.url)
    try:
        before = await connection.fetchval(contestant.ledger.progress)
        product.stop_service("billing")
        async with generator(Plan(contestant.port, CONNECTIONS, load, visits)) as sender:
            seen = await sender.run()
        require_accepted(contestant, seen)
        started = time.time()
        await product.start_service("billing")
        await all_booked(connection, contestant.ledger, window, before, findings * visits)
        booked = sorted(at for _, at in await moments(connection, contestant.ledger, window))
    finally:
        await connection.close()
    return CatchUp(
        findings=findings * visits,
        accepted_rate=round(findings * visits / (max(seen.answered) - min(seen.due)) * 1e9, 1),
        first_booked_after=round(booked[0] - started, 2),
        booked_rate=round(findings * visits / (booked[-1] - booked[0]), 1),
    )
