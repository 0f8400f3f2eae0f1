"""Legal dates (T1, T2): days in the office's zone, months, quarters and halves of years."""

import calendar as _calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

ZONE = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


def legal_today() -> date:
    """The day that it is in the offices' zone (T1)."""
    return datetime.now(ZONE).date()


def add_months(start: date, months: int) -> date:
    """T2: the same day of the month, or the last day of a shorter one.

    Always call it with the first start, never with an earlier result.
    """
    years, month0 = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = _calendar.monthrange(years, month0 + 1)[1]
    return date(years, month0 + 1, min(start.day, last))


def days(first: date, end: date) -> Iterator[date]:
    """Every day from `first` up to, not including, `end`."""
    while first < end:
        yield first
        first += DAY


class _Period:
    """A piece of the calendar that has a written name, such as 2017-05, 2017Q2 or 2017H1."""

    pattern: re.Pattern[str]
    example: str

    @classmethod
    def parse(cls, text: str) -> Self:
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: object) -> _Period:
            if isinstance(value, cls):
                return value
            if isinstance(value, str) and cls.pattern.fullmatch(value):
                return cls.parse(value)
            raise ValueError(f"write it like {cls.example}")

        return core_schema.no_info_plain_validator_function(
            read,
            serialization=core_schema.to_string_ser_schema(),
            json_schema_input_schema=core_schema.str_schema(pattern=cls.pattern.pattern),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": f"^{cls.pattern.pattern}$",
            "examples": [cls.example],
        }


@dataclass(frozen=True, slots=True, order=True)
class Month(_Period):
    """A calendar month, written 2017-05."""

    year: int
    month: int

    pattern = re.compile(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])")
    example = "2017-05"

    @classmethod
    def parse(cls, text: str) -> "Month":
        if not cls.pattern.fullmatch(text):
            raise ValueError(f"not a month: {text!r}; write it like {cls.example}")
        return cls(int(text[:4]), int(text[5:]))

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """The first day after it."""
        return self.plus(1).first

    @property
    def days(self) -> int:
        return _calendar.monthrange(self.year, self.month)[1]

    @property
    def quarter(self) -> "Quarter":
        return Quarter(self.year, (self.month + 2) // 3)

    @property
    def half(self) -> "Half":
        return Half(self.year, (self.month + 5) // 6)

    def plus(self, months: int) -> "Month":
        years, month0 = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(years, month0 + 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True, order=True)
class Quarter(_Period):
    """A calendar quarter, written 2017Q2."""

    year: int
    quarter: int

    pattern = re.compile(r"(19|20|21)[0-9]{2}Q[1-4]")
    example = "2017Q2"

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        if not cls.pattern.fullmatch(text):
            raise ValueError(f"not a quarter: {text!r}; write it like {cls.example}")
        return cls(int(text[:4]), int(text[5]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return Month.of(day).quarter

    @property
    def months(self) -> tuple[Month, Month, Month]:
        first = Month(self.year, self.quarter * 3 - 2)
        return first, first.plus(1), first.plus(2)

    @property
    def first(self) -> date:
        return self.months[0].first

    @property
    def end(self) -> date:
        return self.months[2].end

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.quarter}"


@dataclass(frozen=True, slots=True, order=True)
class Half(_Period):
    """Half a calendar year, written 2017H1."""

    year: int
    half: int

    pattern = re.compile(r"(19|20|21)[0-9]{2}H[12]")
    example = "2017H1"

    @classmethod
    def parse(cls, text: str) -> "Half":
        if not cls.pattern.fullmatch(text):
            raise ValueError(f"not a half-year: {text!r}; write it like {cls.example}")
        return cls(int(text[:4]), int(text[5]))

    @property
    def months(self) -> tuple[Month, ...]:
        first = Month(self.year, self.half * 6 - 5)
        return tuple(first.plus(n) for n in range(6))

    @property
    def first(self) -> date:
        return self.months[0].first

    @property
    def end(self) -> date:
        return self.months[5].end

    def __str__(self) -> str:
        return f"{self.year:04d}H{self.half}"


def _in_range(day: date) -> date:
    if not date(1900, 1, 1) <= day < date(2200, 1, 1):
        raise ValueError("give a day between 1900-01-01 and 2199-12-31")
    return day


LegalDay = Annotated[date, AfterValidator(_in_range)]
"""A day as clients write it, within the years that arithmetic of three-year terms can reach."""
