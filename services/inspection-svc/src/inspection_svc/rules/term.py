"""T1: a contract's term, from its first day up to, not including, its end."""

from dataclasses import dataclass
from datetime import date

from houqin_shared.calendar import Month


@dataclass(frozen=True, slots=True)
class Term:
    starts_on: date
    ends_on: date

    def covers(self, day: date) -> bool:
        """Whether what happens on `day` happens under the contract (I1)."""
        return self.starts_on <= day < self.ends_on

    def touches(self, month: Month) -> bool:
        """Whether the contract is due a score for `month` (I4)."""
        return self.starts_on < month.end and month.first < self.ends_on
