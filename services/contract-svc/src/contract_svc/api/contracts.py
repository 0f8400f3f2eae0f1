"""Contracts, their renewals, and exits (C1, C3, C4, C6)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from houqin_shared.paging import After, BadCursor, Limit, Page
from houqin_shared.problem import NumberTaken, problems
from houqin_shared.text import ID_PATTERN, Name

from contract_svc.api.access import ContractId, Deciding, Reading
from contract_svc.asked.contracts import ContractBody, ExitDecisionBody, RenewalBody
from contract_svc.queries.contracts import (
    State,
    Which,
    list_contracts,
    list_term_reminders,
    of_contract,
    show_contract,
)
from contract_svc.queries.exits import list_proposals, list_warnings
from contract_svc.refusals import (
    ContractNotActive,
    GatesNotPassed,
    NothingToDecide,
    OutsideContractTerm,
    RenewalPastThreeYears,
    UnknownContract,
    UnknownRuleSet,
    UnknownSupplier,
)
from contract_svc.shown import (
    ContractShown,
    ExitProposalShown,
    ExitWarningShown,
    TermReminderShown,
)
from contract_svc.usecases.contracts import renew_contract, sign_contract
from contract_svc.usecases.exits import decide_exit

router = APIRouter(prefix="/v1/offices/{office}/contracts", tags=["contracts"])


@router.post(
    "",
    summary="Record a signed contract 登记合同",
    status_code=201,
    response_model=ContractShown,
    responses=problems(NumberTaken, UnknownSupplier, UnknownRuleSet, GatesNotPassed),
)
async def post(command: Deciding, body: ContractBody) -> Response:
    """Record a signed contract, if its supplier passed the four gates on the signing day."""
    return await command.do(sign_contract, body)


@router.get(
    "",
    summary="List contracts 合同列表",
    response_model=Page[ContractShown],
    responses=problems(BadCursor),
)
async def get_all(
    reader: Reading,
    *,
    supplier: Annotated[
        str | None, Query(pattern=ID_PATTERN, description="Only of this supplier")
    ] = None,
    item: Annotated[
        Name | None, Query(description="Only of this service item", examples=["cleaning"])
    ] = None,
    state: Annotated[State | None, Query(description="Only in this state")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Any:
    """Contracts by number; a supplier sees its own."""
    return await reader.ask(list_contracts, Which(supplier, item, state), after, limit)


@router.get(
    "/{contract}",
    summary="Show a contract 查看合同",
    response_model=ContractShown,
    responses=problems(UnknownContract),
)
async def get(reader: Reading, contract: ContractId) -> Any:
    """One contract, as it stands today."""
    return await reader.ask(show_contract, contract)


@router.post(
    "/{contract}/renewals",
    summary="Renew a contract 续签合同",
    status_code=201,
    response_model=ContractShown,
    responses=problems(UnknownContract, ContractNotActive, RenewalPastThreeYears),
)
async def post_renewal(command: Deciding, contract: ContractId, body: RenewalBody) -> Response:
    """Lengthen it, up to three years from its start. Send an Idempotency-Key: each renews anew."""
    return await command.do(renew_contract, contract, body)


@router.post(
    "/{contract}/exit-decisions",
    summary="Decide on an exit 退出决定",
    status_code=201,
    response_model=ExitProposalShown,
    responses=problems(UnknownContract, NothingToDecide, ContractNotActive, OutsideContractTerm),
)
async def post_exit_decision(
    command: Deciding, contract: ContractId, body: ExitDecisionBody
) -> Response:
    """Decide on the open exit proposal: accepted ends the contract, rejected keeps it."""
    return await command.do(decide_exit, contract, body)


@router.get(
    "/{contract}/exit-proposals",
    summary="List exit proposals 退出建议列表",
    response_model=Page[ExitProposalShown],
    responses=problems(UnknownContract, BadCursor),
)
async def get_exit_proposals(
    reader: Reading, contract: ContractId, after: After = None, limit: Limit = 50
) -> Any:
    """In the order in which they were made."""
    return await reader.ask(of_contract, contract, list_proposals, after, limit)


@router.get(
    "/{contract}/exit-warnings",
    summary="List exit warnings 退出警告列表",
    response_model=Page[ExitWarningShown],
    responses=problems(UnknownContract, BadCursor),
)
async def get_exit_warnings(
    reader: Reading, contract: ContractId, after: After = None, limit: Limit = 50
) -> Any:
    """In the order in which they came."""
    return await reader.ask(of_contract, contract, list_warnings, after, limit)


@router.get(
    "/{contract}/reminders",
    summary="List term reminders 合同到期提醒",
    response_model=Page[TermReminderShown],
    responses=problems(UnknownContract, BadCursor),
)
async def get_reminders(
    reader: Reading, contract: ContractId, after: After = None, limit: Limit = 50
) -> Any:
    """What was told about its ends, each end's notices in their order."""
    return await reader.ask(of_contract, contract, list_term_reminders, after, limit)
