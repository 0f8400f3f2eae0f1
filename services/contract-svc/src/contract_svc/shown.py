"""What clients are shown: the bodies of answers."""

from datetime import date
from typing import Literal

from houqin_shared.exact import Exact, Yuan
from pydantic import BaseModel, Field

from contract_svc.asked.rule_sets import RuleSetContent
from contract_svc.rules.exits import Decision, Ground
from contract_svc.rules.gates import Gate


class Remarked(BaseModel):
    """What people wrote beside it."""

    name_en: str | None = None
    text: str | None = None
    note: str | None = None


class Recorded(Remarked):
    """When it was recorded, and for the office and its auditors, by whom."""

    recorded_on: date
    recorded_by: str | None = Field(description="Never shown to suppliers")


class OfficeShown(Remarked):
    id: str
    name: str
    clock: Literal["live", "manual"]
    opens_on: date
    imported_from: str | None
    today: date = Field(description="Its legal day: what is done now is recorded on it")


class EvidenceShown(Recorded):
    number: int
    gate: Gate
    document: str
    valid_until: date = Field(description="The last valid day")


class SupplierShown(Recorded):
    id: str
    name: str
    uscc: str
    small_or_medium: bool
    admitted: bool = Field(description="It could sign today (C1)")
    missing_gates: list[Gate] = Field(description="Without evidence valid today")
    gates: list[EvidenceShown]


class EvidenceReminderShown(BaseModel):
    """C1: evidence that expires."""

    on: date
    evidence: int
    gate: Gate
    document: str
    valid_until: date
    days_before: int = Field(description="Which of the notices it is: 90, 30, 7 or 0")
    days_left: int


class RuleSetShown(RuleSetContent):
    id: str
    version: int
    recorded_on: date
    recorded_by: str | None = Field(description="Never shown to suppliers")


class RulesPin(BaseModel):
    id: str
    version: int


class Rebid(BaseModel):
    """C4, C5: three years are over."""

    term: int
    reached_on: date


class ExitWarningShown(BaseModel):
    """I5: a notice failed twice."""

    on: date
    notice: str


class ExitProposalShown(BaseModel):
    """C6: grounds to end the contract, and what a person decided."""

    proposal: int
    on: date
    ground: Ground
    evidence: list[str]
    decision: Decision | None
    decided_on: date | None
    ends_on: date | None
    reasons: str | None
    recorded_from: Literal["paper"] | None = Field(description="Where the decision was taken")
    decided_by: str | None = Field(description="Never shown to suppliers")


class ContractShown(Recorded):
    id: str
    item: str
    supplier: str
    supplier_name: str
    annual_price: Yuan
    signed_on: date
    starts_on: date
    months: int = Field(description="As first signed")
    renewed_months: int
    ends_on: date = Field(description="The first day after the term")
    satisfaction_target: Exact
    rules: RulesPin
    term: int
    state: Literal["active", "ended", "closed"]
    rebid: Rebid | None
    expired_on: date | None
    terminated_on: date | None
    exit_warnings: list[ExitWarningShown]
    exit_proposals: list[ExitProposalShown]
    recorded_from: Literal["paper"]


class TermReminderShown(BaseModel):
    """C4: the end comes near."""

    on: date
    ends_on: date
    days_before: int = Field(description="Which of the notices it is: 180, 90 or 30")
    days_left: int


class RetenderShown(BaseModel):
    """C5: the compulsory re-tender, opened from the old contract's terms."""

    contract: str
    term: int = Field(description="The term that is over")
    opened_on: date
    reached_on: date
    incumbent: str = Field(description="The supplier, who may bid again")
    item: str
    annual_price: Yuan
    months: int
    satisfaction_target: Exact
    rules: RulesPin
