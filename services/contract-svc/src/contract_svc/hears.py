"""What contract-svc listens to: each fact read with no more fields than are used."""

from datetime import date
from decimal import Decimal

from houqin_shared.calendar import Quarter
from houqin_shared.events import Fact, NotYetKnown
from houqin_shared.hears import Hears
from houqin_shared.transaction import Tx

from contract_svc.rules.exits import LAST_ROUND, Measured
from contract_svc.usecases.contracts import close_contract
from contract_svc.usecases.exits import hear_widespread, measure_quarter, warn
from contract_svc.usecases.retenders import open_retender

hears = Hears("inspection-svc", "feedback-svc", "billing-svc")


class RectificationFailed(Fact):
    contract: str
    notice: str
    round: int
    happened_on: date


class SatisfactionMeasured(Fact):
    contract: str
    quarter: Quarter
    rate: Decimal | None
    answers: int
    satisfied: int
    recorded_on: date


class ComplaintsWidespread(Fact):
    contract: str
    complaints: list[str]


class RebidTriggered(Fact):
    contract: str
    term: int
    reached_on: date


class AccountClosed(Fact):
    contract: str
    happened_on: date


@hears("cn.houqin.inspection.rectification-failed.v1")
async def a_second_failure_warns(tx: Tx, fact: RectificationFailed) -> None:
    """I5."""
    if fact.round == LAST_ROUND:
        await warn(tx, fact.contract, fact.notice, fact.happened_on)


@hears("cn.houqin.feedback.satisfaction-measured.v1")
async def a_quarter_is_measured(tx: Tx, fact: SatisfactionMeasured) -> None:
    """C6. A sweep sees it by the day on which it was measured, not on which it came here (T4)."""
    measured = Measured(str(fact.quarter), fact.rate, fact.answers, fact.satisfied)
    await measure_quarter(tx, fact.contract, measured, fact.quarter, fact.recorded_on)


@hears("cn.houqin.feedback.complaints-widespread.v1")
async def complaints_are_widespread(tx: Tx, fact: ComplaintsWidespread) -> None:
    """C6, F5."""
    await hear_widespread(tx, fact.contract, fact.complaints)


@hears("cn.houqin.billing.rebid-triggered.v1")
async def a_rebid_opens_the_retender(tx: Tx, fact: RebidTriggered) -> None:
    """C5."""
    await open_retender(tx, fact.contract, fact.term, fact.reached_on)


@hears("cn.houqin.billing.account-closed.v1")
async def a_closed_account_closes_the_contract(tx: Tx, fact: AccountClosed) -> None:
    """B12."""
    if not await close_contract(tx, fact.contract, fact.happened_on):
        raise NotYetKnown
