"""What inspection-svc hears from the others, and what it makes of it."""

from datetime import date
from decimal import Decimal

from houqin_shared.clock import register_office
from houqin_shared.events import Fact
from houqin_shared.hears import Hears
from houqin_shared.transaction import Tx
from pydantic import BaseModel

from inspection_svc.usecases.complaints import count_upheld_complaint
from inspection_svc.usecases.contracts import Signing, begin_contract, move_end

hears = Hears("contract-svc", "feedback-svc")


class OfficeRegistered(Fact):
    name: str
    clock: str
    opens_on: date


class RepeatRule(BaseModel):
    within_days: int


class PinnedRules(BaseModel):
    """The part of a contract's pinned rule set that inspections use."""

    id: str
    version: int
    points: dict[str, Decimal]
    tiers: dict[str, Decimal]
    half_year: dict[str, Decimal]
    repeat: RepeatRule
    second_notice_days: int


class ContractSigned(Fact):
    contract: str
    supplier: str
    starts_on: date
    ends_on: date
    recorded_on: date
    rules: PinnedRules


class EndMoved(Fact):
    contract: str
    ends_on: date
    recorded_on: date


class ComplaintUpheld(Fact):
    contract: str
    complaint: str
    happened_on: date
    recorded_on: date


@hears("cn.houqin.contract.office-registered.v1")
async def an_office_opens(tx: Tx, fact: OfficeRegistered) -> None:
    await register_office(tx, tx.office, fact.name, fact.clock, fact.opens_on)


@hears("cn.houqin.contract.contract-signed.v1")
async def a_contract_begins(tx: Tx, fact: ContractSigned) -> None:
    await begin_contract(
        tx,
        Signing(
            contract=fact.contract,
            supplier=fact.supplier,
            starts_on=fact.starts_on,
            ends_on=fact.ends_on,
            rules_id=fact.rules.id,
            rules_version=fact.rules.version,
            rules=fact.rules.model_dump(mode="json", exclude={"id", "version"}),
            recorded_on=fact.recorded_on,
        ),
    )


@hears("cn.houqin.contract.contract-renewed.v1")
async def a_contract_is_lengthened(tx: Tx, fact: EndMoved) -> None:
    await move_end(tx, fact.contract, "renewed", fact.ends_on, fact.recorded_on)


@hears("cn.houqin.contract.contract-terminated.v1")
async def a_contract_is_cut_short(tx: Tx, fact: EndMoved) -> None:
    await move_end(tx, fact.contract, "terminated", fact.ends_on, fact.recorded_on)


@hears("cn.houqin.feedback.complaint-upheld.v1")
async def a_complaint_counts(tx: Tx, fact: ComplaintUpheld) -> None:
    await count_upheld_complaint(
        tx, fact.contract, fact.complaint, fact.happened_on, fact.recorded_on
    )
