"""What is measured, in which order."""

import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from bench.backlog import catch_up
from bench.duel import Duel, Pace
from bench.floors import all_floors
from bench.growth import Size, grow
from bench.machine import Kafka, Machine
from bench.product import Product
from bench.results import Mode, Results
from bench.stripped.contestant import Stripped
from bench.window import Contestant
from bench.workload import Scope
from bench.year import replay_a_year

PARTS = (
    "floors", "stripped", "product", "product-postgres", "ordinary", "backlog", "replay", "growth",
)  # fmt: skip
WITHOUT_KAFKA = frozenset({"product-postgres", "replay"})
SCOPE = Scope(offices=10, contracts=10)


@dataclass(frozen=True, slots=True)
class Measure:
    """How much of everything."""

    pace: Pace
    floor_seconds: float
    backlogs: Sequence[tuple[Mode, int, int]]
    """Findings in a visit and visits, while the consumer is stopped."""
    days: int
    size: Size


QUICK = Measure(
    pace=Pace(rounds=2, seconds=3, latency_seconds=6),
    floor_seconds=2,
    backlogs=[("single", 1, 1_000), ("bulk", 100, 100)],
    days=90,
    size=Size(Scope(10, 10), 100_000, seconds=30),
)
USUAL = Measure(
    pace=Pace(rounds=3, seconds=5, latency_seconds=12),
    floor_seconds=5,
    backlogs=[("single", 1, 5_000), ("bulk", 100, 500)],
    days=365,
    size=Size(Scope(100, 100), 1_000_000, seconds=180),
)
FULL = Measure(
    pace=Pace(rounds=5, seconds=10, latency_seconds=30),
    floor_seconds=10,
    backlogs=[("single", 1, 20_000), ("bulk", 100, 2_000)],
    days=365,
    size=Size(Scope(100, 100), 1_000_000, seconds=3600),
)


class Suite:
    """One run."""

    def __init__(self, machine: Machine, only: Collection[str], measure: Measure) -> None:
        self._machine = machine
        self._only = only
        self._measure = measure
        self._broker: Kafka | None = None
        self.results: Results | None = None
        """What was measured so far."""

    @property
    def _kafka(self) -> Kafka:
        """One for all, started when it is first asked for."""
        if self._broker is None:
            self._broker = self._machine.kafka()
        return self._broker

    async def run(self) -> Results:
        """Raises Failed, RuntimeError."""
        began = time.monotonic()
        machine, measure = self._machine, self._measure
        results = self.results = await Results.begin(machine.postgres_url)
        duel = Duel(machine, results, measure.pace)
        if "floors" in self._only:
            results.floors = await all_floors(machine, self._kafka, measure.floor_seconds)
        await self._contest(duel, results)
        if "replay" in self._only:
            results.more["replay"] = asdict(replay_a_year(machine.folder, measure.days))
        if "growth" in self._only:
            results.more["growth"] = asdict(await grow(machine, duel, measure.size))
        results.seconds = round(time.monotonic() - began, 1)
        return results

    async def _contest(self, duel: Duel, results: Results) -> None:
        products: list[Product] = []
        contestants: list[Contestant] = []
        stripped = None
        if "stripped" in self._only:
            stripped = Stripped(self._machine, self._kafka)
            contestants.append(await stripped.start(SCOPE))
        if {"product", "backlog"} & set(self._only):
            products.append(await self._product("product", self._kafka))
        if "product-postgres" in self._only:
            products.append(await self._product("product-postgres", None))
        contestants += [product.contestant() for product in products]
        if contestants:
            results.more["idle"] = await duel.idle(contestants)
        await duel.saturate(contestants)
        await duel.half_load(contestants)
        if "ordinary" in self._only:
            await self._ordinary(duel)
        if "backlog" in self._only:
            results.more["backlog"] = {
                mode: asdict(
                    await catch_up(
                        self._machine, products[0], f"backlog{findings}", findings, visits
                    )
                )
                for mode, findings, visits in self._measure.backlogs
            }
        for product in products:
            product.stop()
        if stripped is not None:
            stripped.stop()

    async def _product(self, name: str, kafka: Kafka | None) -> Product:
        product = Product(self._machine, name)
        await product.start(kafka)
        await product.sign(SCOPE)
        return product

    async def _ordinary(self, duel: Duel) -> None:
        # FastStream comes with the group `bench` alone.
        from bench.ordinary.contestant import Ordinary

        ordinary = Ordinary(self._machine, self._kafka, SCOPE)
        await ordinary.start()
        for consumers in (1, 4):
            await duel.saturate([ordinary.with_consumers(consumers)], ["single"])
        ordinary.stop()
