"""F5: when complaints are no longer one caller's bad day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class WidespreadRules:
    """What the pinned rule set calls widespread."""

    complaints: int
    departments: int
    within_days: int
    """The length of the stretch, its first and its last day included."""


@dataclass(frozen=True, slots=True)
class Upheld:
    """An upheld complaint, by its own day."""

    complaint: str
    department: str
    on: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """The complaints that show it: their numbers in order, and their first and last day."""

    complaints: tuple[str, ...]
    first_on: date
    last_on: date

    @classmethod
    def of(cls, stretch: Iterable[Upheld]) -> Self:
        upheld = list(stretch)
        days = [each.on for each in upheld]
        return cls(tuple(sorted(each.complaint for each in upheld)), min(days), max(days))


def widespread(upheld: Iterable[Upheld], on: date, rules: WidespreadRules) -> Evidence | None:
    """The complaints of the earliest full stretch that holds the day `on` and ends on or after it.

    `upheld` are the contract's complaints that count: dated after its last exit decision.
    A stretch that ends later gains something only on a complaint's own day, so no other day
    needs to be looked at.
    """
    counted = list(upheld)
    later = {each.on for each in counted if 0 < (each.on - on).days < rules.within_days}
    for last in sorted({on, *later}):
        stretch = [each for each in counted if 0 <= (last - each.on).days < rules.within_days]
        departments = {each.department for each in stretch}
        if stretch and len(stretch) >= rules.complaints and len(departments) >= rules.departments:
            return Evidence.of(stretch)
    return None
