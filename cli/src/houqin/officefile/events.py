"""What happened: one dataclass for each verb of the file.

`verb` and `refusal_id` are what the report's `refused` names: the event's own id; without one, its
finding, complaint or notice; else its contract.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final, Literal

from houqin.officefile.shapes import Remarks

Severity = Literal["general", "major"]
SEVERITIES: Final[tuple[Severity, ...]] = ("general", "major")
MeritKind = Literal["innovation", "experience", "praise"]
MERIT_KINDS: Final[tuple[MeritKind, ...]] = ("innovation", "experience", "praise")
Result = Literal["passed", "failed"]
RESULTS: Final[tuple[Result, ...]] = ("passed", "failed")
Exit = Literal["accepted", "rejected"]
EXITS: Final[tuple[Exit, ...]] = ("accepted", "rejected")


@dataclass(frozen=True, slots=True)
class Happening:
    """What all events have."""

    verb: ClassVar[str]

    place: str  # such as `events[17]`
    on: date  # the day on which it is recorded
    remarks: Remarks


@dataclass(frozen=True, slots=True)
class Own(Happening):
    """An event about a contract that brings its own id."""

    contract: str
    id: str

    @property
    def refusal_id(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class OfContract(Happening):
    """An event about a contract, without an id."""

    contract: str

    @property
    def refusal_id(self) -> str:
        return self.contract


@dataclass(frozen=True, slots=True)
class Finding:
    id: str
    criterion: str
    place: str  # where in the building, not where in the file
    severity: Severity
    remarks: Remarks


@dataclass(frozen=True, slots=True)
class Visit(Own):
    """Its verb is its tier."""

    happened_on: date  # `on` unless the file says otherwise (T3)
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Patrol(Visit):
    verb = "patrol"


@dataclass(frozen=True, slots=True)
class Joint(Visit):
    verb = "joint"


@dataclass(frozen=True, slots=True)
class Withdraw(Happening):
    verb = "withdraw"
    finding: str
    reason: str

    @property
    def refusal_id(self) -> str:
        return self.finding


@dataclass(frozen=True, slots=True)
class Merit(Own):
    verb = "merit"
    kind: MeritKind


@dataclass(frozen=True, slots=True)
class Complaint(Own):
    verb = "complaint"
    department: str
    text: str


@dataclass(frozen=True, slots=True)
class OfComplaint(Happening):
    complaint: str

    @property
    def refusal_id(self) -> str:
        return self.complaint


@dataclass(frozen=True, slots=True)
class Uphold(OfComplaint):
    verb = "uphold"


@dataclass(frozen=True, slots=True)
class Dismiss(OfComplaint):
    verb = "dismiss"


@dataclass(frozen=True, slots=True)
class Notice(Own):
    verb = "notice"
    due: date


@dataclass(frozen=True, slots=True)
class Reinspect(Happening):
    verb = "reinspect"
    notice: str
    result: Result

    @property
    def refusal_id(self) -> str:
        return self.notice


@dataclass(frozen=True, slots=True)
class Survey(OfContract):
    """Closes on its day."""

    verb = "survey"
    quarter: str  # 2017Q2
    invited: int
    answers: tuple[tuple[int, int], ...]  # how many by grade, 5 first; dict(survey.answers)


@dataclass(frozen=True, slots=True)
class Leaders(OfContract):
    verb = "leaders"
    half: str  # 2017H2
    score: Decimal


@dataclass(frozen=True, slots=True)
class Decide(OfContract):
    verb = "decide"
    exit: Exit
    ends_on: date | None  # exactly when accepted


@dataclass(frozen=True, slots=True)
class Renew(OfContract):
    verb = "renew"
    months: int


@dataclass(frozen=True, slots=True)
class Pay(OfContract):
    verb = "pay"
    month: str  # 2017-05: the statement's


Event = (
    Patrol | Joint | Withdraw | Merit | Complaint | Uphold | Dismiss | Notice | Reinspect
    | Survey | Leaders | Decide | Renew | Pay
)  # fmt: skip
