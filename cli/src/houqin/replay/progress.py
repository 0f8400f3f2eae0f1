"""How far a replay is, on stderr: one line that moves on a terminal, else a line now and then."""

import sys
import time
from datetime import date

STEPS = 10


class Progress:
    def __init__(self, office: str, days: int, *, quiet: bool = False) -> None:
        self._office = office
        self._days = days
        self._quiet = quiet
        self._began = time.monotonic()
        self._told = -1

    def day(self, number: int, day: date, events: int) -> None:
        """`number` days were played, the last is `day`, with `events` events so far."""
        if self._quiet:
            return
        spent = time.monotonic() - self._began
        line = f"{self._office} {day} {number}/{self._days} days, {events} events, {spent:.0f} s"
        if sys.stderr.isatty():
            print(f"\r{line} ", end="", file=sys.stderr, flush=True)
        elif number * STEPS // self._days > self._told:
            self._told = number * STEPS // self._days
            print(line, file=sys.stderr, flush=True)

    def end(self) -> None:
        if sys.stderr.isatty() and not self._quiet:
            print(file=sys.stderr)
