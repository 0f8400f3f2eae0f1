"""I5: a rectification notice and its two rounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from houqin_shared.calendar import DAY


class NoticeState(StrEnum):
    """Where a notice stands: in its first or second round, closed, or failed twice."""

    OPEN = "open"
    AGAIN = "again"
    CLOSED = "closed"
    WARNED = "warned"


class Result(StrEnum):
    """What a re-inspection found."""

    PASSED = "passed"
    FAILED = "failed"


NOTICE: Mapping[tuple[NoticeState, Result], NoticeState] = {
    (NoticeState.OPEN, Result.PASSED): NoticeState.CLOSED,
    (NoticeState.OPEN, Result.FAILED): NoticeState.AGAIN,  # second round, some days later
    (NoticeState.AGAIN, Result.PASSED): NoticeState.CLOSED,
    (NoticeState.AGAIN, Result.FAILED): NoticeState.WARNED,  # written exit warning
}
"""Whatever isn't in it is refused: the notice is no longer open."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Where a notice stands."""

    state: NoticeState
    due: date

    @property
    def is_open(self) -> bool:
        return (self.state, Result.PASSED) in NOTICE

    @property
    def round(self) -> int:
        return 1 if self.state is NoticeState.OPEN else 2

    def after(self, result: Result, on: date, second_notice_days: int) -> "Notice":
        """Where it stands after a result of `on`. Raises KeyError unless it is open."""
        state = NOTICE[self.state, result]
        due = on + timedelta(days=second_notice_days) if state is NoticeState.AGAIN else self.due
        return Notice(state, due)

    def overdue_on(self, today: date) -> date | None:
        """The day on which it has failed because nobody passed it in time: the day after due.

        None if it is not open, or `today` is not past its due day.
        """
        return self.due + DAY if self.is_open and today > self.due else None
