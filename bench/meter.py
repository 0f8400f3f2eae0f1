"""What a window cost: CPU of every part, and what else kept the machine busy."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from bench.machine import Part


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds by part, and the cores that something foreign kept busy."""

    cpu: dict[str, float]
    foreign_cores: float


class Meter:
    """Reads the clocks of processes at its beginning and when it is asked."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._itself = Part("bench", psutil.Process())
        self._began = time.monotonic()
        self._machine = _busy_seconds()
        self._before = self._clocks()

    def read(self, generator_cpu: float) -> Cost:
        after = self._clocks()
        spent = {name: after[name] - before for name, before in self._before.items()}
        ours = sum(spent.values()) + generator_cpu
        del spent[self._itself.name]
        foreign = _busy_seconds() - self._machine - ours
        return Cost(spent, max(foreign, 0.0) / (time.monotonic() - self._began))

    def _clocks(self) -> dict[str, float]:
        clocks = {part.name: part.cpu_seconds() for part in self._parts}
        own = psutil.Process().cpu_times()
        return clocks | {self._itself.name: own.user + own.system}


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    # What a host took away (steal) was not ours either.
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)
