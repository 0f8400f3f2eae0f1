"""Contestants side by side: their windows take turns, so that noise disturbs all alike."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.machine import Machine
from bench.meter import Meter
from bench.results import MODES, Kind, Measured, Mode, Results
from bench.window import Contestant, Load, measure

LEAST_VISITS: dict[Mode, int] = {"single": 20, "bulk": 5}
"""Of a window, so that a percentile means something."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to look."""

    rounds: int
    seconds: float
    """Of a window at saturation, about."""
    latency_seconds: float
    first: Mapping[Mode, int] = field(default_factory=lambda: {"single": 1000, "bulk": 100})
    """Visits of a first window, which tells the size of the next."""


@dataclass(slots=True)
class Duel:
    """Runs windows and keeps what they showed."""

    machine: Machine
    results: Results
    pace: Pace
    _windows: int = 0
    _rates: dict[tuple[str, Mode], float] = field(default_factory=dict)
    """Findings booked a second in the latest window, which decides the size of the next."""

    async def idle(self, contestants: Sequence[Contestant]) -> dict[str, float]:
        """Cores that each part of each contestant needs when nothing happens, in thousandths."""
        meter = Meter([part for contestant in contestants for part in contestant.parts])
        await asyncio.sleep(self.pace.seconds)
        cost = meter.read(0)
        return {
            name: round(spent / self.pace.seconds * 1000, 1) for name, spent in cost.cpu.items()
        }

    async def saturate(
        self, contestants: Sequence[Contestant], modes: Sequence[Mode] = tuple(MODES)
    ) -> None:
        """All the load that the system takes: A B, then B A, then A B."""
        for mode in modes:
            for contestant in contestants:
                await self._window(contestant, mode, Load(MODES[mode], self.pace.first[mode]))
            for contestant in contestants:
                await self._window(
                    contestant, mode, Load(MODES[mode], self._visits(contestant, mode))
                )
        for number in range(self.pace.rounds):
            for mode in modes:
                for contestant in contestants[:: -1 if number % 2 else 1]:
                    load = Load(MODES[mode], self._visits(contestant, mode))
                    await self._window(contestant, mode, load, kind="saturation", number=number)

    async def half_load(
        self, contestants: Sequence[Contestant], modes: Sequence[Mode] = tuple(MODES)
    ) -> None:
        """Latency at half of what each can book."""
        for mode in modes:
            for contestant in contestants:
                rate = self.results.rate(contestant.name, mode) / 2 / MODES[mode]
                visits = max(round(rate * self.pace.latency_seconds), LEAST_VISITS[mode])
                load = Load(MODES[mode], visits, rate)
                await self._window(contestant, mode, load, kind="half load")

    def _visits(self, contestant: Contestant, mode: Mode) -> int:
        """As many as it will book in the time of a window, as far as is known."""
        visits = self._rates[contestant.name, mode] * self.pace.seconds / MODES[mode]
        return max(round(visits), LEAST_VISITS[mode])

    async def _window(
        self,
        contestant: Contestant,
        mode: Mode,
        load: Load,
        *,
        kind: Kind | None = None,
        number: int = 0,
    ) -> None:
        """A window without a kind counts for nothing but the size of the next."""
        self._windows += 1
        figures = await measure(self.machine, contestant, f"w{self._windows}", load)
        if kind is not None:
            self.results.add(Measured(contestant.name, mode, kind, number, figures))
        if load.rate is None:
            self._rates[contestant.name, mode] = figures.booked_rate
        print(
            f"{contestant.name:18} {mode:6} {kind or 'warm-up':10} "
            f"accepted {figures.accepted_rate:8,.0f}/s  booked {figures.booked_rate:8,.0f}/s  "
            f"cpu {figures.cpu_total:7,.0f} us  "
            f"accept {figures.accept.p50:6.1f}/{figures.accept.p99:6.1f} ms  "
            f"to booked {figures.booked.p50:7.1f}/{figures.booked.p99:7.1f} ms  "
            f"noise {figures.foreign_cores:.2f}",
            flush=True,
        )
