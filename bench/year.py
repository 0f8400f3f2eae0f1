"""A year of an office, replayed into a fresh installation: `houqin up`, then `houqin replay`."""

import json
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from acceptance.installation import Installation

from bench import ROOT

EXAMPLE = ROOT / "examples" / "ezhou.yaml"
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Year:
    days: int
    events: int
    seconds: float

    @property
    def ms_a_day(self) -> float:
        return round(self.seconds / self.days * 1000, 1)


def replay_a_year(folder: Path, days: int = YEAR.days) -> Year:
    """Of the example office, from its first event on. Raises RuntimeError, AssertionError."""
    content = _first_days(days)
    file = folder / "year.json"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    installation = Installation(folder / "year")
    try:
        installation.start()
        began = time.monotonic()
        installation.replay(file)
        seconds = time.monotonic() - began
    finally:
        if installation.is_running:
            installation.stop()
    return Year(days, len(content["events"]), round(seconds, 2))


def _first_days(days: int) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    first = date.fromisoformat(content["contracts"][0]["starts_on"])
    until = first + timedelta(days=days - 1)
    content["until"] = until.isoformat()
    content["events"] = [
        event for event in content["events"] if date.fromisoformat(event["on"]) <= until
    ]
    return content
