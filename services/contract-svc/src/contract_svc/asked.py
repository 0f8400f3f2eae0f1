"""What clients send: the bodies of requests, in the office file's words."""

from datetime import date
from typing import Annotated, Literal

from houqin_shared.calendar import LegalDay
from houqin_shared.exact import Yuan
from houqin_shared.text import Id, Name, Text
from pydantic import AfterValidator, Field, StrictBool, WithJsonSchema, model_validator

from contract_svc.rules.credit_code import is_credit_code
from contract_svc.rules.exits import Decision
from contract_svc.rules.gates import Gate
from contract_svc.rules.term import LONGEST_TERM
from contract_svc.ruleset import Percent, Remarks

FromPaper = Literal["paper"]
"""Recorded from paper: the steps that led to it were not taken here."""


def _real_code(code: str) -> str:
    if not is_credit_code(code):
        raise ValueError("this is not a unified social credit code (GB 32100): check it")
    return code


CreditCode = Annotated[
    str,
    AfterValidator(_real_code),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$",
            "description": "Unified social credit code with its check character (GB 32100)",
            "examples": ["91350100M000100Y43"],
        }
    ),
]


class OfficeBody(Remarks):
    """An office as it is registered."""

    name: Name
    clock: Literal["live", "manual"] = Field(
        description="live: days pass by themselves; manual: they are swept through the API"
    )
    opens_on: Annotated[date, Field(ge=date(1899, 12, 31), lt=date(2200, 1, 1))] | None = Field(
        default=None,
        description="Its first day, already swept. Today if left out; a manual clock needs it",
    )
    imported_from: Annotated[Text, Field(max_length=200)] | None = Field(
        default=None, description="The file that its past comes from, such as sha256:..."
    )

    @model_validator(mode="after")
    def _a_manual_clock_starts_somewhere(self) -> "OfficeBody":
        if self.clock == "manual" and self.opens_on is None:
            raise ValueError("a manual clock needs opens_on, the day on which it starts")
        return self


class EvidenceBody(Remarks):
    """A document for one of the four gates (C1)."""

    gate: Gate
    document: Name
    valid_until: date = Field(description="The last valid day")


class SupplierBody(Remarks):
    """A service company."""

    id: Id
    name: Name
    uscc: CreditCode
    small_or_medium: StrictBool
    gates: Annotated[list[EvidenceBody], Field(max_length=1000)] = Field(
        description="One or more documents a gate; more can be added later"
    )


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
