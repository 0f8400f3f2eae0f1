"""C3, C4: how long a contract runs, and how its term comes to an end."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from houqin_shared.calendar import DAY, add_months

LONGEST_TERM = 36
"""C3: months from the first start; then the contract is tendered anew."""


class Outcome(StrEnum):
    """How a term ended: exactly one of the three, once it is over."""

    REACHED = "reached"
    EXPIRED = "expired"
    TERMINATED = "terminated"


@dataclass(frozen=True, slots=True)
class Term:
    """T1: from `starts_on` up to, not including, `ends_on`."""

    starts_on: date
    months: int
    """As signed, and all renewals."""
    ends_on: date
    terminated: bool = False
    """C6: an accepted exit has set its end."""

    @classmethod
    def signed(cls, starts_on: date, months: int) -> "Term":
        return cls(starts_on, months, add_months(starts_on, months))

    @property
    def longest_end(self) -> date:
        return add_months(self.starts_on, LONGEST_TERM)

    def is_over(self, day: date) -> bool:
        return day >= self.ends_on

    def may_be_renewed(self, today: date) -> bool:
        """C3, C6: not once it is over, and not after an accepted exit."""
        return not self.is_over(today) and not self.terminated

    def renewed(self, months: int) -> "Term":
        """C3, T2: always counted from the first start."""
        total = self.months + months
        return replace(self, months=total, ends_on=add_months(self.starts_on, total))

    @property
    def passes_three_years(self) -> bool:
        """C3: such a renewal is refused."""
        return self.ends_on > self.longest_end

    def may_exit_on(self, day: date, today: date) -> bool:
        """C6: today or later, after its start, not after its end."""
        return max(today, self.starts_on + DAY) <= day <= self.ends_on

    def exited(self, day: date) -> "Term":
        return replace(self, ends_on=day, terminated=True)

    @property
    def outcome(self) -> Outcome:
        """C4: what the first sweep on or after its end finds."""
        if self.terminated:
            return Outcome.TERMINATED
        return Outcome.REACHED if self.ends_on == self.longest_end else Outcome.EXPIRED
