"""Rectification notices: fix by a date, then again, then an exit warning (I5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from .calendar import Month
from .refusal import Problem, Refused

LAST_ROUND = 2


@dataclass(frozen=True, slots=True)
class Failure:
    """I5: one failure of a notice, dated the day on which it failed."""

    notice: str
    round: int
    on: date

    @property
    def source(self) -> str:
        return f"{self.notice}#{self.round}"

    @property
    def is_last(self) -> bool:
        return self.round == LAST_ROUND


@dataclass(slots=True)
class Notice:
    """I5: open until it is passed or has failed twice. It goes on after the term."""

    id: str
    contract: str
    due: date
    second_notice_days: int
    round: int = 1
    is_open: bool = True
    failures: list[Failure] = field(default_factory=list)

    def is_overdue(self, day: date) -> bool:
        return self.is_open and day > self.due

    def reinspect(self, today: date, result: str) -> Failure | None:
        if not self.is_open:
            raise Refused(Problem.NOTICE_NOT_OPEN)
        if result == "failed":
            return self.fail(today)
        self.is_open = False
        return None

    def fail(self, on: date) -> Failure:
        """The first failure opens the second round, the second closes the notice."""
        failure = Failure(self.id, self.round, on)
        self.failures.append(failure)
        if failure.is_last:
            self.is_open = False
        else:
            self.round += 1
            self.due = on + timedelta(days=self.second_notice_days)
        return failure

    def failed_in(self, month: Month) -> bool:
        return any(Month.of(failure.on) == month for failure in self.failures)
