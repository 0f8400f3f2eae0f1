"""What a contract's pinned rule set says about inspections: every figure that offices set apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The part of a rule set that inspections use, as it was pinned when the contract was signed.

    Points and weights are plain numbers, of which a full score has 100 and weights any sum.
    """

    points: Mapping[str, Decimal]
    """Lost per finding by its severity and per upheld complaint, won per merit (I3)."""
    tiers: Mapping[str, Decimal]
    """The tiers that a month needs, with their weights (I3)."""
    half_year: Mapping[str, Decimal]
    """Weights of the months and of the leaders' review (I7)."""
    repeat_within_days: int
    """How long a finding makes a later one a repeat (I2)."""
    second_notice_days: int
    """Days from the first failure of a notice to the due day of its second round (I5)."""

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """From the form in which a signed contract carries it: decimals are texts."""
        return cls(
            points=_decimals(stored["points"]),
            tiers=_decimals(stored["tiers"]),
            half_year=_decimals(stored["half_year"]),
            repeat_within_days=int(stored["repeat"]["within_days"]),
            second_notice_days=int(stored["second_notice_days"]),
        )


def _decimals(stored: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in stored.items()}
