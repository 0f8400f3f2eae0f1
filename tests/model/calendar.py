"""Days, months, quarters and halves as the office reads them (T1, T2, T5)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)

SCORES_DAY = 3  # T5: last month's scores are published
STATEMENTS_DAY = 5  # T5: last month's statements are drawn
BULLETIN_DAY = 10  # T5: the bulletin, and in January and July the half-year scores
HALF_YEAR_MONTHS = (1, 7)  # T5: on the 10th of them
FEBRUARY = 2  # T5: on the 5th the years are looked at


def add_months(day: date, months: int) -> date:
    """T2: the same day of the month, or the last day of a shorter one."""
    month = Month.of(day).plus(months)
    return date(month.year, month.number, min(day.day, month.days))


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month; `start` is its first day, `end` the first day after it (T1)."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        return cls(int(text[:4]), int(text[5:]))

    def plus(self, months: int) -> Month:
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, index + 1)

    @property
    def days(self) -> int:
        return calendar.monthrange(self.year, self.number)[1]

    @property
    def start(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def end(self) -> date:
        return self.plus(1).start

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.year, (self.number + 2) // 3)

    @property
    def half(self) -> Half:
        return Half(self.year, (self.number + 5) // 6)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter, written 2017Q2."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        return cls(int(text[:4]), int(text[5:]))

    @property
    def last_month(self) -> Month:
        return Month(self.year, self.number * 3)

    @property
    def months(self) -> tuple[Month, Month, Month]:
        return (self.last_month.plus(-2), self.last_month.plus(-1), self.last_month)

    @property
    def given_up_on(self) -> date:
        """B6: the 5th of the second month after the quarter's end."""
        return self.last_month.plus(2).start.replace(day=STATEMENTS_DAY)

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"


@dataclass(frozen=True, order=True, slots=True)
class Half:
    """A calendar half-year, written 2017H2."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Half:
        return cls(int(text[:4]), int(text[5:]))

    def __str__(self) -> str:
        return f"{self.year:04d}H{self.number}"


@dataclass(frozen=True, slots=True)
class Term:
    """T1: from `starts_on` up to, not including, `ends_on`."""

    starts_on: date
    ends_on: date

    def contains(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on

    def touches(self, month: Month) -> bool:
        return self.starts_on < month.end and month.start < self.ends_on

    def is_over(self, day: date) -> bool:
        return day >= self.ends_on

    @property
    def last_month(self) -> Month:
        return Month.of(self.ends_on - ONE_DAY)

    @property
    def quarters(self) -> list[Quarter]:
        """The calendar quarters that the term touches, earliest first."""
        month, quarters = Month.of(self.starts_on), list[Quarter]()
        while month <= self.last_month:
            if month.quarter not in quarters:
                quarters.append(month.quarter)
            month = month.plus(1)
        return quarters
