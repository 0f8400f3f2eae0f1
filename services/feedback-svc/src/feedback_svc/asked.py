"""What clients send."""

from typing import Annotated, Literal, Self

from houqin_shared.calendar import Quarter
from houqin_shared.fields import NewContractNumber, Paper, SomeNote, SomeText
from houqin_shared.text import Id, Name, Text
from pydantic import BaseModel, ConfigDict, Field, model_validator

Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class Asked(BaseModel):
    """A request's body: a field that it doesn't know is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid")


class NewComplaint(Asked):
    """A complaint as it was called in today (F1)."""

    id: Id = Field(description="The office's number; unique among its hotline requests")
    contract: NewContractNumber
    department: Name = Field(description="Whose staff called; no supplier ever sees it (F2)")
    caller: Name | None = Field(
        default=None,
        description="Who called; no supplier ever sees it (F2). "
        "Department staff and liaisons call for themselves unless they name somebody",
    )
    text: SomeText = None
    note: SomeNote = None


class NewDecision(Asked):
    """The decision on a complaint, as it was taken on paper (F1)."""

    decision: Literal["upheld", "dismissed"] = Field(description="upheld 属实 or dismissed 不属实")
    reasons: Text | None = Field(
        default=None, description="The supplier reads them, without the caller and the department"
    )
    note: SomeNote = None
    recorded_from: Paper = "paper"


class Grades(Asked):
    """How many answers of each grade came back."""

    grade_5: Count = Field(default=0, alias="5", description="Very satisfied")
    grade_4: Count = Field(default=0, alias="4", description="Satisfied")
    grade_3: Count = Field(default=0, alias="3", description="Neither")
    grade_2: Count = Field(default=0, alias="2", description="Dissatisfied")
    grade_1: Count = Field(default=0, alias="1", description="Very dissatisfied")

    def counted(self) -> dict[int, int]:
        return {
            5: self.grade_5, 4: self.grade_4, 3: self.grade_3, 2: self.grade_2, 1: self.grade_1,
        }  # fmt: skip


class NewSurvey(Asked):
    """The tally of a contract's survey, which closes today (F3)."""

    contract: NewContractNumber
    quarter: Quarter = Field(description="The quarter that was asked about 季度")
    invited: Annotated[int, Field(strict=True, ge=0, le=10_000_000)] = Field(
        description="People who were asked 发放份数"
    )
    answers: Grades = Field(description="No more than were invited")
    note: SomeNote = None
    recorded_from: Paper = "paper"

    @model_validator(mode="after")
    def _only_who_was_invited_answers(self) -> Self:
        answers = sum(self.answers.counted().values())
        if answers > self.invited:
            raise ValueError(f"{answers} answers are more than the {self.invited} invited")
        return self
