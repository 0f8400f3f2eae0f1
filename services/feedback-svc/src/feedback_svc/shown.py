"""What this service answers. Three readings of a complaint: the less a reader may know, the fewer
fields there are to leak (F2).
"""

from datetime import date, datetime
from typing import Literal

from houqin_shared.calendar import Quarter
from houqin_shared.exact import Exact
from pydantic import BaseModel, Field

State = Literal["open", "upheld", "dismissed"]


class Decision(BaseModel):
    """How a complaint was decided (F1)."""

    decision: Literal["upheld", "dismissed"]
    reasons: str | None
    decided_on: date
    recorded_from: Literal["paper"]


class OfficeDecision(Decision):
    """The same, for the office."""

    note: str | None
    recorded_by: str


class Complaint(BaseModel):
    """A complaint as its supplier sees it: not what was said, which may tell who said it (F2)."""

    id: str
    contract: str
    happened_on: date
    state: State
    decision: Decision | None


class OfficeComplaint(Complaint):
    """A complaint as the office works with it."""

    text: str | None
    note: str | None
    recorded_on: date
    recorded_by: str = Field(description="Without the caller's name")
    decision: OfficeDecision | None


class IdentifiedComplaint(OfficeComplaint):
    """A complaint with who called. This look at it was recorded (F2)."""

    department: str
    caller: str | None


class Survey(BaseModel):
    """A contract's result of a quarter (F3)."""

    contract: str
    quarter: Quarter
    rate: Exact | None = Field(description="Percent, two decimals; null: not measured")
    invited: int
    answers: int
    satisfied: int
    closed_on: date
    recorded_from: Literal["paper"]


class IdentityLook(BaseModel):
    """Somebody looked at who called (F2)."""

    look: int
    complaint: str
    looked_by: str
    role: str
    looked_on: date = Field(description="The office's day")
    looked_at: datetime
