"""What inspection-svc tells the world."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from houqin_shared.events import Event
from pydantic import BaseModel, ConfigDict

from inspection_svc.rules.finding import Severity, Tier


class ConfirmedFinding(BaseModel):
    """A breach of a criterion (I1).

    `repeat` says that it is the same breach at the same place again (I2), and stays true whatever
    becomes of the earlier one.
    """

    model_config = ConfigDict(frozen=True)

    finding: str
    criterion: str
    place: str
    severity: Severity
    repeat: bool


class FindingsConfirmed(Event):
    """An inspector recorded breaches of criteria in a visit (I1), at most 100 in one event.

    `happened_on` is the day of the visit; the findings stand in the order in which they were seen.
    """

    TYPE: ClassVar[str] = "cn.houqin.inspection.findings-confirmed.v1"
    MOST: ClassVar[int] = 100

    contract: str
    visit: str
    tier: Tier
    inspector: str
    findings: list[ConfirmedFinding]


class FindingWithdrawn(Event):
    """A finding no longer counts (I6); `happened_on` is the day of the withdrawal.

    `found_on` is the day on which the finding had happened, `decided_by` the person who decided.
    """

    TYPE: ClassVar[str] = "cn.houqin.inspection.finding-withdrawn.v1"

    contract: str
    finding: str
    found_on: date
    decided_by: str


class RectificationFailed(Event):
    """A notice was not fulfilled, by re-inspection or because its day passed (I5).

    After round 1 the notice goes on; round 2 is the last and calls for an exit warning.
    """

    TYPE: ClassVar[str] = "cn.houqin.inspection.rectification-failed.v1"

    contract: str
    notice: str
    round: int


class MonthScored(Event):
    """A month's score was published (revision 1) or revised (I3, I4).

    `score` has two decimals, or is null if the month is not assessed because the tiers in
    `missing` had no visit. A higher revision replaces all lower ones.
    """

    TYPE: ClassVar[str] = "cn.houqin.inspection.month-scored.v1"

    contract: str
    month: str
    revision: int
    score: Decimal | None
    missing: list[str]


class HalfYearScored(Event):
    """A half-year's score was published (I7), null if it is not assessed. It is never revised."""

    TYPE: ClassVar[str] = "cn.houqin.inspection.half-year-scored.v1"

    contract: str
    half: str
    score: Decimal | None


class BulletinIssued(Event):
    """The office's bulletin on a month was issued (I8); both lists name contracts."""

    TYPE: ClassVar[str] = "cn.houqin.inspection.bulletin-issued.v1"

    number: str
    month: str
    commended: list[str]
    criticised: list[str]


TELLS: tuple[type[Event], ...] = (
    FindingsConfirmed,
    FindingWithdrawn,
    RectificationFailed,
    MonthScored,
    HalfYearScored,
    BulletinIssued,
)
