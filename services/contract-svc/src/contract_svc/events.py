"""What the contract service tells the world."""

from datetime import date
from typing import ClassVar

from houqin_shared.events import Event
from houqin_shared.exact import Exact
from pydantic import Field

from contract_svc.asked.rule_sets import PinnedRules
from contract_svc.rules.exits import Decision, Ground
from contract_svc.rules.gates import Gate


class OfficeRegistered(Event):
    """An office begins to supervise its contracts here; its clock starts in every service."""

    TYPE: ClassVar[str] = "cn.houqin.contract.office-registered.v1"

    name: str
    clock: str = Field(description="live: days pass by themselves; manual: they are swept by hand")
    opens_on: date = Field(description="The first day of its clock, already swept")


class SupplierAdmitted(Event):
    """All four gates of a supplier hold valid evidence: it may sign (C1)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.supplier-admitted.v1"

    supplier: str
    name: str


class SupplierLapsed(Event):
    """Evidence ran out; the supplier can't win a contract until it is renewed (C1)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.supplier-lapsed.v1"

    supplier: str
    gates: list[Gate] = Field(description="The gates without valid evidence")


class EvidenceExpiring(Event):
    """A supplier's document will soon be valid no longer (C1)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.evidence-expiring.v1"

    supplier: str
    gate: Gate
    document: str
    valid_until: date = Field(description="Its last valid day")
    days_left: int


class ContractSigned(Event):
    """A contract was signed. It happened on the signing day."""

    TYPE: ClassVar[str] = "cn.houqin.contract.contract-signed.v1"

    contract: str
    item: str
    supplier: str
    supplier_name: str
    small_or_medium: bool
    annual_price_fen: int
    starts_on: date
    months: int = Field(description="As first signed (B8)")
    ends_on: date = Field(description="The first day after the term (T1)")
    satisfaction_target: Exact
    term: int = Field(description="1, and one more after every re-tender that it won (C5)")
    signed_on: date
    rules: PinnedRules


class ContractRenewed(Event):
    """A contract was lengthened (C3)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.contract-renewed.v1"

    contract: str
    months: int = Field(description="By how many months")
    ends_on: date = Field(description="Its new end")


class ContractTerminated(Event):
    """An accepted exit ends a contract (C6). It happened on the day of the decision."""

    TYPE: ClassVar[str] = "cn.houqin.contract.contract-terminated.v1"

    contract: str
    ends_on: date


class ContractExpired(Event):
    """A contract ended before three years and was not renewed (C4). It happened on its end."""

    TYPE: ClassVar[str] = "cn.houqin.contract.contract-expired.v1"

    contract: str
    ends_on: date


class TermApproaching(Event):
    """A contract's end comes near (C4)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.term-approaching.v1"

    contract: str
    ends_on: date
    days_left: int


class TermReached(Event):
    """A contract has run its three years (C4); once per contract and term."""

    TYPE: ClassVar[str] = "cn.houqin.contract.term-reached.v1"

    contract: str
    term: int
    reached_on: date = Field(description="The contract's end")


class ExitProposed(Event):
    """There are grounds to end a contract; a person has to decide (C6)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.exit-proposed.v1"

    contract: str
    proposal: int = Field(description="The contract's first, second, ... proposal")
    ground: Ground
    evidence: list[str] = Field(description="Quarters, years or complaints, by the ground")


class ExitDecided(Event):
    """A person decided on an exit proposal (C6)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.exit-decided.v1"

    contract: str
    proposal: int
    decision: Decision
    ends_on: date | None = Field(description="The contract's end if accepted, else null")


class ExitWarned(Event):
    """A rectification notice failed twice: a written exit warning (I5)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.exit-warned.v1"

    contract: str
    notice: str


class RetenderOpened(Event):
    """The compulsory re-tender after three years was opened (C5)."""

    TYPE: ClassVar[str] = "cn.houqin.contract.retender-opened.v1"

    contract: str
    term: int = Field(description="The term that is over")


TELLS: tuple[type[Event], ...] = (
    OfficeRegistered, SupplierAdmitted, SupplierLapsed, EvidenceExpiring, ContractSigned,
    ContractRenewed, ContractTerminated, ContractExpired, TermApproaching, TermReached,
    ExitProposed, ExitDecided, ExitWarned, RetenderOpened,
)  # fmt: skip
