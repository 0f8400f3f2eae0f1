"""What this service answers. A supplier's reading has no field that tells who saw, recorded or
decided something: what isn't there can't leak.
"""

from datetime import date
from typing import Annotated, Literal

from houqin_shared.exact import Exact
from houqin_shared.fields import (
    ContractNumber,
    EnglishName,
    HappenedOn,
    Paper,
    RecordedBy,
    RecordedOn,
    WrittenNote,
    WrittenText,
)
from pydantic import BaseModel, Field

from inspection_svc.asked import Evidence, MeritKind
from inspection_svc.rules.finding import Severity, Tier
from inspection_svc.rules.notice import NoticeState

Points = Annotated[Exact, Field(description="Points of 100 with two decimals")]
Inspector = Annotated[str, Field(description="Who saw it; no supplier reads it 检查人")]
Missing = Annotated[
    list[str], Field(description="The tiers for want of which it is not assessed 缺检层级")
]
Published = Annotated[date, Field(description="The office's day on which it was published")]
MonthName = Annotated[str, Field(description="The month that it is about", examples=["2017-05"])]
HalfName = Annotated[str, Field(description="The half-year that it is about", examples=["2017H1"])]


class Written(BaseModel):
    """What people wrote beside it."""

    text: WrittenText
    name_en: EnglishName


class Withdrawal(BaseModel):
    """Why and when a finding ceased to count (I6)."""

    withdrawn_on: date = Field(description="The office's day on which it was withdrawn")
    reason: str = Field(description="Why 撤销理由")
    recorded_from: Paper


class OfficeWithdrawal(Withdrawal):
    """The same, for the office."""

    decided_by: str = Field(description="Who decided it: not its inspector (I6)")
    recorded_by: RecordedBy
    text: WrittenText
    note: WrittenNote
    name_en: EnglishName


class Finding(Written):
    """A breach of a criterion (I1), as its contractor sees it."""

    id: str = Field(description="The finding's number 问题编号")
    visit: str = Field(description="The visit in which it was seen")
    contract: ContractNumber
    tier: Tier = Field(description="patrol 巡查 or joint 联检")
    happened_on: HappenedOn
    recorded_on: RecordedOn
    criterion: str = Field(
        description="The criterion that was not met 监管标准", examples=["CL-3.2"]
    )
    place: str = Field(description="Where it was seen 地点", examples=["3F"])
    severity: Severity = Field(description="general 一般 or major 重大")
    repeat: bool = Field(description="Decided when it was recorded (I2)")
    evidence: list[Evidence] = Field(description="Files that show it 佐证")
    withdrawal: Withdrawal | None = Field(description="Null: it counts")


class OfficeFinding(Finding):
    """The same, for the office."""

    note: WrittenNote
    witness: str | None = Field(description="Who saw it with the inspector")
    inspector: Inspector
    withdrawal: OfficeWithdrawal | None = Field(description="Null: it counts")


class VisitSummary(Written):
    """A visit without its findings, as its contractor sees it."""

    id: str = Field(description="The visit's number 检查编号")
    contract: ContractNumber
    tier: Tier = Field(description="patrol 巡查 or joint 联检")
    happened_on: HappenedOn
    recorded_on: RecordedOn
    findings_count: int = Field(description="How many findings it has, withdrawn ones too")


class OfficeVisitSummary(VisitSummary):
    """The same, for the office."""

    note: WrittenNote
    inspector: Inspector
    recorded_by: RecordedBy


class Visit(VisitSummary):
    """A visit with its findings in the order in which they were seen."""

    findings: list[Finding] = Field(description="In the order in which they were seen")


class OfficeVisit(OfficeVisitSummary):
    """The same, for the office."""

    findings: list[OfficeFinding] = Field(description="In the order in which they were seen")


class Merit(Written):
    """Points won (I3), as the contractor sees it."""

    id: str = Field(description="The merit's number 加分编号")
    contract: ContractNumber
    kind: MeritKind = Field(description="innovation 创新, experience 经验推广 or praise 表扬")
    happened_on: HappenedOn


class OfficeMerit(Merit):
    """The same, for the office."""

    note: WrittenNote
    recorded_by: RecordedBy


class Outcome(BaseModel):
    """How a round of a notice ended."""

    round: int = Field(description="1 or 2")
    result: Literal["passed", "failed", "overdue"] = Field(
        description="overdue: nobody passed it by the end of its due day"
    )
    happened_on: HappenedOn
    text: WrittenText


class Notice(Written):
    """A rectification notice (I5), as the contractor sees it."""

    id: str = Field(description="The notice's number 整改通知编号")
    contract: ContractNumber
    given_on: date = Field(description="The day on which it was given")
    due: date = Field(description="Of the round that it is in, or ended in")
    state: NoticeState = Field(
        description="open (first round), again (second round), closed, warned (failed twice)"
    )
    findings: list[str] = Field(description="What is to be mended")
    outcomes: list[Outcome] = Field(description="How its rounds ended, the first one first")


class OfficeNotice(Notice):
    """The same, for the office."""

    note: WrittenNote
    recorded_by: RecordedBy


class Review(Written):
    """A leaders' review of a half-year (I7)."""

    contract: ContractNumber
    half: HalfName
    score: Exact = Field(description="Points of 100")
    recorded_on: RecordedOn


class OfficeReview(Review):
    """The same, for the office."""

    note: WrittenNote
    recorded_by: RecordedBy


class TierBasis(BaseModel):
    """What a tier put into a month's score."""

    tier: str = Field(description="patrol 巡查, joint 联检 or external 外检")
    weight: Exact = Field(description="Its weight in the rule set, as written there")
    points_lost: Exact = Field(description="Points that its findings took")
    score: Exact | None = Field(description="Its score, of 100; null: no visit in the month")


class Basis(BaseModel):
    """The figures that a month's score was made from (I3)."""

    tiers: list[TierBasis] = Field(description="The rule set's tiers")
    complaints: int = Field(description="Upheld complaints of the month")
    merits: int = Field(description="Merits of the month")


class MonthScore(BaseModel):
    """A month's score in one of its revisions (I3, I4)."""

    contract: ContractNumber
    month: MonthName
    revision: int = Field(description="Counted from 1; the newest one holds (I4)")
    score: Points | None = Field(description="Null: not assessed")
    missing: Missing
    basis: Basis = Field(description="What it was made from")
    published_on: Published


class HalfYearScore(BaseModel):
    """A half-year's score (I7); null if it is not assessed."""

    contract: ContractNumber
    half: HalfName
    score: Points | None = Field(description="Points of 100; null: not assessed")
    published_on: Published


class BulletinEntry(BaseModel):
    """A contract's figures as the bulletin froze them."""

    contract: ContractNumber
    score: Points | None = Field(description="Points of 100; null: not assessed")
    missing: Missing
    failed_rectification: bool = Field(description="A rectification failed in the month")


class Bulletin(BaseModel):
    """A month's published results (I8)."""

    number: str = Field(description="Counted within its year 通报期号", examples=["2017-01"])
    month: MonthName
    issued_on: date = Field(description="The office's day on which it was issued")
    commended: list[str] = Field(description="Contracts that are praised 表扬")
    criticised: list[str] = Field(description="Contracts that are criticised 批评")
    entries: list[BulletinEntry] = Field(description="The figures, frozen")
