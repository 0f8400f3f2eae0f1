"""What is measured, in which order."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from bench.duel import Duel, Pace
from bench.machine import Machine, Part
from bench.product import Product
from bench.results import Results
from bench.stripped import contestant as stripped_path
from bench.window import Contestant
from bench.workload import Scope

PARTS = ("stripped", "product", "product-postgres")
SCOPE = Scope(offices=10, contracts=10)
QUICK = Pace(rounds=2, seconds=3, latency_seconds=6)
USUAL = Pace(rounds=3, seconds=6, latency_seconds=12)


@dataclass(slots=True)
class Suite:
    """One run."""

    machine: Machine
    only: Collection[str]
    pace: Pace

    async def run(self) -> Results:
        began = time.monotonic()
        results = await Results.begin(self.machine.postgres_url)
        duel = Duel(self.machine, results, self.pace)
        contestants = await self._contestants()
        if contestants:
            await duel.saturate(contestants)
            await duel.half_load(contestants)
        results.seconds = round(time.monotonic() - began, 1)
        return results

    async def _contestants(self) -> list[Contestant]:
        found = []
        if {"stripped", "product"} & set(self.only):
            kafka = self.machine.kafka()
        if "stripped" in self.only:
            found.append(await stripped_path.start(self.machine, kafka, SCOPE))
        if "product" in self.only:
            found.append(await self._product("product", kafka))
        if "product-postgres" in self.only:
            found.append(await self._product("product-postgres", None))
        return found

    async def _product(self, name: str, kafka: tuple[Part, str] | None) -> Contestant:
        product = Product(self.machine, name)
        await product.start(kafka)
        await product.sign(SCOPE)
        return product.contestant()
