"""What this service answers. Three readings of a complaint: the less a reader may know, the fewer
fields there are to leak (F2).
"""

from datetime import date, datetime
from typing import Annotated, Literal

from houqin_shared.calendar import Quarter
from houqin_shared.exact import Exact
from houqin_shared.fields import (
    ContractNumber,
    HappenedOn,
    Paper,
    RecordedBy,
    RecordedOn,
    WrittenNote,
    WrittenText,
)
from pydantic import BaseModel, Field

State = Literal["open", "upheld", "dismissed"]
ComplaintNumber = Annotated[str, Field(description="The complaint's number 投诉编号")]


class Decision(BaseModel):
    """How a complaint was decided (F1)."""

    decision: Literal["upheld", "dismissed"] = Field(description="upheld 属实 or dismissed 不属实")
    reasons: str | None = Field(description="Why; for the supplier without names 理由")
    decided_on: date = Field(description="The office's day of the decision")
    recorded_from: Paper


class OfficeDecision(Decision):
    """The same, for the office."""

    note: WrittenNote
    recorded_by: RecordedBy


class Complaint(BaseModel):
    """A complaint as its supplier sees it: not what was said, which may tell who said it (F2)."""

    id: ComplaintNumber
    contract: ContractNumber
    happened_on: HappenedOn
    state: State = Field(description="open: not decided yet 处理状态")
    decision: Decision | None = Field(description="Null: not decided yet")


class OfficeComplaint(Complaint):
    """A complaint as the office works with it."""

    text: WrittenText
    note: WrittenNote
    recorded_on: RecordedOn
    recorded_by: str = Field(description="Without the caller's name")
    decision: OfficeDecision | None = Field(description="Null: not decided yet")


class IdentifiedComplaint(OfficeComplaint):
    """A complaint with who called. This look at it was recorded (F2)."""

    department: str = Field(description="Whose staff called 部门")
    caller: str | None = Field(description="Who called; null: not said")


class Survey(BaseModel):
    """A contract's result of a quarter (F3)."""

    contract: ContractNumber
    quarter: Quarter = Field(description="The quarter that was asked about 季度")
    rate: Exact | None = Field(description="Percent, two decimals; null: not measured")
    invited: int = Field(description="People who were asked 发放份数")
    answers: int = Field(description="Answers that came back 回收份数")
    satisfied: int = Field(description="Answers of the grade that satisfies, or better 满意份数")
    closed_on: date = Field(description="The office's day on which it was closed")
    recorded_from: Paper


class IdentityLook(BaseModel):
    """Somebody looked at who called (F2)."""

    look: int = Field(description="Counted in the order of looking")
    complaint: ComplaintNumber
    looked_by: str = Field(description="Who looked")
    role: str = Field(description="In which role")
    looked_on: date = Field(description="The office's day")
    looked_at: datetime = Field(description="The moment, with its zone")
