"""What clients are shown: the bodies of answers."""

from datetime import date
from typing import Annotated, Literal

from houqin_shared.exact import Exact, Yuan
from houqin_shared.fields import (
    ContractNumber,
    EnglishName,
    Paper,
    RecordedOn,
    WrittenNote,
    WrittenText,
)
from pydantic import BaseModel, Field

from contract_svc.asked.rule_sets import RuleSetContent
from contract_svc.rules.exits import Decision, Ground
from contract_svc.rules.gates import Gate

HiddenRecorder = Annotated[
    str | None, Field(description="Who recorded it; null for suppliers, always")
]
SupplierNumber = Annotated[
    str, Field(description="The supplier's number 服务企业编号", examples=["dingsheng"])
]
ServiceItem = Annotated[str, Field(description="The service item 服务项目", examples=["cleaning"])]
AnnualPrice = Annotated[Yuan, Field(description="Yuan a year 年合同价(元)")]
Target = Annotated[Exact, Field(description="Satisfaction target in percent (C6) 满意率目标")]
DaysLeft = Annotated[int, Field(description="From `on` to the day itself")]


class Remarked(BaseModel):
    """What people wrote beside it."""

    name_en: EnglishName = None
    text: WrittenText = None
    note: WrittenNote = None


class Recorded(Remarked):
    """When it was recorded, and for the office and its auditors, by whom."""

    recorded_on: RecordedOn
    recorded_by: HiddenRecorder


class OfficeShown(Remarked):
    """An office 机关 and its clock."""

    id: str = Field(description="The office's number", examples=["ezhou"])
    name: str = Field(description="The name of the office 机关名称")
    clock: Literal["live", "manual"] = Field(
        description="live: days pass by themselves; manual: they are swept through the API"
    )
    opens_on: date = Field(description="Its first day here, already swept")
    imported_from: str | None = Field(description="The file that its past comes from; null: none")
    today: date = Field(description="Its legal day: what is done now is recorded on it")


class EvidenceShown(Recorded):
    """A document for one of the four gates (C1)."""

    number: int = Field(description="Counted from 1 for its supplier")
    gate: Gate = Field(description="The gate that it is for 关口")
    document: str = Field(description="What the document is 证明文件")
    valid_until: date = Field(description="The last valid day")


class SupplierShown(Recorded):
    """A service company 服务企业, and whether it could sign today."""

    id: SupplierNumber
    name: str = Field(description="The registered name 企业名称")
    uscc: str = Field(description="Unified social credit code (GB 32100) 统一社会信用代码")
    small_or_medium: bool = Field(description="Paid within 30 days, not 60 (B10) 中小企业")
    admitted: bool = Field(description="It could sign today (C1)")
    missing_gates: list[Gate] = Field(description="Without evidence valid today")
    gates: list[EvidenceShown] = Field(description="All its documents, expired ones too")


class EvidenceReminderShown(BaseModel):
    """C1: evidence that expires."""

    on: date = Field(description="The day on which it was told")
    evidence: int = Field(description="The document's number")
    gate: Gate = Field(description="The gate that it is for 关口")
    document: str = Field(description="What the document is 证明文件")
    valid_until: date = Field(description="Its last valid day")
    days_before: int = Field(description="Which of the notices it is: 90, 30, 7 or 0")
    days_left: DaysLeft


class RuleSetShown(RuleSetContent):
    """A version of a rule set 规则集. Versions are added, never changed."""

    id: str = Field(description="The office's own name for it 规则集名称", examples=["v1"])
    version: int = Field(description="Counted from 1 版本")
    recorded_on: RecordedOn
    recorded_by: HiddenRecorder


class RulesPin(BaseModel):
    """The rule set that a contract pins for its whole life."""

    id: str = Field(description="The rule set's name 规则集名称", examples=["v1"])
    version: int = Field(description="Its version, from 1 版本")


class Rebid(BaseModel):
    """C4, C5: three years are over."""

    term: int = Field(description="The number of the term that is over, from 1")
    reached_on: date = Field(description="The day on which the three years were over")


class ExitWarningShown(BaseModel):
    """I5: a notice failed twice."""

    on: date = Field(description="The day of the second failure")
    notice: str = Field(description="The rectification notice's number 整改通知编号")


class ExitProposalShown(BaseModel):
    """C6: grounds to end the contract, and what a person decided."""

    proposal: int = Field(description="Counted from 1 for its contract")
    on: date = Field(description="The day on which it was made")
    ground: Ground = Field(description="What speaks for ending the contract")
    evidence: list[str] = Field(description="The quarters, years or complaints that show it")
    decision: Decision | None = Field(description="Null: it is open")
    decided_on: date | None = Field(description="Null: it is open")
    ends_on: date | None = Field(description="The first day after the term, if accepted")
    reasons: str | None = Field(description="What was given for the decision 理由")
    recorded_from: Literal["paper"] | None = Field(description="Where the decision was taken")
    decided_by: str | None = Field(description="Who recorded the decision; never for suppliers")


class ContractShown(Recorded):
    """A contract 合同 as it stands today."""

    id: ContractNumber
    item: ServiceItem
    supplier: SupplierNumber
    supplier_name: str = Field(description="Its registered name")
    annual_price: AnnualPrice
    signed_on: date = Field(description="Signing day 签订日")
    starts_on: date = Field(description="The first day of the term")
    months: int = Field(description="As first signed")
    renewed_months: int = Field(description="What renewals added (C3)")
    ends_on: date = Field(description="The first day after the term")
    satisfaction_target: Target
    rules: RulesPin = Field(description="The rule set that it pins")
    term: int = Field(description="The number of this term, from 1; a re-tender begins the next")
    state: Literal["active", "ended", "closed"] = Field(
        description="active: before its end; ended: after it; closed: its account is closed, too"
    )
    rebid: Rebid | None = Field(description="Null: its three years are not over")
    expired_on: date | None = Field(description="It ended sooner than three years, unrenewed (C4)")
    terminated_on: date | None = Field(description="It was ended by an accepted exit (C6)")
    exit_warnings: list[ExitWarningShown] = Field(description="In the order in which they came")
    exit_proposals: list[ExitProposalShown] = Field(
        description="In the order in which they were made"
    )
    recorded_from: Paper


class TermReminderShown(BaseModel):
    """C4: the end comes near."""

    on: date = Field(description="The day on which it was told")
    ends_on: date = Field(description="The end as it was then")
    days_before: int = Field(description="Which of the notices it is: 180, 90 or 30")
    days_left: DaysLeft


class RetenderShown(BaseModel):
    """C5: the compulsory re-tender, opened from the old contract's terms."""

    contract: ContractNumber
    term: int = Field(description="The number of the term that is over")
    opened_on: date = Field(description="The day on which the re-tender was opened")
    reached_on: date = Field(description="The day on which the three years were over")
    incumbent: str = Field(description="The supplier, who may bid again")
    item: ServiceItem
    annual_price: AnnualPrice
    months: int = Field(description="Length of the old term as first signed")
    satisfaction_target: Target
    rules: RulesPin = Field(description="The rule set of the old contract")
