"""What an item costs when the system has grown, beside one that has just begun.

Two installations run at the same time, each with a broker of its own: one with one contract and
10^4 findings, one with 10,000 contracts and many findings. Their windows take turns.
"""

import time
from dataclasses import dataclass, field, replace

from bench.duel import Duel
from bench.figures import Figures
from bench.machine import Machine
from bench.product import Product
from bench.window import Load, measure
from bench.workload import Scope

SMALL, BIG, BIG_ONE = "small", "grown", "grown, one contract"
"""The last is the grown one under the load of the small: only what lies in its tables differs."""
FEW = 10_000
BULK = 100
STEPS = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How far to grow."""

    scope: Scope
    findings: int
    seconds: float
    """The longest that it may take; what was reached by then is what counts."""


@dataclass(slots=True)
class Growth:
    """The steps of the installation that grew."""

    contracts: int
    signing_seconds: float
    wanted: int
    findings: list[int] = field(default_factory=list)
    """After each step."""
    steps: list[Figures] = field(default_factory=list)

    @property
    def reached(self) -> int:
        return self.findings[-1]


async def grow(machine: Machine, duel: Duel, size: Size) -> Growth:
    """Grow one installation, then measure both in turn. Raises Failed."""
    small, big = Product(machine, SMALL), Product(machine, BIG)
    await small.start(machine.kafka())
    await small.sign(Scope(1, 1))
    await measure(machine, small.contestant(), "few", Load(BULK, FEW // BULK))

    await big.start(machine.kafka())
    began = time.monotonic()
    await big.sign(size.scope)
    contracts = size.scope.offices * size.scope.contracts
    growth = Growth(contracts, round(time.monotonic() - began, 1), size.findings)
    visits = size.findings // BULK // STEPS
    began = time.monotonic()
    while not growth.findings or (
        growth.reached < size.findings and time.monotonic() - began < size.seconds
    ):
        number = len(growth.steps)
        step = await measure(machine, big.contestant(), f"g{number}", Load(BULK, visits))
        growth.steps.append(step)
        growth.findings.append((number + 1) * visits * BULK)
        print(
            f"grown to {growth.reached:9,} findings: booked {step.booked_rate:8,.0f}/s, "
            f"cpu {step.cpu_total:6,.0f} us",
            flush=True,
        )
    one = replace(big.contestant(Scope(1, 1)), name=BIG_ONE)
    await duel.saturate([small.contestant(), one, big.contestant()])
    small.stop()
    big.stop()
    return growth
