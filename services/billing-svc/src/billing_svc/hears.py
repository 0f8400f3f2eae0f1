"""What billing-svc hears: its own reading of each fact, no more than it needs."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal

from houqin_shared.calendar import Month, Quarter
from houqin_shared.clock import register_office
from houqin_shared.events import Fact
from houqin_shared.exact import Exact
from houqin_shared.hears import Hears
from houqin_shared.transaction import Tx, Work

from billing_svc.rules.chart import Kind
from billing_svc.rules.deductions import Deduction
from billing_svc.usecases.accounts import move_end, open_account, trigger_rebid
from billing_svc.usecases.booking import cause_of
from billing_svc.usecases.deductions import book_deductions, give_back
from billing_svc.usecases.measured import hear_satisfaction, hear_score

hears = Hears("contract-svc", "inspection-svc", "feedback-svc")


class OfficeRegistered(Fact):
    name: str
    clock: Literal["live", "manual"]
    opens_on: date


@hears("cn.houqin.contract.office-registered.v1")
async def an_office_begins(tx: Tx, fact: OfficeRegistered) -> None:
    await register_office(tx, tx.office, fact.name, fact.clock, fact.opens_on)


class ContractSigned(Fact):
    contract: str
    supplier: str
    supplier_name: str
    small_or_medium: bool
    annual_price_fen: int
    starts_on: date
    ends_on: date
    months: int
    term: int
    rules: dict[str, Any]


@hears("cn.houqin.contract.contract-signed.v1")
async def a_contract_opens_an_account(tx: Tx, fact: ContractSigned) -> None:
    await open_account(tx, cause_of(tx), **fact.model_dump())


class EndMoved(Fact):
    contract: str
    ends_on: date


@hears("cn.houqin.contract.contract-renewed.v1")
async def a_renewal_lengthens_the_term(tx: Tx, fact: EndMoved) -> None:
    await move_end(tx, fact.contract, "renewed", fact.ends_on, cause_of(tx))


@hears("cn.houqin.contract.contract-terminated.v1")
async def a_termination_shortens_the_term(tx: Tx, fact: EndMoved) -> None:
    await move_end(tx, fact.contract, "terminated", fact.ends_on, cause_of(tx))


class TermReached(Fact):
    contract: str
    term: int
    reached_on: date


@hears("cn.houqin.contract.term-reached.v1")
async def three_years_trigger_a_rebid(tx: Tx, fact: TermReached) -> None:
    await trigger_rebid(tx, fact.contract, fact.term, fact.reached_on, cause_of(tx))


class ConfirmedFinding(Fact):
    finding: str
    severity: str
    repeat: bool


class FindingsConfirmed(Fact):
    contract: str
    findings: list[ConfirmedFinding]
    happened_on: date


@hears.together("cn.houqin.inspection.findings-confirmed.v1")
async def findings_cost(heard: Sequence[Work[FindingsConfirmed]]) -> None:
    await book_deductions(
        [Work(each.tx, deduction) for each in heard for deduction in _of_findings(each.what)]
    )


def _of_findings(fact: FindingsConfirmed) -> Iterator[Deduction]:
    """One for all findings that cost the same."""
    alike: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    for found in fact.findings:
        alike[found.severity, found.repeat].append(found.finding)
    for (severity, repeat), findings in alike.items():
        yield Deduction(fact.contract, Kind.FINDING, findings, severity, fact.happened_on, repeat)


class FindingWithdrawn(Fact):
    contract: str
    finding: str
    found_on: date
    happened_on: date


@hears("cn.houqin.inspection.finding-withdrawn.v1")
async def a_withdrawn_finding_gives_back(tx: Tx, fact: FindingWithdrawn) -> None:
    await give_back(
        tx,
        cause_of(tx),
        contract=fact.contract,
        finding=fact.finding,
        found_on=fact.found_on,
        withdrawn_on=fact.happened_on,
    )


class RectificationFailed(Fact):
    contract: str
    notice: str
    round: int
    happened_on: date


@hears("cn.houqin.inspection.rectification-failed.v1")
async def a_failed_rectification_costs(tx: Tx, fact: RectificationFailed) -> None:
    source = f"{fact.notice}#{fact.round}"
    await _deduct(
        tx,
        Deduction(fact.contract, Kind.RECTIFICATION, [source], "rectification", fact.happened_on),
    )


class ComplaintUpheld(Fact):
    contract: str
    complaint: str
    happened_on: date


@hears("cn.houqin.feedback.complaint-upheld.v1")
async def an_upheld_complaint_costs(tx: Tx, fact: ComplaintUpheld) -> None:
    await _deduct(
        tx,
        Deduction(fact.contract, Kind.COMPLAINT, [fact.complaint], "complaint", fact.happened_on),
    )


async def _deduct(tx: Tx, deduction: Deduction) -> None:
    await book_deductions([Work(tx, deduction)])


class MonthScored(Fact):
    contract: str
    month: Month
    revision: int
    score: Exact | None


@hears("cn.houqin.inspection.month-scored.v1")
async def a_score_may_take_of_the_fee(tx: Tx, fact: MonthScored) -> None:
    await hear_score(
        tx,
        cause_of(tx),
        contract=fact.contract,
        month=fact.month,
        revision=fact.revision,
        score=fact.score,
    )


class SatisfactionMeasured(Fact):
    contract: str
    quarter: Quarter
    rate: Exact | None


@hears("cn.houqin.feedback.satisfaction-measured.v1")
async def satisfaction_releases_a_quarter(tx: Tx, fact: SatisfactionMeasured) -> None:
    await hear_satisfaction(
        tx, cause_of(tx), contract=fact.contract, quarter=fact.quarter, rate=fact.rate
    )
