"""The month's published results, praise and criticism (I8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from .calendar import Month
from .inspection import Score

COMMENDED_FROM = Fraction(95)
CRITICISED_BELOW = Fraction(80)


@dataclass(frozen=True, slots=True)
class Result:
    """What a contract due a score achieved in the month."""

    contract: str
    score: Score
    failed_rectification: bool

    @property
    def is_commended(self) -> bool:
        value = self.score.value
        return value is not None and value >= COMMENDED_FROM and not self.failed_rectification

    @property
    def is_criticised(self) -> bool:
        value = self.score.value
        return self.failed_rectification or (value is not None and value < CRITICISED_BELOW)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Frozen when it is issued."""

    year: int
    number: int
    month: Month
    commended: tuple[str, ...]
    criticised: tuple[str, ...]

    @classmethod
    def issue(cls, earlier: Iterable[Bulletin], month: Month, results: list[Result]) -> Bulletin:
        """I8: numbered by the year of the month, without gaps."""
        number = sum(bulletin.year == month.year for bulletin in earlier) + 1
        by_name = sorted(results, key=lambda result: result.contract)
        return cls(
            year=month.year,
            number=number,
            month=month,
            commended=tuple(result.contract for result in by_name if result.is_commended),
            criticised=tuple(result.contract for result in by_name if result.is_criticised),
        )
