"""The figures of a run as a reader wants them: ratios first."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.results import MODES, Results, median_ratio


@dataclass(frozen=True, slots=True)
class Ratio:
    """A promise, and how it stands."""

    what: str
    value: float
    target: float
    at_most: bool = False
    unit: str = ""

    @property
    def kept(self) -> bool:
        return self.value <= self.target if self.at_most else self.value >= self.target

    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        mark = "ok" if self.kept else "NOT YET"
        return f"{self.what:52} {self.value:8.2f}{self.unit}  {sign} {self.target:g}  {mark}"


def promises(results: Results) -> Iterator[Ratio]:
    """Those that this run has measured."""
    for mode in MODES:
        product, stripped = results.of("product", mode), results.of("stripped", mode)
        if product and stripped:
            yield Ratio(
                f"{mode}: booked a second, product / stripped path",
                median_ratio(
                    [each.booked_rate for each in product],
                    [each.booked_rate for each in stripped],
                ),
                0.7,
            )
            yield Ratio(
                f"{mode}: CPU of a finding, product / stripped path",
                median_ratio(
                    [each.cpu_total for each in product], [each.cpu_total for each in stripped]
                ),
                1.4,
                at_most=True,
            )
        for half in results.of("product", mode, "half load"):
            name = f"{mode}: accept to booked at half load"
            yield Ratio(f"{name}, p50", half.booked.p50, 50, at_most=True, unit=" ms")
            yield Ratio(f"{name}, p99", half.booked.p99, 200, at_most=True, unit=" ms")


def summary(results: Results) -> str:
    lines = [str(ratio) for ratio in promises(results)]
    return "\n".join(["", *lines, ""])
