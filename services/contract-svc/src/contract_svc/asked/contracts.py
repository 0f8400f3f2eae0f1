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

    id: Id
    item: Name = Field(description="The service item, for example cleaning")
    supplier: Id
    annual_price: Annotated[Yuan, Field(gt=0)]
    starts_on: LegalDay
    months: Annotated[int, Field(strict=True, ge=1, le=LONGEST_TERM)]
    signed_on: LegalDay | None = Field(default=None, description="starts_on if left out")
    satisfaction_target: Percent
    rules: Id = Field(description="The rule set that it pins for its whole life")
    rules_version: Annotated[int, Field(strict=True, ge=1, lt=2**31)] | None = Field(
        default=None, description="The newest if left out"
    )
    recorded_from: FromPaper = "paper"

    @model_validator(mode="after")
    def _signed_when_it_starts(self) -> "ContractBody":
        if self.signed_on is None:
            self.signed_on = self.starts_on
        return self


class RenewalBody(Remarks):
    """C3: a renewal."""

    months: Annotated[int, Field(strict=True, ge=1, le=1200)]


class ExitDecisionBody(Remarks):
    """C6: what a person decided on the open exit proposal."""

    decision: Decision
    ends_on: LegalDay | None = Field(default=None, description="The new end, if accepted")
    reasons: Text | None = None
    recorded_from: FromPaper = "paper"

    @model_validator(mode="after")
    def _an_end_if_accepted(self) -> "ExitDecisionBody":
        if (self.decision is Decision.ACCEPTED) != (self.ends_on is not None):
            raise ValueError("ends_on goes with an accepted exit, and only with it")
        return self
