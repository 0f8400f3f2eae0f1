"""What the feedback service tells the world. No event says who called, or from where (F2)."""

from datetime import date
from typing import ClassVar, Literal

from houqin_shared.calendar import Quarter
from houqin_shared.events import Event
from houqin_shared.exact import Exact
from pydantic import Field


class RequestOpened(Event):
    """Somebody called the hotline about a contract's service (F1)."""

    TYPE: ClassVar[str] = "cn.houqin.feedback.request-opened.v1"

    contract: str
    request: str = Field(description="The office's number of the request")
    kind: Literal["complaint"]


class ComplaintUpheld(Event):
    """A complaint was found to be right (F1). It happened on the complaint's day (I3, B2)."""

    TYPE: ClassVar[str] = "cn.houqin.feedback.complaint-upheld.v1"

    contract: str
    complaint: str


class ComplaintDismissed(Event):
    """A complaint was found to be wrong (F1). It happened on the complaint's day."""

    TYPE: ClassVar[str] = "cn.houqin.feedback.complaint-dismissed.v1"

    contract: str
    complaint: str


class SatisfactionMeasured(Event):
    """A contract's survey of a quarter was closed (F3): its one result, for ever."""

    TYPE: ClassVar[str] = "cn.houqin.feedback.satisfaction-measured.v1"

    contract: str
    quarter: Quarter
    rate: Exact | None = Field(description="Percent, two decimals; null if the quarter isn't valid")
    invited: int
    answers: int
    satisfied: int


class ComplaintsWidespread(Event):
    """So many departments complain that the contract's exit has to be considered (F5, C6).

    It happened on the day of the complaint that was upheld last.
    """

    TYPE: ClassVar[str] = "cn.houqin.feedback.complaints-widespread.v1"

    contract: str
    complaints: list[str] = Field(description="The evidence: upheld complaints, sorted by number")
    first_on: date = Field(description="The day of the earliest of them")
    last_on: date = Field(description="The day of the latest of them")


TELLS: tuple[type[Event], ...] = (
    RequestOpened, ComplaintUpheld, ComplaintDismissed, SatisfactionMeasured, ComplaintsWidespread,
)  # fmt: skip
