"""What the feedback service listens to: only what it needs of contract-svc's facts."""

from datetime import date
from typing import Literal

from houqin_shared.clock import register_office
from houqin_shared.events import Fact
from houqin_shared.exact import Exact
from houqin_shared.hears import Hears
from houqin_shared.transaction import Tx

from feedback_svc.rules.survey import SurveyRules
from feedback_svc.rules.widespread import WidespreadRules
from feedback_svc.usecases.contracts import keep_contract, keep_exit_decision, move_end

hears = Hears("contract-svc")


class OfficeRegistered(Fact):
    name: str
    clock: Literal["live", "manual"]
    opens_on: date


class PinnedSurvey(Fact):
    min_responses: int
    min_response_percent: Exact
    satisfied_from: int


class PinnedWidespread(Fact):
    complaints: int
    departments: int
    within_days: int


class PinnedRules(Fact):
    id: str
    version: int
    survey: PinnedSurvey
    widespread: PinnedWidespread


class ContractSigned(Fact):
    contract: str
    supplier: str
    starts_on: date
    ends_on: date
    rules: PinnedRules


class ContractRenewed(Fact):
    contract: str
    ends_on: date


class ContractTerminated(Fact):
    contract: str
    ends_on: date


class ExitDecided(Fact):
    contract: str
    proposal: int
    happened_on: date


@hears("cn.houqin.contract.office-registered.v1")
async def an_office_opens(tx: Tx, fact: OfficeRegistered) -> None:
    await register_office(tx, tx.office, fact.name, fact.clock, fact.opens_on)


@hears("cn.houqin.contract.contract-signed.v1")
async def a_contract_is_served(tx: Tx, fact: ContractSigned) -> None:
    survey, widespread = fact.rules.survey, fact.rules.widespread
    await keep_contract(
        tx,
        fact.contract,
        supplier=fact.supplier,
        starts_on=fact.starts_on,
        ends_on=fact.ends_on,
        rules=(fact.rules.id, fact.rules.version),
        survey=SurveyRules(
            survey.min_responses, survey.min_response_percent, survey.satisfied_from
        ),
        widespread=WidespreadRules(
            widespread.complaints, widespread.departments, widespread.within_days
        ),
    )


@hears("cn.houqin.contract.contract-renewed.v1")
async def a_contract_goes_on(tx: Tx, fact: ContractRenewed) -> None:
    await move_end(tx, fact.contract, "renewed", fact.ends_on)


@hears("cn.houqin.contract.contract-terminated.v1")
async def a_contract_ends_early(tx: Tx, fact: ContractTerminated) -> None:
    await move_end(tx, fact.contract, "terminated", fact.ends_on)


@hears("cn.houqin.contract.exit-decided.v1")
async def an_exit_was_decided(tx: Tx, fact: ExitDecided) -> None:
    await keep_exit_decision(tx, fact.contract, fact.proposal, fact.happened_on)
