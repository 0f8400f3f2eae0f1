"""T1: the days of a contract, and the months and quarters that they touch."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from houqin_shared.calendar import DAY, Month, Quarter


@dataclass(frozen=True, slots=True)
class Term:
    """From `starts_on` up to, not including, `ends_on`."""

    starts_on: date
    ends_on: date

    @property
    def last_month(self) -> Month:
        """The month whose fee is the last one."""
        return Month.of(self.ends_on - DAY)

    def months(self, up_to: Month) -> Iterator[Month]:
        """The months that the term touches, none after `up_to`."""
        month, last = Month.of(self.starts_on), min(up_to, self.last_month)
        while month <= last:
            yield month
            month = month.plus(1)

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The calendar quarters that the term touches, earliest first."""
        return tuple(dict.fromkeys(month.quarter for month in self.months(self.last_month)))

    def part_of(self, month: Month) -> "Term":
        """The days of `month` inside the term."""
        return Term(max(self.starts_on, month.first), min(self.ends_on, month.end))
