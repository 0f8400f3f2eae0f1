"""C1, C4: when somebody is reminded that an end comes near."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from houqin_shared.calendar import DAY

TERM_NOTICES = (180, 90, 30)
"""C4: days before any end."""
EVIDENCE_NOTICES = (90, 30, 7, 0)
"""C1: days before evidence's last valid day, and on it."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One notice: on the day of `due_on`, about an end once `days` away."""

    due_on: date
    days: int


def reminders(end: date, last: date, recorded_on: date, notices: Sequence[int]) -> list[Reminder]:
    """The notices of an end that became known on `recorded_on`, none later than `last`.

    A sweep sees only what was recorded before it (T4), so the first that can tell is the next
    day's. A notice whose day has passed by then is sent late; of several that would go out on the
    same day the most urgent speaks for all.
    """
    first_sweep = recorded_on + DAY
    by_day: dict[date, int] = {}
    for days in sorted(notices, reverse=True):
        by_day[max(end - timedelta(days=days), first_sweep)] = days
    return [Reminder(day, days) for day, days in sorted(by_day.items()) if day <= last]


def term_reminders(ends_on: date, recorded_on: date) -> list[Reminder]:
    """C4: before the term's end."""
    return reminders(ends_on, ends_on - DAY, recorded_on, TERM_NOTICES)


def evidence_reminders(valid_until: date, recorded_on: date) -> list[Reminder]:
    """C1: up to the last valid day."""
    if valid_until < recorded_on:
        return []  # nothing to look out for: it had lapsed when it was recorded
    return reminders(valid_until, valid_until, recorded_on, EVIDENCE_NOTICES)
