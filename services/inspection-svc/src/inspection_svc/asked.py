"""What clients send."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from houqin_shared.calendar import Half, LegalDay
from houqin_shared.exact import Exact
from houqin_shared.fields import NewContractNumber
from houqin_shared.text import Id, Name, Text
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from inspection_svc.rules.finding import Severity, Tier
from inspection_svc.rules.notice import Result

MOST_FINDINGS = 1000
MOST_AT_ONCE = 20
"""What a person finds on one round. More is a system's upload, which has time when others can't
keep up; a person on the third floor has not.
"""
DIGEST = r"^(?:(?:sha256|sm3):)?[0-9a-f]{64}$"


def _points(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or not 0 <= value <= 100:
        raise ValueError("give points from 0 to 100, with at most six decimals")
    return value


Points = Annotated[Exact, AfterValidator(_points)]


class MeritKind(StrEnum):
    """What a contractor is given points for (I3)."""

    INNOVATION = "innovation"
    EXPERIENCE = "experience"
    PRAISE = "praise"


class Asked(BaseModel):
    """A request's body: a field that it doesn't know is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid")

    text: Text | None = Field(default=None, description="What the contractor reads, too")
    note: Text | None = Field(default=None, description="For the office alone")
    name_en: Name | None = Field(default=None, description="A title in English")


class Evidence(BaseModel):
    """A file that shows it, by what it contains."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(pattern=DIGEST, description="SHA-256 or SM3 of the file, in hex")
    name: Name = Field(description="What the file is called", examples=["3F-corridor.jpg"])


class NewFinding(Asked):
    """One breach of a criterion (I1)."""

    id: Id = Field(description="The office's number; unique among its findings")
    criterion: Name = Field(
        description="The criterion that was not met 监管标准", examples=["CL-3.2"]
    )
    place: Name = Field(description="Where it was seen 地点", examples=["3F"])
    severity: Severity = Field(description="general 一般 or major 重大; the rule set prices both")
    evidence: list[Evidence] = Field(
        default_factory=list, max_length=20, description="Files that show it 佐证"
    )
    witness: Name | None = Field(default=None, description="Who saw it; no supplier reads it")


class NewVisit(Asked):
    """A visit with all that was found in it (I1)."""

    id: Id = Field(description="The office's number; unique among its visits")
    contract: NewContractNumber
    tier: Tier = Field(description="patrol 巡查 or joint 联检")
    happened_on: LegalDay | None = Field(default=None, description="Today if left out")
    findings: list[NewFinding] = Field(
        max_length=MOST_FINDINGS,
        description="In the order in which they were seen: a finding may repeat an earlier one",
    )

    @property
    def is_bulk(self) -> bool:
        return len(self.findings) > MOST_AT_ONCE

    @model_validator(mode="after")
    def _numbered_apart(self) -> Self:
        numbers: set[str] = set()
        for index, finding in enumerate(self.findings):
            if finding.id in numbers:
                raise ValueError(f"findings.{index}.id: {finding.id} stands here twice")
            numbers.add(finding.id)
        return self


class NewWithdrawal(Asked):
    """The decision to withdraw a finding, as it was taken on paper (I6)."""

    reason: Text = Field(description="The contractor reads it, too")
    recorded_from: Literal["paper"] = Field(
        default="paper", description="It was decided on paper, and is recorded as such 书面决定"
    )


class NewMerit(Asked):
    """Something to be praised, today (I3)."""

    id: Id = Field(description="The office's number; unique among its merits")
    contract: NewContractNumber
    kind: MeritKind = Field(
        description="innovation 创新, promoted experience 经验推广 or praise 表扬"
    )


class NewNotice(Asked):
    """A demand to mend something by a day, given today (I5)."""

    id: Id = Field(description="The office's number; unique among its notices")
    contract: NewContractNumber
    due: LegalDay = Field(description="The last day on which it may be passed")
    findings: list[Id] = Field(
        default=[], max_length=MOST_FINDINGS, description="What is to be mended"
    )


class NewReinspection(Asked):
    """What a re-inspection found today (I5)."""

    result: Result = Field(description="passed closes the notice, failed ends the round 复查结果")


class NewReview(Asked):
    """A leaders' review of a half-year (I7); the last one recorded counts."""

    contract: NewContractNumber
    half: Half = Field(description="The half-year that was reviewed 半年")
    score: Points = Field(description="Points of 100 得分", examples=["92.5"])
