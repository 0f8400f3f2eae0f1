"""What a run found out, as it is kept in bench/results/latest.json."""

import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal

import asyncpg
import orjson
import psutil
from broker import KAFKA

from bench.figures import Figures
from bench.machine import POSTGRES_SETTINGS

Mode = Literal["single", "bulk"]
MODES: dict[Mode, int] = {"single": 1, "bulk": 100}
"""Findings in one visit."""
Kind = Literal["saturation", "half load"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One window."""

    contestant: str
    mode: Mode
    kind: Kind
    round: int
    figures: Figures


@dataclass(slots=True)
class Results:
    """Everything that one run measured."""

    machine: dict[str, Any]
    began: str
    windows: list[Measured] = field(default_factory=list)
    floors: dict[str, float] = field(default_factory=dict)
    """Per second."""
    more: dict[str, Any] = field(default_factory=dict)
    """Backlog, replay, growth."""
    seconds: float = 0

    @classmethod
    async def begin(cls, postgres_url: str) -> "Results":
        return cls(await _machine(postgres_url), datetime.now(UTC).isoformat(timespec="seconds"))

    def add(self, measured: Measured) -> None:
        self.windows.append(measured)

    def of(self, contestant: str, mode: Mode, kind: Kind = "saturation") -> list[Figures]:
        """In the order of the rounds."""
        return [
            each.figures
            for each in self.windows
            if (each.contestant, each.mode, each.kind) == (contestant, mode, kind)
        ]

    def rate(self, contestant: str, mode: Mode) -> float:
        """Findings booked a second at saturation, in the median round."""
        return median(each.booked_rate for each in self.of(contestant, mode))

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(
            orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )

    @classmethod
    def read(cls, path: Path) -> "Results":
        parts = orjson.loads(path.read_bytes())
        windows = [
            Measured(**(each | {"figures": Figures.read(each["figures"])}))
            for each in parts.pop("windows")
        ]
        return cls(windows=windows, **parts)


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Of windows of the same round, so that what disturbs the machine disturbs both."""
    return median(a / b for a, b in zip(above, below, strict=True))


async def _machine(postgres_url: str) -> dict[str, Any]:
    connection = await asyncpg.connect(postgres_url)
    try:
        version = await connection.fetchval("show server_version")
    finally:
        await connection.close()
    return {
        "cores": psutil.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgres": version,
        "postgres_settings": POSTGRES_SETTINGS,
        "kafka": KAFKA,
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
