"""Contracts, renewals and exit decisions, as clients send them (C1, C3, C6)."""

from typing import Annotated, Literal

from houqin_shared.calendar import LegalDay
from houqin_shared.exact import Yuan
from houqin_shared.text import Id, Name, Text
from pydantic import Field, model_validator

from contract_svc.asked.remarks import Remarks
from contract_svc.asked.rule_sets import Percent
from contract_svc.rules.exits import Decision
from contract_svc.rules.term import LONGEST_TERM

FromPaper = Literal["paper"]
"""Recorded from paper: the steps that led to it were not taken here."""


class ContractBody(Remarks):
    """A signed contract (C1)."""

    id: Id = Field(description="The office's number for it 合同编号", examples=["cleaning-2017"])
    item: Name = Field(description="The service item, for example cleaning")
    supplier: Id = Field(description="The supplier's number 服务企业编号", examples=["dingsheng"])
    annual_price: Annotated[Yuan, Field(gt=0)] = Field(
        description="Yuan a year 年合同价(元)", examples=["235000.00"]
    )
    starts_on: LegalDay = Field(description="The first day of the term 合同起始日")
    months: Annotated[int, Field(strict=True, ge=1, le=LONGEST_TERM)] = Field(
        description="Length of the term; three years at most 合同月数", examples=[36]
    )
    signed_on: LegalDay | None = Field(
        default=None, description="Signing day; `starts_on` if left out 签订日"
    )
    satisfaction_target: Percent = Field(
        description="Percent; staying below it opens an exit proposal (C6) 满意率目标",
        examples=["95"],
    )
    rules: Id = Field(description="The rule set that it pins for its whole life")
    rules_version: Annotated[int, Field(strict=True, ge=1, lt=2**31)] | None = Field(
        default=None, description="Its version; the newest if left out 规则集版本"
    )
    recorded_from: FromPaper = Field(
        default="paper", description="It was signed on paper, and is recorded as such 书面签订"
    )

    @model_validator(mode="after")
    def _signed_when_it_starts(self) -> "ContractBody":
        if self.signed_on is None:
            self.signed_on = self.starts_on
        return self


class RenewalBody(Remarks):
    """C3: a renewal."""

    months: Annotated[int, Field(strict=True, ge=1, le=1200)] = Field(
        description="By how many months the term becomes longer 续签月数", examples=[12]
    )


class ExitDecisionBody(Remarks):
    """C6: what a person decided on the open exit proposal."""

    decision: Decision = Field(
        description="accepted ends the contract on `ends_on`, rejected keeps it 决定"
    )
    ends_on: LegalDay | None = Field(
        default=None, description="The first day after the term, if accepted 终止日"
    )
    reasons: Text | None = Field(default=None, description="Why; the supplier reads it, too 理由")
    recorded_from: FromPaper = Field(
        default="paper", description="It was decided on paper, and is recorded as such 书面决定"
    )

    @model_validator(mode="after")
    def _an_end_if_accepted(self) -> "ExitDecisionBody":
        if (self.decision is Decision.ACCEPTED) != (self.ends_on is not None):
            raise ValueError("ends_on goes with an accepted exit, and only with it")
        return self
