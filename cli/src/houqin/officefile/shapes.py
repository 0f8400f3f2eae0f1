"""What an office file holds, apart from its events: exact, checked, never changed.

Days are legal dates, money is whole fen, percentages, points and weights are Decimals as written.
Every part keeps its `place` in the file, from which a command's Idempotency-Key is derived.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

Gate = Literal["qualification", "reputation", "skills", "conduct"]
GATES: Final[tuple[Gate, ...]] = ("qualification", "reputation", "skills", "conduct")
Tier = Literal["patrol", "joint", "external"]
TIERS: Final[tuple[Tier, ...]] = ("patrol", "joint", "external")  # that a month may need (I3, I9)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What people may write anywhere besides the fields."""

    name_en: str | None = None
    text: str | None = None
    note: str | None = None

    def or_else(self, outer: "Remarks") -> "Remarks":
        """These, and where nothing is written, the outer ones."""
        return Remarks(
            name_en=self.name_en or outer.name_en,
            text=self.text or outer.text,
            note=self.note or outer.note,
        )


@dataclass(frozen=True, slots=True)
class Office:
    place: str
    id: str
    name: str
    remarks: Remarks


@dataclass(frozen=True, slots=True)
class GateDocument:
    gate: Gate
    document: str
    valid_until: date  # the last valid day
    remarks: Remarks


@dataclass(frozen=True, slots=True)
class Supplier:
    place: str
    id: str
    name: str
    uscc: str
    small_or_medium: bool
    gates: tuple[GateDocument, ...]
    remarks: Remarks


@dataclass(frozen=True, slots=True)
class Points:
    general: Decimal
    major: Decimal
    complaint: Decimal
    merit: Decimal


@dataclass(frozen=True, slots=True)
class HalfYear:
    months: Decimal
    leaders: Decimal


@dataclass(frozen=True, slots=True)
class Amounts:
    """Deductions in fen; zero allowed."""

    general: int
    major: int
    complaint: int
    rectification: int


@dataclass(frozen=True, slots=True)
class Repeat:
    within_days: int
    times: int


@dataclass(frozen=True, slots=True)
class Ladder:
    full_from: Decimal
    percent_per_point: Decimal
    at_most_percent: Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """Reaches from `lowest` (`from` in the file) up to, not including, the next higher band."""

    lowest: Decimal
    name: str
    returned_percent: Decimal
    bonus_percent: Decimal
    remarks: Remarks


@dataclass(frozen=True, slots=True)
class SurveyRules:
    min_responses: int
    min_response_percent: Decimal
    satisfied_from: int


@dataclass(frozen=True, slots=True)
class Widespread:
    complaints: int
    departments: int
    within_days: int


@dataclass(frozen=True, slots=True)
class RuleSet:
    place: str
    id: str
    points: Points
    tiers: tuple[tuple[Tier, Decimal], ...]  # weight by tier
    half_year: HalfYear
    amounts: Amounts
    repeat: Repeat
    ladder: Ladder
    retained_percent: Decimal
    bands: tuple[Band, ...]  # highest first
    reward_percent: Decimal
    deposit_percent: Decimal
    second_notice_days: int
    survey: SurveyRules
    widespread: Widespread
    remarks: Remarks


@dataclass(frozen=True, slots=True)
class Contract:
    place: str
    id: str
    item: str
    supplier: str
    annual_price_fen: int
    starts_on: date
    months: int
    satisfaction_target: Decimal
    rules: str
    signed_on: date  # `starts_on` unless the file says otherwise
    remarks: Remarks
