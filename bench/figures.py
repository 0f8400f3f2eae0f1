"""What a window showed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Spread:
    """Of latencies, in milliseconds."""

    p50: float
    p99: float
    worst: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        ordered = sorted(seconds)

        def at(share: float) -> float:
            return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2)

        return cls(at(0.5), at(0.99), at(1))


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates are findings a second, CPU is microseconds a finding."""

    findings: int
    seconds: float
    """From the first request to the last booking."""
    accepted_rate: float
    booked_rate: float
    accept: Spread
    """From when a request was due to its answer."""
    booked: Spread
    """From when a finding's request was due to the commit of its deduction."""
    cpu: dict[str, float]
    """By part: every process of the contestant, PostgreSQL, Kafka."""
    cpu_total: float
    """Of these parts; the load generator's stands apart."""
    generator_cpu: float
    memory_mb: dict[str, float]
    """By part, at the end."""
    foreign_cores: float
    """Cores that were busy with something else on this machine: its noise."""
    asked_to_wait: int
    """Answers 429, after which the generator came again."""

    @classmethod
    def read(cls, parts: dict[str, Any]) -> "Figures":
        spreads = {name: Spread(**parts[name]) for name in ("accept", "booked")}
        return cls(**(parts | spreads))
