"""C6: what opens an exit proposal, and I5's exit warning."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from houqin_shared.exact import two_places

QUARTERS_IN_A_ROW = 3
QUARTERS_OF_A_YEAR = 2
"""A year needs so many measured quarters to have a rate."""
YEARS_LOOKED_AT = (2, 5)
"""T5: month and day on which the year before is fixed."""
LAST_ROUND = 2
"""I5: a notice that fails in it issues an exit warning."""


class Ground(StrEnum):
    """What speaks for ending the contract (C6)."""

    THREE_QUARTERS = "three-quarters"
    TWO_YEARS = "two-years"
    WIDESPREAD_COMPLAINTS = "widespread-complaints"


class Decision(StrEnum):
    """What a person makes of an exit proposal (C6)."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Measured:
    """A quarter's satisfaction; `rate` is None when its survey was not valid."""

    quarter: str
    rate: Decimal | None
    answers: int = 0
    satisfied: int = 0


def row_below(row: Sequence[Measured], target: Decimal) -> list[str] | None:
    """The last three quarters, if they and the newest were measured below the target.

    `row`: all since the last exit decision, in the order in which they were measured. One that
    wasn't measured neither counts nor breaks the row, and proposes nothing itself.
    """
    if not row or row[-1].rate is None:
        return None
    last = [each for each in row if each.rate is not None][-QUARTERS_IN_A_ROW:]
    if len(last) < QUARTERS_IN_A_ROW:
        return None
    if all(each.rate is not None and each.rate < target for each in last):
        return [each.quarter for each in last]
    return None


def year_rate(quarters: Iterable[Measured]) -> Decimal | None:
    """All satisfied answers over all answers of a year's measured quarters, two decimals."""
    measured = [each for each in quarters if each.rate is not None]
    answers = sum(each.answers for each in measured)
    if len(measured) < QUARTERS_OF_A_YEAR or not answers:
        return None
    return two_places(Fraction(100 * sum(each.satisfied for each in measured), answers))


def years_below(rates: Mapping[int, Decimal], year: int, target: Decimal) -> list[str] | None:
    """`year` and the one before it, if both have a rate below the target."""
    both = [year - 1, year]
    if all(each in rates and rates[each] < target for each in both):
        return [str(each) for each in both]
    return None


def looks_at_years(day: date) -> bool:
    """T5: 5 February."""
    return (day.month, day.day) == YEARS_LOOKED_AT
