"""I1, I2: what is seen in a visit, and which findings repeat an earlier one."""

from collections.abc import Iterable, Set
from datetime import date, timedelta
from enum import StrEnum

Spot = tuple[str, str]
"""A criterion and the place where it was broken."""


class Tier(StrEnum):
    """The level at which an inspector looks: daily patrols, monthly joint inspections."""

    PATROL = "patrol"
    JOINT = "joint"


class Severity(StrEnum):
    """How bad a finding is; the rule set says what each costs."""

    GENERAL = "general"
    MAJOR = "major"


def repeats_since(happened_on: date, within_days: int) -> date:
    """I2: the first day on which an earlier finding still makes one of `happened_on` a repeat."""
    return happened_on - timedelta(days=within_days)


def which_repeat(spots: Iterable[Spot], seen_before: Set[Spot]) -> list[bool]:
    """I2: for each finding of a visit, in the order of the list, whether it is a repeat.

    `seen_before` are the spots of findings that were recorded before the visit, not withdrawn,
    and happened in time. A finding of the same visit counts for those that stand after it.
    """
    seen = set(seen_before)
    repeats = []
    for spot in spots:
        repeats.append(spot in seen)
        seen.add(spot)
    return repeats
