"""What billing-svc tells the world. Money is whole fen."""

from datetime import date
from typing import ClassVar, Literal

from houqin_shared.events import Event
from pydantic import BaseModel, ConfigDict


class Deducted(BaseModel):
    """A line for each source: negative `fen` where money is taken, positive where it is given
    back, the same for each.

    `month` is the month it is about; it lands on the first statement drawn after it was recorded
    (B5).
    """

    model_config = ConfigDict(frozen=True)

    kind: Literal["finding", "finding-withdrawn", "complaint", "rectification", "score"]
    sources: list[str]
    month: str
    fen: int


class DeductionsBooked(Event):
    """What went wrong changed what a supplier will be paid (B2-B4): all lines of one cause."""

    TYPE: ClassVar[str] = "cn.houqin.billing.deductions-booked.v1"

    contract: str
    deductions: list[Deducted]


class StatementDrawn(Event):
    """A month was settled (B9): this much is payable, until then."""

    TYPE: ClassVar[str] = "cn.houqin.billing.statement-drawn.v1"

    contract: str
    month: str
    payable_fen: int
    from_deposit_fen: int
    carried_fen: int
    deposit_returned_fen: int
    due_on: date


class StatementPaid(Event):
    """A statement was paid (B10), with interest if it was late."""

    TYPE: ClassVar[str] = "cn.houqin.billing.statement-paid.v1"

    contract: str
    month: str
    payable_fen: int
    interest_fen: int


class RebidTriggered(Event):
    """Three years are over: the service must be put out to tender again (C5).

    Once per contract and term. Fees stop at `reached_on`, the contract's end.
    """

    TYPE: ClassVar[str] = "cn.houqin.billing.rebid-triggered.v1"

    contract: str
    term: int
    reached_on: date


class AccountClosed(Event):
    """The contract's last statement, of `month`, was drawn; later facts change no money (B12)."""

    TYPE: ClassVar[str] = "cn.houqin.billing.account-closed.v1"

    contract: str
    month: str


TELLS: tuple[type[Event], ...] = (
    DeductionsBooked,
    StatementDrawn,
    StatementPaid,
    RebidTriggered,
    AccountClosed,
)
