"""What this service answers. A supplier's reading has no field that tells who saw, recorded or
decided something: what isn't there can't leak.
"""

from datetime import date
from typing import Annotated, Literal

from houqin_shared.exact import Exact
from pydantic import BaseModel, Field

from inspection_svc.asked import Evidence, MeritKind
from inspection_svc.rules.finding import Severity, Tier
from inspection_svc.rules.notice import NoticeState

Points = Annotated[Exact, Field(description="Points of 100 with two decimals")]


class Written(BaseModel):
    """What people wrote beside it."""

    text: str | None
    name_en: str | None


class Withdrawal(BaseModel):
    """Why and when a finding ceased to count (I6)."""

    withdrawn_on: date
    reason: str
    recorded_from: Literal["paper"]


class OfficeWithdrawal(Withdrawal):
    decided_by: str
    recorded_by: str
    text: str | None
    note: str | None
    name_en: str | None


class Finding(Written):
    """A breach of a criterion (I1), as its contractor sees it."""

    id: str
    visit: str
    contract: str
    tier: Tier
    happened_on: date
    recorded_on: date
    criterion: str
    place: str
    severity: Severity
    repeat: bool = Field(description="Decided when it was recorded (I2)")
    evidence: list[Evidence]
    withdrawal: Withdrawal | None


class OfficeFinding(Finding):
    """The same, for the office."""

    note: str | None
    witness: str | None
    inspector: str
    withdrawal: OfficeWithdrawal | None


class VisitSummary(Written):
    """A visit without its findings, as its contractor sees it."""

    id: str
    contract: str
    tier: Tier
    happened_on: date
    recorded_on: date
    findings_count: int


class OfficeVisitSummary(VisitSummary):
    """The same, for the office."""

    note: str | None
    inspector: str
    recorded_by: str


class Visit(VisitSummary):
    """A visit with its findings in the order in which they were seen."""

    findings: list[Finding]


class OfficeVisit(OfficeVisitSummary):
    """The same, for the office."""

    findings: list[OfficeFinding]


class Merit(Written):
    """Points won (I3), as the contractor sees it."""

    id: str
    contract: str
    kind: MeritKind
    happened_on: date


class OfficeMerit(Merit):
    """The same, for the office."""

    note: str | None
    recorded_by: str


class Outcome(BaseModel):
    """How a round of a notice ended."""

    round: int
    result: Literal["passed", "failed", "overdue"]
    happened_on: date
    text: str | None


class Notice(Written):
    """A rectification notice (I5), as the contractor sees it."""

    id: str
    contract: str
    given_on: date
    due: date = Field(description="Of the round that it is in, or ended in")
    state: NoticeState = Field(
        description="open (first round), again (second round), closed, warned (failed twice)"
    )
    findings: list[str]
    outcomes: list[Outcome]


class OfficeNotice(Notice):
    """The same, for the office."""

    note: str | None
    recorded_by: str


class Review(Written):
    """A leaders' review of a half-year (I7)."""

    contract: str
    half: str
    score: Exact
    recorded_on: date


class OfficeReview(Review):
    """The same, for the office."""

    note: str | None
    recorded_by: str


class TierBasis(BaseModel):
    """What a tier put into a month's score."""

    tier: str
    weight: Exact
    points_lost: Exact
    score: Exact | None


class Basis(BaseModel):
    """The figures that a month's score was made from (I3)."""

    tiers: list[TierBasis]
    complaints: int
    merits: int


class MonthScore(BaseModel):
    """A month's score in one of its revisions (I3, I4)."""

    contract: str
    month: str
    revision: int
    score: Points | None = Field(description="Null: not assessed")
    missing: list[str] = Field(description="The tiers for want of which it is not assessed")
    basis: Basis
    published_on: date


class HalfYearScore(BaseModel):
    """A half-year's score (I7); null if it is not assessed."""

    contract: str
    half: str
    score: Points | None
    published_on: date


class BulletinEntry(BaseModel):
    """A contract's figures as the bulletin froze them."""

    contract: str
    score: Points | None
    missing: list[str]
    failed_rectification: bool


class Bulletin(BaseModel):
    """A month's published results (I8)."""

    number: str = Field(examples=["2017-01"])
    month: str
    issued_on: date
    commended: list[str]
    criticised: list[str]
    entries: list[BulletinEntry]
