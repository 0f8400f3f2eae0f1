"""The ratios that must hold, and how they stand in a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench import floors
from bench.growth import BIG, BIG_ONE, SMALL
from bench.results import MODES, Mode, Results, median_ratio

WARM = 2
"""Steps of growth after which a process has its pools and caches."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure with its limit."""

    what: str
    value: float
    limit: float
    at_most: bool = False
    unit: str = ""

    @property
    def kept(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    @property
    def bound(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.limit:g}{self.unit}"

    @property
    def verdict(self) -> str:
        return "ok" if self.kept else "NOT REACHED"


def promises(results: Results) -> Iterator[Promise]:
    """Those for which the run has measured enough."""
    for mode in MODES:
        yield from _beside_the_stripped_path(results, mode)
    yield from _beside_the_ordinary_stack(results)
    for mode in MODES:
        yield from _latency(results, mode)
    yield from _honesty(results)
    yield from _growth(results)


def _beside_the_stripped_path(results: Results, mode: Mode) -> Iterator[Promise]:
    product, stripped = results.of("product", mode), results.of("stripped", mode)
    if not product or not stripped:
        return
    booked = median_ratio(
        [each.booked_rate for each in product], [each.booked_rate for each in stripped]
    )
    cpu = median_ratio([each.cpu_total for each in product], [each.cpu_total for each in stripped])
    yield Promise(f"{mode}: booked a second, product / stripped path", booked, 0.7)
    yield Promise(f"{mode}: CPU of a finding, product / stripped path", cpu, 1.4, at_most=True)


def _beside_the_ordinary_stack(results: Results) -> Iterator[Promise]:
    if results.of("product", "single") and results.of("ordinary-1", "single"):
        times = results.rate("product", "single") / results.rate("ordinary-1", "single")
        yield Promise("single: booked a second, product / ordinary stack", times, 8)


def _latency(results: Results, mode: Mode) -> Iterator[Promise]:
    for half in results.of("product", mode, "half load"):
        what = f"{mode}: accepted to booked at half load"
        yield Promise(f"{what}, p50", half.booked.p50, 50, at_most=True, unit=" ms")
        yield Promise(f"{what}, p99", half.booked.p99, 200, at_most=True, unit=" ms")


def _honesty(results: Results) -> Iterator[Promise]:
    """A floor that is slow by itself would flatter the product."""
    bare = max(
        results.floors.get(floors.BARE_INSERT, 0), results.floors.get(floors.BARE_INSERT_PGBENCH, 0)
    )
    if bare and results.of("stripped", "single"):
        share = results.rate("stripped", "single") / bare
        yield Promise("honest floor: stripped path, single / bare insert", share, 0.08)


def _growth(results: Results) -> Iterator[Promise]:
    growth: dict[str, Any] | None = results.more.get("growth")
    if growth is None:
        return
    size = f"{growth['findings'][-1]:,} findings"
    for mode in MODES:
        few = [each.booked_rate for each in results.of(SMALL, mode)]
        same = median_ratio([each.booked_rate for each in results.of(BIG_ONE, mode)], few)
        every = median_ratio([each.booked_rate for each in results.of(BIG, mode)], few)
        contracts = f"{growth['contracts']:,} contracts"
        yield Promise(f"{mode}: at {size} / at 10,000, one contract busy", same, 0.9)
        yield Promise(f"{mode}: the same, all of {contracts} busy / one", every, 0.9)
    warm, last = growth["steps"][min(WARM, len(growth["steps"])) - 1], growth["steps"][-1]
    for part, before in warm["memory_mb"].items():
        if part.endswith("-svc"):
            more = last["memory_mb"][part] / before
            yield Promise(f"memory of {part}, at {size} / when warm", more, 1.15, at_most=True)


def noise(results: Results) -> float:
    """Cores that were busy with something else, in the median window."""
    return median(each.figures.foreign_cores for each in results.windows) if results.windows else 0


LOUD = 0.2


def summary(results: Results) -> str:
    """For whoever waits at the terminal."""
    lines = [
        f"{each.what:68} {each.value:8.2f}{each.unit:3}  {each.bound:>9}  {each.verdict}"
        for each in promises(results)
    ]
    if noise(results) > LOUD:
        lines += [
            "",
            f"THE MACHINE WAS SHARED: other work kept {noise(results):.1f} cores busy. Rates and",
            "latencies are worse than they would be alone; ratios hold, with more spread.",
            "本机同时有其他负载:速率与延迟偏差较大,比值仍可参考。",
        ]
    return "\n".join(["", *lines, ""])
